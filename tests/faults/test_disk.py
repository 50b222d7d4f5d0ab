"""A full disk, a limit, a disk that cannot be written, a folder without rights: named, and the old night stands."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import failpoint
from operations import faults, warehouse_file
from tests.faults import forked
from tests.faults.test_kill import digest, whole
from tests.faults.test_stop import held

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nights are forked")
FULL = "There is no room left on the disk: "
SERVED = "The last good night is still served.\n"


@pytest.fixture
def place(nights, home) -> Iterator[Path]:
    """A folder with a memory disk of 72 MB on it, which goes with the test; where it is, for a night."""
    if not nights.may_mount:
        pytest.skip("this machine lets nobody mount a memory disk")
    folder = home.parent / "small-disk"
    folder.mkdir()
    nights.mount(folder, "72m")
    yield folder
    nights.mounted("umount", "--lazy", str(folder))


def fill(folder: Path) -> None:
    """Take all the room there is."""
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * (1 << 16)):
                pass
        except OSError:
            return


def taken_out(seen: Path, home: Path) -> Path:
    """A home with the live file of another that lies on a memory disk: DuckDB takes no such roundabout path."""
    shutil.copyfile(seen / "warehouse.duckdb", home / "warehouse.duckdb")
    return home


@pytest.mark.parametrize(
    ("point", "is_published"),
    [
        pytest.param("copied", False, marks=pytest.mark.faults(85)),
        pytest.param("accepted", False, marks=pytest.mark.faults(85)),
        pytest.param("synced", True, marks=pytest.mark.faults(86)),
        pytest.param("published", True, marks=pytest.mark.faults(86)),
    ],
)
def test_the_disk_fills_up_in_the_midst_of_a_night(point, is_published, nights, small, home, place):
    """In staging, in dbt, at the publishing (which needs no room), and where findings and audit are to be written."""
    project = forked.small_project(home.parent / "project")
    if point == "accepted":
        (project / "models" / "large.sql").write_text("select hash(i) as x from range(4000000) as r(i)")
    seen = nights.root / place.relative_to("/") / "home"
    shutil.copytree(home, seen)
    forked.sent(seen, "2024-02", end="\x1a")
    before = digest(seen)
    night = held(nights, place / "home", project, point, home.parent / "fifo")
    fill(seen.parent)
    (home.parent / "fifo").write_text("go on")
    done = night.end()
    assert done.code == 4, done
    assert FULL in done.err and "Traceback" not in done.err
    assert done.err.startswith("Tonight is published, but not all") is is_published
    assert whole(taken_out(seen, home)) == {"2024-01": 3} | ({"2024-02": 3} if is_published else {})
    assert (digest(seen) == before) is not is_published
    (seen.parent / "filler").unlink()
    done = nights.run(place / "home", project=small)
    assert done.code == 1 and whole(taken_out(seen, home)) == {"2024-01": 3, "2024-02": 3}
    assert not (seen / "work").exists() and not list(seen.rglob("*.partial*"))
    assert list((seen / "findings").rglob("*.xlsx"))


@pytest.mark.faults(85, 86)
@pytest.mark.parametrize(("folder", "is_published"), [("vault", False), ("audit", True)])
def test_a_folder_on_a_disk_of_its_own_that_is_full(folder, is_published, nights, small, home):
    if not nights.may_mount:
        pytest.skip("this machine lets nobody mount a memory disk")
    forked.sent(home, "2024-02")
    before = digest(home)
    nights.mount(home / folder, "4k")
    fill(nights.root / (home / folder).relative_to("/"))
    done = nights.run(home, project=small)
    nights.mounted("umount", "--lazy", str(home / folder))
    assert (done.code, digest(home) == before) == (4, not is_published), done
    assert str(home) in done.err and re.search("no room left|No space left", done.err)
    assert "Traceback" not in done.err


@pytest.mark.faults(85)
def test_without_room_for_a_night_none_is_begun(nights, small, home, place):
    seen = nights.root / place.relative_to("/") / "home"
    shutil.copytree(home, seen)
    (seen.parent / "filler").write_bytes(b"x" * (40 << 20))
    done = nights.run(place / "home", project=small)
    assert done.code == 4
    assert done.err.endswith(" MB. Make room there, and run this again.\n")


@pytest.mark.faults(86)
def test_a_limit_on_the_size_of_files(home, night):
    forked.sent(home, "2024-02")
    before = digest(home)
    done = night(limits={"FSIZE": (home / "warehouse.duckdb").stat().st_size - 4096})
    assert (done.code, digest(home)) == (4, before), done
    assert done.err.startswith("A file may not become as large as it would: ") and done.err.endswith(SERVED)


@pytest.mark.faults(100)
@pytest.mark.parametrize(
    ("name", "mode", "is_published"),
    [
        (".", stat.S_IRUSR | stat.S_IXUSR, False),
        ("inbox", 0, False),
        ("warehouse.duckdb", 0, False),
        ("vault", stat.S_IRUSR | stat.S_IXUSR, False),
        ("findings", stat.S_IRUSR | stat.S_IXUSR, True),
    ],
)
def test_what_the_account_may_not_read_or_write_is_named(name, mode, is_published, home, night):
    forked.sent(home, "2024-02", end="\x1a")
    path, before = home / name, digest(home)
    path.mkdir(exist_ok=True) if not path.exists() else None
    was = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode)
    done = night(powerless=True)
    path.chmod(was)
    assert (done.code, digest(home) == before) == (4, not is_published), done
    assert str(path.resolve()) in done.err and "Give the account with number" in done.err
    assert "Traceback" not in done.err


@pytest.mark.faults(100)
def test_a_disk_that_is_mounted_for_reading_only(nights, small, home, place):
    seen = nights.root / place.relative_to("/") / "home"
    shutil.copytree(home, seen)
    before = digest(seen)
    nights.mounted("mount", "-o", "remount,ro", str(place))
    done = nights.run(place / "home", project=small)
    assert (done.code, digest(seen)) == (4, before), done
    assert f"The disk cannot be written to: {place}" in done.err


@pytest.mark.faults(106)
def test_what_does_not_fit_in_memory_nor_beside_the_file_is_an_error_in_a_sentence(tmp_path):
    connection = warehouse_file.connect(tmp_path / "w.duckdb", None)
    connection.execute("set memory_limit = '64MB'; set threads = 1; set max_temp_directory_size = '1MB'")
    with pytest.raises(duckdb.Error) as full:
        connection.execute(
            "create temp table t as select hash(i) || hash(i + 1) as x from range(3000000) r(i)"
        )
    connection.close()
    code, says = faults.tell(full.value, tmp_path / "faults")
    assert (code, says.startswith("There is no room left for what does not fit in memory: ")) == (4, True), (
        says
    )


@pytest.mark.faults(106)
def test_what_a_killed_night_spilled_is_wiped_before_the_next_begins(home, night):
    spilled = [
        home / "work" / "spill" / "duckdb_temp_storage-0.tmp",
        home / "work" / "warehouse.duckdb.tmp" / "x",
    ]
    for path in spilled:
        path.parent.mkdir(parents=True)
        path.write_text("Zephaba Quillenaba")
    night(env={failpoint.VARIABLE: "copied:kill"})
    assert not [path for path in spilled if path.exists()]
