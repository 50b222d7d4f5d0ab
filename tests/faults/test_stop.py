"""SIGTERM and Ctrl-C end a night within seconds, whatever it is in the midst of; nothing is published, nobody left."""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path

import pytest

import failpoint
from operations.stopping import STOPPED
from tests.faults import forked
from tests.faults.test_kill import digest

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes as Linux does"
)
LONG = "select count(*) from range(1000000000000) as r(i) where hash(i) = 0"
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


def busy(night: forked.Night, ticks: int) -> None:
    """Wait until a process has computed for so long that it does nothing but the one thing it was told."""
    stat = Path(f"/proc/{night.pid}/stat")
    while sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) < ticks:
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


@pytest.mark.faults(90)
def test_in_the_midst_of_a_model_of_dbts(nights, home, tmp_path):
    """dbt works in threads of its own, which hear no signal."""
    endless = forked.small_project(tmp_path / "project")
    (endless / "models" / "marts" / "endless.sql").write_text(LONG)
    before = digest(home)
    night = nights.start(home, project=endless)
    while not list((home / "cache" / "run").rglob("endless.sql")) and left(night):
        select.select([], [], [], 0.05)
    stopped(night, signal.SIGTERM)
    assert digest(home) == before


@pytest.mark.faults(90)
def test_a_service_that_stops_it_by_itself_is_heard_too(night, home):
    """The failpoint asks the process itself, at the last step before the publishing."""
    forked.sent(home, "2024-02")
    before = digest(home)
    done = night(env={failpoint.VARIABLE: "built:stop"})
    assert (done.code, done.err, digest(home)) == (143, f"{STOPPED}\n", before)
