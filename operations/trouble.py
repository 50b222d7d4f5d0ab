"""What the machine could not do, in a sentence: what is full, forbidden or used up, where, and what to do about it."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

FULL = "There is no room left on the disk", "Make room there"
LIMIT = "A file may not become as large as it would", "Raise the limit on the size of files"
FORBIDDEN = "This account may not read or write what it must", "Give {who} the right to"
READ_ONLY = "The disk cannot be written to", "Mount it for writing"
FAILS = "The disk does not read or write as it should", "Have the disk looked at"
MEMORY = "Memory is used up", "Close what uses memory"
GIVEN = (
    "The database needs more memory than it is given",
    'Write memory = "4GB", or more where the machine has it, into settings.toml',
)
SPILL = "There is no room left for what does not fit in memory", "Make room beside the warehouse file"
# DuckDB at its own limit: what it has taken, and may take.
ALL_USED = re.compile(r"Out of Memory Error: [^\n]*\([\d.]+ \w+/[\d.]+ \w+ used\)")
CAUSES = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: LIMIT,
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EROFS: READ_ONLY,
    errno.EIO: FAILS,
    errno.ENOMEM: MEMORY,
}
# What DuckDB, dbt and Python say of it; nothing else of what they say is passed on, for it may quote a value.
SAID = {
    r"max_temp_directory_size": SPILL,
    r"No space left on device": FULL,
    r"File too large": LIMIT,
    r"Permission denied": FORBIDDEN,
    r"Read-only file system": READ_ONLY,
    r"Input/output error": FAILS,
    r"Out of Memory|OutOfMemory|failed to allocate|Cannot allocate memory|can't start new thread": MEMORY,
}


def trouble(problem: BaseException, folder: Path) -> str | None:
    """A sentence about what the machine could not do, and where; None where it was not the machine.

    `folder` is named where the problem does not say where it arose.
    """
    if isinstance(problem, MemoryError):
        return _sentence(MEMORY, None)
    problem = next((p for p in problem.args if isinstance(p, OSError)), problem)  # as xlsxwriter tells of one
    if isinstance(problem, OSError):
        cause = CAUSES.get(problem.errno)
        where = problem.filename or folder
        return _sentence(cause, where) if cause else _other(problem, where)
    ours = type(problem).__module__.endswith("duckdb") or isinstance(problem, RuntimeError)
    return said(str(problem), folder) if ours else None


def said(text: str, folder: Path, is_given: bool = False) -> str | None:
    """The same, by what DuckDB or dbt says of it; `is_given` where it was held to the memory the settings say."""
    if is_given and ALL_USED.search(text):
        return _sentence(GIVEN, None)
    for pattern, cause in SAID.items():
        if re.search(pattern, text):
            return _sentence(cause, None if cause is MEMORY else folder)
    return None


def _sentence(cause: tuple[str, str], where) -> str:
    what, do = cause
    who = f"the account with number {os.getuid()}" if hasattr(os, "getuid") else "this account"
    return f"{what}{f': {where}' if where else ''}. {do.format(who=who)}, and run this again."


def _other(problem: OSError, where) -> str:
    return f"{problem.strerror or type(problem).__name__}: {where}. Mend that, and run this again."
