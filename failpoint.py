"""Where a test may cut the night short, to see what the morning finds; inert unless the environment asks."""

from __future__ import annotations

import errno
import os
import signal

VARIABLE = "WAREHOUSE_FAILPOINT"
FIFO = "WAREHOUSE_FAILPOINT_FIFO"
# In the order in which a night comes to them; `reading` and `linking` are in processes apart.
POINTS = (
    *("locked", "copied", "opened", "keeping", "reading", "checked", "filing", "taken", "linking", "linked"),
    *(
        "accepted",
        "building",
        "built",
        "synced",
        "kept",
        "renamed",
        "published",
        "cleaned",
        "sent",
        "cleared",
    ),
    *("noting", "noted"),
)
_reached = {"times": 0}


def reach(name: str) -> None:
    """Do here what the environment asks for: `name:action`, or `name:action:3` for the third time.

    `kill` dies as in a power cut, `stop` is told to end, `full` finds the disk full, `hold` tells a FIFO and
    waits until somebody writes into it.
    """
    asked = os.environ.get(VARIABLE, "")
    if not asked.startswith(f"{name}:"):
        return
    action, _, nth = asked.removeprefix(f"{name}:").partition(":")
    _reached["times"] += 1
    if _reached["times"] == int(nth or 1):
        ACTIONS[action](name)


def _kill(name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop(name: str) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _full(name: str) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"at {name}")


def _hold(name: str) -> None:
    """To open a FIFO waits for its other end: the test reads that we are here, and later writes that we may go on."""
    fifo = os.environ[FIFO]
    with open(fifo, "w", encoding="ascii") as told:  # noqa: PTH123 - no path is needed for one pipe
        told.write(name)
    with open(fifo, encoding="ascii") as allowed:  # noqa: PTH123
        allowed.read()


ACTIONS = {"kill": _kill, "stop": _stop, "full": _full, "hold": _hold}
