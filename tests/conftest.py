"""What the tests of whole nights share: a home of their own, and a night run in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import warehouse

LONGEST = ("test_canary.py", "test_county.py", "test_rekeying.py", "test_cases.py", "test_linked_county.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What takes longest begins first; a file's tests share what they made and stay with one worker, cases do not."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
    for item in items:
        place = item.nodeid if item.path.name == "test_cases.py" else str(item.path)
        item.add_marker(pytest.mark.xdist_group(place))


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
