"""What the tests of whole nights share: a home of their own, and a night run in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import warehouse

LONGEST = ("cases", "canary", "crash", "commands", "county", "rights", "linked_county", "rekeying")


def pytest_collection_modifyitems(items):
    """What takes longest begins first, so that no worker is left with it when the others are done."""
    place = {f"test_{name}.py": n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session")
def parsed(tmp_path_factory) -> Path:
    """dbt's parsed project, kept from one night to the next as a real home keeps it."""
    return tmp_path_factory.mktemp("parsed")


@pytest.fixture
def home(tmp_path, parsed) -> warehouse.Home:
    root = tmp_path / "home"
    root.mkdir()
    (root / "cache").symlink_to(parsed, target_is_directory=True)
    return warehouse.Home(root)


@pytest.fixture
def night(home) -> Callable[[Path], list]:
    """Run one night on an inbox; the outcomes."""
    return lambda inbox: warehouse.night(home, inbox, lambda *_: None)
