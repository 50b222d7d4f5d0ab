"""SIGTERM and Ctrl-C end a night within seconds, whatever it is in the midst of; nothing is published, nobody left."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import time
from pathlib import Path

import duckdb
import pytest

import failpoint
from operations.stopping import STOPPED
from tests.faults import forked
from tests.faults.test_kill import digest

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes as Linux does"
)
LONG = "select count(*) from range(1000000000000) as r(i) where hash(i) = 0"
# One step of it takes so long that DuckDB does not look for signals meanwhile: only its own interrupt ends it.
BIG = "create table core.big as select range as i from range(400000)"
SLOW = "core.big as a, core.big as b where levenshtein(a.i::varchar, b.i::varchar) > 100"
SCRATCH, PATIENT = Path("/dev/shm"), 20
ENDS = {signal.SIGTERM: 143, signal.SIGINT: 130}


def left(night: forked.Night) -> list[str]:
    """Processes of the night's session that are still there, but for what clears its files and ends by itself."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[3]) == night.pid and told[0] != "Z":
            found.append(path.parent.name)
    return found


def busy(night: forked.Night, ticks: int, more: bool = False) -> None:
    """Wait until a process has computed for so long that it does nothing but the one thing it was told.

    `more` counts from now on.
    """
    stat = Path(f"/proc/{night.pid}/stat")

    def computed() -> int:
        return sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))

    until = ticks + (computed() if more else 0)
    while computed() < until:
        select.select([], [], [], 0.05)


def until_written(night: forked.Night, home: Path, model: str) -> None:
    """Wait until dbt has written out a model; a night that ended meanwhile is not waited for."""
    stat = Path(f"/proc/{night.pid}/stat")
    while not list((home / "cache" / "run").rglob(model)) and ") Z " not in stat.read_text():
        select.select([], [], [], 0.05)


def stopped(night: forked.Night, how: signal.Signals) -> None:
    os.kill(night.pid, how)
    done = night.end()
    assert (done.code, done.out, done.err) == (ENDS[how], "", f"{STOPPED}\n")
    until = time.monotonic() + PATIENT  # its children and its sweeper see that it is gone, and go
    while (there := [*left(night), *SCRATCH.glob(f".c5d1-{night.pid}-*")]) and time.monotonic() < until:
        select.select([], [], [], 0.05)
    assert there == []


def held(nights, home: Path, small: Path, point: str, fifo: Path | None = None) -> forked.Night:
    """A night that has come to a failpoint and waits there until something is written into the FIFO."""
    fifo = fifo or home.parent / "fifo"
    os.mkfifo(fifo)
    env = {failpoint.VARIABLE: f"{point}:hold", failpoint.FIFO: str(fifo)}
    night = nights.start(home, project=small, env=env)
    assert fifo.read_text() == point
    return night


@pytest.mark.faults(90)
@pytest.mark.parametrize(
    ("point", "how"), [("taken", signal.SIGTERM), ("reading", signal.SIGTERM), ("reading", signal.SIGINT)]
)
def test_in_python_and_while_a_file_is_read(point, how, nights, small, home):
    forked.sent(home, "2024-02")
    before = digest(home)
    stopped(held(nights, home, small, point), how)
    assert digest(home) == before


@pytest.mark.faults(90)
@pytest.mark.parametrize("how", ENDS)
def test_in_the_midst_of_a_long_query(how, nights, home):
    night = nights.start(home, "query", LONG)
    busy(night, 100)
    stopped(night, how)


def asking(night: forked.Night, home: Path) -> None:
    """Wait until dbt has written its last model, and two more seconds of computing."""
    until_written(night, home, "fct_indicator_values.sql")
    busy(night, 200, more=True)


@pytest.mark.faults(90)
def test_a_query_is_interrupted_so_that_what_was_built_for_it_is_cleared_away(nights, small, home):
    """Ended by force it would leave a copy of the warehouse, rows in plain and all."""
    with duckdb.connect(str(home / "warehouse.duckdb")) as live:
        live.execute(BIG)
    shutil.rmtree(home / "cache" / "run")
    night = nights.start(
        home, "query", f"select count(*) from {SLOW}", "--as-at", "2026-11-01", project=small
    )
    asking(night, home)
    assert list(home.glob(".as-at-*"))
    stopped(night, signal.SIGTERM)
    assert list(home.glob(".as-at-*")) == []


@pytest.mark.faults(90)
def test_a_query_of_the_night_itself_is_interrupted_so_that_the_night_says_its_end(nights, home, tmp_path):
    """The model is a view: who asks it is the night, not dbt. Ended by force the log would know no end."""
    project = forked.small_project(tmp_path / "project")
    (project / "models" / "core" / "fct_cross_return_findings.sql").write_text(
        "{{ config(materialized='view') }} select '' as rule_code, '' as severity, '' as area_code, "
        f"'' as period, '' as record, '' as says from {SLOW}"
    )
    with duckdb.connect(str(home / "warehouse.duckdb")) as live:
        live.execute(BIG)
    before = digest(home)
    shutil.rmtree(home / "cache" / "run")
    night = nights.start(home, project=project)
    asking(night, home)
    stopped(night, signal.SIGTERM)
    told = [json.loads(line) for line in (home / "log" / "warehouse.jsonl").read_text().splitlines()]
    assert (told[-1]["event"], told[-1]["status"], told[-1]["exit"]) == ("night ended", "not published", 143)
    assert digest(home) == before and not (home / "night.holder.json").exists()


@pytest.mark.faults(90)
def test_in_the_midst_of_a_model_of_dbts(nights, home, tmp_path):
    """dbt works in threads of its own, which hear no signal."""
    endless = forked.small_project(tmp_path / "project")
    (endless / "models" / "marts" / "endless.sql").write_text(LONG)
    before = digest(home)
    night = nights.start(home, project=endless)
    until_written(night, home, "endless.sql")
    stopped(night, signal.SIGTERM)
    assert digest(home) == before


@pytest.mark.faults(90)
def test_ended_by_force_amid_a_build_it_says_its_own_sentence_and_no_other(nights, small, home):
    """A model waits where no interrupt reaches it; dbt's locks are cleared away without a word of Python's."""
    forked.sent(home, "2024-02")
    before = digest(home)
    stopped(held(nights, home, small, "building"), signal.SIGTERM)
    assert digest(home) == before


@pytest.mark.faults(90)
def test_a_service_that_stops_it_by_itself_is_heard_too(night, home):
    """The failpoint asks the process itself, at the last step before the publishing."""
    forked.sent(home, "2024-02")
    before = digest(home)
    done = night(env={failpoint.VARIABLE: "built:stop"})
    assert (done.code, done.err, digest(home)) == (143, f"{STOPPED}\n", before)
