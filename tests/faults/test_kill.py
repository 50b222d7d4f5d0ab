"""Killed at any step, at any moment, or with any call to the disk failing: before or after, whole, and never twice."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
from pathlib import Path

import duckdb
import openpyxl
import pytest

import failpoint
from operations import audit, warehouse_file
from refusal import Refusal
from tests.faults import forked

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nights are forked")
APART = {"reading", "linking"}  # other processes: tests/ingest/test_readers.py, tests/test_canary.py
WITHIN = [p for p in failpoint.POINTS if p not in APART and p != "linked"]
FIRST_AFTER = WITHIN.index("renamed")


def whole(home: Path) -> dict[str, int]:
    """The months that count and their rows; every table tells the same, whichever night it is of."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        told = connection.execute(
            "select submission_id, period, rows_accepted from landing.submissions where rows_accepted > 0"
        ).fetchall()
        for table in ("accepted.pol_incident", "marts.fct_indicator_values"):
            count = "count(*)" if table.startswith("accepted") else "sum(value)"
            found = connection.execute(f"select submission_id, {count} from {table} group by all").fetchall()
            assert dict(found) == {number: rows for number, _, rows in told}
        assert len({period for _, period, _ in told}) == len(told)
        assert not connection.execute("from landing.runs where status <> 'published'").fetchall()
    return {period: rows for _, period, rows in told}


def digest(home: Path) -> str:
    return hashlib.sha256((home / "warehouse.duckdb").read_bytes()).hexdigest()


def in_its_vault(home: Path) -> set[str]:
    return {p.stem for p in (home / "vault").rglob("*.age") if not p.name.startswith(".")}


def acknowledged(home: Path) -> set[str]:
    """The hashes of all that the warehouse says it has."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return {
            sha256 for (sha256,) in connection.execute("select sha256 from landing.submissions").fetchall()
        }


@pytest.fixture(scope="module")
def cut(small_home, tmp_path_factory) -> Path:
    """A home that is killed again and again; each night is the one after the night before was cut short."""
    return shutil.copytree(small_home, tmp_path_factory.mktemp("cut") / "home")


@pytest.mark.faults(87)
@pytest.mark.parametrize("point", WITHIN)
def test_killed_at_any_step_it_is_the_old_night_or_the_new_one(point, cut, nights, small):
    """A month each that comes with a warning, so that its sender has something to be told of."""
    number = WITHIN.index(point)
    month = "2022-01" if number < FIRST_AFTER else f"2023-{number - FIRST_AFTER + 1:02}"
    forked.sent(cut, month, end="\x1a")
    before, old = digest(cut), whole(cut)
    done = nights.run(cut, project=small, env={failpoint.VARIABLE: f"{point}:kill"})
    assert done.code == -signal.SIGKILL, done
    if number < FIRST_AFTER:
        assert digest(cut) == before
    else:
        assert whole(cut) == old | {"2022-01": 3, month: 3}
    assert acknowledged(cut) <= in_its_vault(cut)


@pytest.mark.faults(87)
def test_the_night_after_all_those_ends_well_and_makes_up_for_what_was_not_told(cut, nights, small):
    forked.sent(cut, "2022-02")
    old = whole(cut)
    nights.run(cut, project=small)
    assert whole(cut) == old | {"2022-02": 3}
    done = nights.run(cut, project=small)
    assert (done.code, done.out, done.err) == (0, "Nothing new lay in the inbox.\n", "")
    assert not [p for p in (cut / "inbox").rglob("*") if p.is_file()]
    assert not (cut / "work").exists()
    assert audit.verify(cut / "audit").broken is None
    with duckdb.connect(str(cut / "warehouse.duckdb"), read_only=True) as connection:
        warned = connection.execute(
            "select submission_id from landing.submissions where status = 'accepted with findings'"
        ).fetchall()
    books = {cut / "findings" / "SYP" / f"R04_submission_{n}.xlsx" for (n,) in warned}
    assert len(books) >= len(WITHIN) - FIRST_AFTER and books == set((cut / "findings").rglob("*.xlsx"))
    for book in books:
        assert openpyxl.load_workbook(book, read_only=True).sheetnames


@pytest.mark.faults(87)
def test_the_very_first_night_killed_before_it_is_published_leaves_nothing(tmp_path, nights, small):
    """No live file is there, nor was one: the next night is a first night again."""
    forked.sent(tmp_path, "2024-01")
    done = nights.run(tmp_path, project=small, env={failpoint.VARIABLE: "kept:kill"})
    assert (done.code, (tmp_path / "warehouse.duckdb").exists()) == (-signal.SIGKILL, False)
    assert nights.run(tmp_path, project=small).code == 0
    assert whole(tmp_path) == {"2024-01": 3}


@pytest.mark.faults(88)
def test_killed_at_random_nothing_acknowledged_is_lost(home, nights, small):
    """A few here, a thousand in the soak: `python3 -m tests.faults.soak kills`."""
    from tests.faults.soak import kills

    told = kills.kill(home, nights, small, random.Random(6), times=4)
    assert (told.killed + told.ended, told.lost, told.partial) == (4, 0, 0)


@pytest.mark.faults(89)
@pytest.mark.parametrize(("kind", "nth"), [("fsync", 2), ("rename", 1), ("rename", 3), ("open", 3)])
def test_a_call_to_the_disk_that_fails_leaves_the_old_night(kind, nth, home, night):
    """One of each here, every one of them in the soak: `python3 -m tests.faults.soak calls`."""
    forked.sent(home, "2024-02")
    old = digest(home)
    done = night(failing=(kind, nth, str(home)))
    assert (done.code, digest(home)) == (4, old), done
    assert "There is no room left on the disk" in done.err and "Traceback" not in done.err


@pytest.mark.faults(91)
def test_a_log_cut_anywhere_opens_with_what_was_committed_before_or_not_at_all(tmp_path):
    """Cut at every 64 bytes. A night keeps no such log: what it has not finished is thrown away."""
    path, rows = tmp_path / "w.duckdb", 20
    made = warehouse_file.connect(path, None)
    made.execute(
        "set checkpoint_threshold = '1GB'; pragma disable_checkpoint_on_shutdown; create table t (i int)"
    )
    made.execute("checkpoint")
    for i in range(rows):
        made.execute("insert into t values (?)", [i])
    made.close()
    log = path.with_name("w.duckdb.wal")
    file, logged, seen = path.read_bytes(), log.read_bytes(), set()
    for length in range(0, len(logged) + 64, 64):
        path.write_bytes(file)
        log.write_bytes(logged[:length])
        with contextlib.suppress(Refusal), contextlib.closing(warehouse_file.connect(path, None)) as opened:
            found = [i for (i,) in opened.execute("select i from t order by i").fetchall()]
            assert found == list(range(len(found)))
            seen.add(len(found))
    assert {0, rows} <= seen


@pytest.mark.faults(91)
def test_a_night_keeps_no_log_that_could_be_cut(cut):
    assert not list(cut.rglob("*.wal"))
