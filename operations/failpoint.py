"""Where a test may kill the night, to see what the morning finds."""

from __future__ import annotations

import os
import signal

VARIABLE = "WAREHOUSE_FAILPOINT"


def reach(name: str) -> None:
    """Die here as a power cut would, if the environment asks for it."""
    if os.environ.get(VARIABLE) == f"{name}:kill":
        os.kill(os.getpid(), signal.SIGKILL)
