"""A polite end: Ctrl-C or SIGTERM ends a command within seconds, whatever it is in the midst of.

Where Python runs, the signal raises KeyboardInterrupt. A thread that the signal itself wakes sees to the rest: it
interrupts DuckDB's queries, kills the readers of files, and ends the process where it has not ended within
PATIENCE. That is safe: whatever moment a night ends at, nothing is half published.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import weakref
from collections.abc import Iterator

STOPPED = "Stopped. The last good night is still served."
PATIENCE = 3.0  # seconds; who sent the signal waits five
AGAIN = 0.1
SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What clears away the locks of a process that was ended by force would say so in words of its own, after ours.
UNSAID = "ignore:resource_tracker"
_asked: list[int] = []
_connections: weakref.WeakSet = weakref.WeakSet()


def mind(connection):
    """Remember a connection to DuckDB, whose queries are to be interrupted; the same connection."""
    _connections.add(connection)
    return connection


def code() -> int | None:
    """The exit code of a command that was told to stop; None where it was not."""
    return 128 + _asked[0] if _asked else None


def check() -> None:
    """Stop here where that was asked for, whoever swallowed the asking."""
    if _asked:
        raise KeyboardInterrupt


@contextlib.contextmanager
def heard() -> Iterator[None]:
    """Hear signals while a command runs; in a thread that hears none, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if UNSAID not in sys.warnoptions:  # which Python hands to the processes it starts; here nothing changes
        sys.warnoptions.append(UNSAID)
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    ears = threading.Thread(target=_listen, args=(ours,), daemon=True)
    ears.start()
    before = {number: signal.signal(number, _raise) for number in SIGNALS}
    awake = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(awake)
        for number, handler in before.items():
            signal.signal(number, handler)
        theirs.close()
        ears.join(2 * AGAIN)
        _asked.clear()


def _raise(number: int, _frame) -> None:
    _asked.append(number)
    raise KeyboardInterrupt


def _listen(ear: socket.socket) -> None:
    """Wait for a signal or the end of the command, whichever comes first."""
    with ear:
        while told := ear.recv(1):
            if told[0] in SIGNALS:
                _hurry(ear, told[0])
                return


def _hurry(ear: socket.socket, number: int) -> None:
    """Have the command end by itself; where it does not, or is told a second time, end it."""
    until, ear_ends = time.monotonic() + PATIENCE, False
    ear.settimeout(AGAIN)
    while time.monotonic() < until and not ear_ends:
        _interrupt()
        try:
            told = ear.recv(1)
        except TimeoutError:
            continue
        if not told:
            return
        ear_ends = told[0] in SIGNALS
    print(STOPPED, file=sys.stderr, flush=True)
    os._exit(128 + number)


def _interrupt() -> None:
    for connection in list(_connections):
        with contextlib.suppress(Exception):  # one that was closed meanwhile has nothing to interrupt
            connection.interrupt()
    if processes := sys.modules.get("multiprocessing"):  # else there are none
        for child in processes.active_children():
            child.kill()
