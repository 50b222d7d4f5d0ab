"""The process apart: it does what it is told, within limits, and answers with data."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from ingest.apart import Fault, Limits, Overrun
from ingest.reading import Unreadable

# A disk that fails is no fault of the file: the night stops, and can be run again.
OF_THE_DISK = (errno.ENOSPC, errno.EIO, errno.EROFS, getattr(errno, "EDQUOT", -1))


def work() -> None:
    """The process: it does what it is told, one thing after another, until nobody is left to tell it."""
    answers, asked = os.fdopen(os.dup(1), "wb"), SimpleQueue()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it
    Thread(target=_hear, args=(asked,), daemon=True).start()
    pickle.dump(True, answers)
    while True:
        answers.flush()
        limits, function, args = asked.get()
        _limit(limits)
        pickle.dump(_answer(function, args), answers)


def _hear(asked: SimpleQueue) -> None:
    """A thread of its own: however busy the process is, it ends when the other end of the pipe does."""
    try:
        while True:
            asked.put(pickle.load(sys.stdin.buffer))
    finally:
        os._exit(1)


def _answer(function: Callable, args: tuple):
    try:
        return function(*args)
    except Unreadable as refused:
        return refused
    except MemoryError:
        return Overrun("memory")
    except Exception as fault:  # noqa: BLE001 - its words may quote a value; its kind does not
        return _failed(fault)


def _failed(fault: Exception) -> Exception:
    number = getattr(fault, "errno", None)
    if number == errno.EFBIG:
        return Overrun("written")
    if number in OF_THE_DISK:
        return OSError(number, os.strerror(number), str(fault.filename or "what is read tonight"))
    if type(fault).__name__ == "OutOfMemoryException":  # DuckDB's
        return Overrun("memory")
    return Fault(_told(fault))


def _told(fault: Exception) -> str:
    last = fault.__traceback__
    while last.tb_next:
        last = last.tb_next
    return f"{type(fault).__name__}, {Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}"


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits: there the clock alone ends a call
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + limits.seconds + 1
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, limits.written),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
