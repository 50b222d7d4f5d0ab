"""One small county for all tests here; nothing in it is changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

import demo


@dataclass(frozen=True)
class County:
    """A county on disk and what is true of it."""

    folder: Path
    truth: dict


def make(folder: Path, **how) -> County:
    path = demo.make(folder, **how)
    return County(folder, json.loads(path.read_text("utf-8")))


@pytest.fixture(scope="session")
def county(tmp_path_factory) -> County:
    """The county at a tenth of its size, with every fault planted."""
    return make(tmp_path_factory.mktemp("county"), scale=0.1)


@pytest.fixture(scope="session")
def make_county():
    return make
