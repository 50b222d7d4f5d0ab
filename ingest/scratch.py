"""A folder for tonight's plain copies and what readers make of them: in memory, and gone whatever ends the run.

The rows of a file being read hold what must not rest on a disk. On Linux they lie in a memory disk; a child
process waits for this one to end, however it ends, and clears what it left.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.sealing import folder as private
from refusal import Refusal

MEMORY = Path("/dev/shm")
ROOM = 4  # a file, its canonical copy, what a reader joins it in, and as much again
LEAST = 64 << 20
NAME = re.compile(r"\.c5d1-(\d+)-(\d+)-[0-9a-f]{8}")
# Readers may still write while they die, so it tries until the folder is gone.
SWEEPER = """
import shutil, signal, sys, time
for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
print("ready", flush=True)
sys.stdin.buffer.read()
for _ in range(600):
    try:
        shutil.rmtree(sys.argv[1])
    except FileNotFoundError:
        break
    except OSError:
        time.sleep(0.1)
"""


@contextmanager
def scratch(home_work: Path, need: int, must: bool) -> Iterator[Path]:
    """A folder for `need` bytes of files and what is read from them; it and all in it go at the end.

    In memory where there is room, else below `home_work`; Refusal (exit 4) where it `must` be in memory.
    """
    place = _place(home_work, need, must)
    for old in (MEMORY, home_work / "scratch"):
        _sweep(old)
    target = place / name_for(os.getpid(), _began(os.getpid()) or "0")
    sweeper = _start_sweeper(target)
    try:
        private(place / target.name)
        yield target
    finally:
        shutil.rmtree(target, ignore_errors=True)
        if place != MEMORY and not any(place.iterdir()):
            place.rmdir()
        sweeper.communicate()


def where() -> str:
    """Where scratch is on this machine: `memory`, or `disk`."""
    return "memory" if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else "disk"


def name_for(pid: int, began: str) -> str:
    """A folder's name: whose it is, by process number and start time, and nothing of what is in it."""
    return f".c5d1-{pid}-{began}-{secrets.token_hex(4)}"


def _place(home_work: Path, need: int, must: bool) -> Path:
    room = max(ROOM * need, LEAST)
    free = min(shutil.disk_usage(MEMORY).free, _free_memory()) if where() == "memory" else 0
    if free >= room:
        return MEMORY
    if must:
        raise Refusal(
            f"{need / 2**30:.1f} GB of files need {room / 2**30:.1f} GB of memory to be read in, for what is read "
            f"may not touch the disk; {free / 2**30:.1f} GB are free in {MEMORY}. "
            "Close what uses memory, or take the files in a few at a time.",
            4,
        )
    return home_work / "scratch"


def _free_memory() -> int:
    """Bytes the machine can give without swapping, which would be a disk."""
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) << 10
    return 0


def _start_sweeper(target: Path) -> subprocess.Popen:
    """A child in a session of its own, deaf to polite signals once this returns.

    The pipe it reads is open in this process alone, and ends with it.
    """
    line = [sys.executable, "-I", "-S", "-c", SWEEPER, str(target)]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    sweeper = subprocess.Popen(
        line, stdin=pipe, stdout=pipe, stderr=quiet, start_new_session=True, cwd=target.anchor
    )
    if sweeper.stdout.readline().strip() != b"ready":
        raise Refusal("What clears files being read after a crash could not be started. Run this again.", 4)
    return sweeper


def _sweep(place: Path) -> None:
    """Remove what runs left whose sweeper was killed with them."""
    for path in place.glob(".c5d1-*") if place.is_dir() else ():
        found = NAME.fullmatch(path.name)
        if found and not path.is_symlink() and _is_dead(int(found[1]), found[2]):
            shutil.rmtree(path, ignore_errors=True)


def _is_dead(pid: int, began: str) -> bool:
    """Whether the process that made a folder has ended; where start times are not told, nobody is called dead."""
    if _began(os.getpid()) is None:
        return False
    return _began(pid) != began


def _began(pid: int) -> str | None:
    """When a process started, in the kernel's count; None where it has ended or the kernel does not tell."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return None
    return told.rpartition(")")[2].split()[19]
