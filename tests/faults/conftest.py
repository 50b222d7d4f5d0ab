"""What tests of the machine's faults share: forked nights, a small dbt project, a home that has had one night."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import forked


@pytest.fixture(scope="session")
def nights(tmp_path_factory) -> Iterator[forked.Nights]:
    """Nights forked from one process that has everything loaded."""
    opened = forked.open_nights(tmp_path_factory.mktemp("nights"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    """A dbt project of two models."""
    return forked.small_project(tmp_path_factory.mktemp("small") / "project")


@pytest.fixture(scope="session")
def small_home(nights, small) -> Iterator[Path]:
    """A home after a night on one file with the small project, where any account may look: take a copy of it."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        forked.sent(home, "2024-01")
        done = nights.run(home, project=small)
        assert (done.code, done.err) == (0, "")
        yield home


@pytest.fixture
def home(small_home) -> Iterator[Path]:
    """A copy of the small home."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    folder.chmod(0o755)
    yield shutil.copytree(small_home, folder / "home")
    shutil.rmtree(folder)


@pytest.fixture
def night(nights, small, home) -> Callable[..., forked.Done]:
    """Run a night, or another command, in the home."""
    return lambda *words, **odd: nights.run(home, *words, project=small, **odd)
