"""Scratch: in memory where it can be, for its owner alone, and gone whatever ends the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest import scratch as scratches
from ingest.scratch import scratch, where
from refusal import Refusal

HERE = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")
HOLDS = """
import sys, time
from pathlib import Path
from ingest.scratch import scratch
with scratch(Path(sys.argv[1]), 1, False) as folder:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "read.csv").write_text("Zeb Quagwort")
    print(folder, flush=True)
    {then}
"""
on_linux = pytest.mark.skipif(not MEMORY.is_dir(), reason="no memory disk here")


def held(work: Path, then: str) -> subprocess.Popen:
    """A process of its own with a scratch folder; its first line is where."""
    line = [sys.executable, "-c", HOLDS.format(then=then), str(work)]
    return subprocess.Popen(line, cwd=HERE, stdout=subprocess.PIPE, text=True)


def is_gone(path: Path, patience: float = 20) -> bool:
    """Whether a path goes away while we watch."""
    until = time.monotonic() + patience
    while path.exists() and time.monotonic() < until:
        time.sleep(0.01)
    return not path.exists()


@on_linux
def test_it_is_in_memory_and_its_name_tells_nothing(tmp_path):
    with scratch(tmp_path / "work", 1000, must=True) as folder:
        assert folder.is_relative_to(MEMORY)
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not any(c.isalpha() and c not in "abcdef" for c in folder.name)
        (folder / "x").write_text("x")
    assert not folder.exists()
    assert not (tmp_path / "work").exists()
    assert where() == "memory"


def test_without_room_in_memory_it_is_on_disk_and_said_so(tmp_path):
    with scratch(tmp_path / "work", 1 << 50, must=False) as folder:
        assert folder.parent == tmp_path / "work" / "scratch"
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_where_it_must_not_touch_the_disk_it_refuses(tmp_path):
    with pytest.raises(Refusal, match=r"GB of memory") as refused, scratch(tmp_path, 1 << 50, must=True):
        pass
    assert refused.value.code == 4
    assert list(tmp_path.iterdir()) == []


def test_it_goes_when_the_work_fails(tmp_path):
    seen = []

    def work():
        with scratch(tmp_path, 1, must=False) as folder:
            seen.append(folder)
            (folder / "x").write_text("x")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        work()
    assert not seen[0].exists()


@pytest.mark.faults(87, 90)
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_goes_when_the_process_is_killed(tmp_path, how):
    process = held(tmp_path, "time.sleep(600)")
    folder = Path(process.stdout.readline().strip())
    assert (folder / "deep" / "er" / "read.csv").exists()
    process.send_signal(how)
    process.wait()
    assert is_gone(folder)


@on_linux
def test_the_sweeper_outlives_what_stops_its_run(tmp_path):
    """Ctrl-C and a polite kill reach everything of a terminal or service; the sweeper waits for the end."""
    process = held(tmp_path, "time.sleep(600)")
    folder = Path(process.stdout.readline().strip())
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    (sweeper,) = map(int, children.split())
    for polite in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(sweeper, polite)
    assert os.getsid(sweeper) == sweeper
    process.kill()
    process.wait()
    assert is_gone(folder)


@on_linux
def test_what_a_dead_run_left_is_swept_and_a_living_one_is_left_alone(tmp_path):
    """A number is given to another process in time: only with its start time does it name one."""
    living = held(tmp_path, "time.sleep(600)")
    other = Path(living.stdout.readline().strip())
    again = scratches.name_for(os.getpid(), "1")
    dead = MEMORY / again
    dead.mkdir(mode=0o700)
    (dead / "left.csv").write_text("Zeb Quagwort")
    stranger = MEMORY / "not-ours"
    stranger.mkdir(mode=0o700)
    try:
        with scratch(tmp_path, 1, must=False) as folder:
            assert not dead.exists()
            assert other.exists()
            assert stranger.exists()
            assert folder.exists()
    finally:
        stranger.rmdir()
        living.kill()
        living.wait()
    assert is_gone(other)
