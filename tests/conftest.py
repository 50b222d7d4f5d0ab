"""What the tests of whole nights share: a home of their own, and a night run in this process."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings

import warehouse
from tests.faults import summary

# What is loaded stays loaded: looking through it for circles again and again took a tenth of the suite's time.
gc.freeze()
gc.set_threshold(100_000, 50, 100)

# How long one example takes is the machine's affair: speed is measured in benchmarks/.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

CASES = Path(__file__).parent / "cases"
LONGEST = ("cases", "spark", "canary", "crash", "commands", "county", "rights", "linked_county", "rekeying")


def pytest_collection_modifyitems(items):
    """What takes longest begins first, so that no worker is left with it when the others are done."""
    place = {f"test_{name}.py": n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))
    summary.note_cases(items)


MATRIX = summary.Matrix()


def pytest_runtest_logreport(report):
    MATRIX.hear(report)


def pytest_terminal_summary(terminalreporter, config):
    """Where the faults are asked for, the matrix is printed, all of its rows."""
    if config.option.markexpr == summary.MARK:
        terminalreporter.section("the fault matrix")
        terminalreporter.write_line("\n".join(MATRIX.lines()))


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


@pytest.fixture(scope="session")
def after_case(tmp_path_factory, parsed) -> Callable[[str], warehouse.Home]:
    """A case's home after its one night, whichever worker ran it: to be read. Who changes it takes a copy."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "after-case"
    shared.mkdir(exist_ok=True)

    def after(case: str) -> warehouse.Home:
        kept = shared / case
        if not kept.exists():
            made = Path(tempfile.mkdtemp(prefix=".", dir=shared))
            (made / "cache").symlink_to(parsed, target_is_directory=True)
            warehouse.night(warehouse.Home(made), CASES / case / "sent", lambda *_: None)
            (made / "cache").unlink()
            shutil.copytree(parsed, made / "cache")
            with suppress(OSError):  # another worker was first, and its home is as good
                made.rename(kept)
        return warehouse.Home(kept)

    return after


@pytest.fixture(scope="session")
def copy_of_case(after_case) -> Callable[[str, Path], warehouse.Home]:
    """The same, copied to a folder that is not there yet: to be changed."""
    return lambda case, to: warehouse.Home(shutil.copytree(after_case(case).root, to))
