"""Who it is: the person who logged in, as the operating system knows, whatever account a command runs as."""

from __future__ import annotations

import os
from pathlib import Path

NOBODY = 2**32 - 1  # what Linux keeps for a process that nobody logged in for


def person() -> str:
    """Who runs this: the account that logged in, which `sudo` does not change; not what the environment says."""
    if os.name != "posix":
        import getpass

        return getpass.getuser()
    import pwd

    number = _logged_in()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"account {number}"


def _logged_in(told: Path = Path("/proc/self/loginuid")) -> int:
    """The number of the account that logged in, where the machine keeps it; else of the one this runs as."""
    try:
        number = int(told.read_text("ascii"))
    except (OSError, ValueError):
        number = NOBODY
    return os.getuid() if number == NOBODY else number
