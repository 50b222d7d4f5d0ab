"""What a forked night may find strange: no powers, little room, no network, another clock, calls that fail."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

NEW_USER, NEW_NET = 0x10000000, 0x40000000
FAILING = {"rename": "os.rename", "open": "open", "make": "os.mkdir", "remove": "os.remove"}


def be(
    limits: dict[str, int] | None = None,
    powerless: bool = False,
    offline: bool = False,
    clock: float = 0,
    zone: str | None = None,
    umask: int | None = None,
    cwd: str | None = None,
    failing: tuple[str, int, str] | None = None,
    spare: int | None = None,
) -> None:
    """Make this process strange.

    `clock` is how many seconds its clock is wrong; `failing` a kind of call, which one of them, and the folder
    below which they are counted; `spare` how many bytes of memory it may take beyond what it has.
    """
    if umask is not None:
        os.umask(umask)
    if cwd:
        os.chdir(cwd)
    if zone:
        os.environ["TZ"] = zone
        time.tzset()
    if offline:
        leave_the_network()
    if clock:
        _set_clock(timedelta(seconds=clock))
    if failing:
        fail(*failing)
    if spare is not None:
        limits = {**(limits or {}), "AS": _size() + spare}
    for name, value in (limits or {}).items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    if powerless:
        lose_powers()


def leave_the_network() -> None:
    """A network namespace with nothing in it, not even itself; OSError where the machine does not allow it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NET) and libc.unshare(NEW_USER | NEW_NET):
        raise OSError(ctypes.get_errno(), "unshare")


def lose_powers() -> None:
    """Let rights count for this process even where it is root's, who may else read and write whatever it likes."""
    ctypes.CDLL(None).prctl(28, 1 << 0 | 1 << 1)  # none come back with the next program that is run
    version_and_this_process = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capset(version_and_this_process, none)


def _set_clock(wrong: timedelta) -> None:
    """The clock as a run of ours reads it."""
    import house

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + wrong

    house.datetime = Clock


def _size() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def fail(kind: str, nth: int, below: str) -> None:
    """Have the nth call of a kind below a folder find the disk full; a link `<folder>.failed` tells that there was one."""
    seen = {"calls": 0}

    def count(path) -> None:
        seen["calls"] += 1
        if seen["calls"] == nth:
            Path(f"{below}.failed").symlink_to("nothing")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    def heard(event: str, given: tuple) -> None:
        if event != FAILING.get(kind) or not isinstance(given[0], str | os.PathLike):
            return
        path, writes = os.fspath(given[0]), kind != "open" or _writes(given)
        if writes and str(path).startswith(below):
            count(path)

    if kind == "fsync":
        real = os.fsync

        def fsync(fd: int) -> None:
            count(f"file {fd}")
            real(fd)

        os.fsync = fsync
    else:
        sys.addaudithook(heard)


def _writes(given: tuple) -> bool:
    return bool(given[2] & (os.O_WRONLY | os.O_RDWR))


def now(clock: float) -> datetime:
    """What a clock says that is wrong by so many seconds."""
    return datetime.now(UTC) + timedelta(seconds=clock)
