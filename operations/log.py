"""The log for machines: one JSON object on a line, in UTC, with codes and counts and nothing else.

What may stand in it is decided here and not by who writes: a number, or a word of the form its name has.
Anything else becomes `?`, so that neither a value nor a file's name ever comes in.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

NAME = "warehouse.jsonl"
BYTES, KEPT = 5_000_000, 9  # of one file, and how many older ones: some ten years of nights
EVENTS = ("night began", "submission", "night ended", "notice", "backup", "verify", "restore", "migration")
STATUSES = (
    *("accepted", "accepted with findings", "refused", "nil", "duplicate", "already loaded", "deferred"),
    *("held", "explanations", "superseded", "published", "not published", "sent", "waits", "ok", "failed"),
)
FORMS = {
    "run_id": re.compile(r"\d{8}T\d{6}Z\d{1,10}"),
    "status": re.compile("|".join(STATUSES)),
    "return": re.compile(r"R\d\d"),
    "organisation": re.compile(r"[A-Z0-9]{3}"),
    "code": re.compile(r"[A-Z]{1,2}\d{2,3}(\.\d\d)?"),
    "version": re.compile(r"\d+(\.\d+){1,3}"),
}
UNKNOWN = "?"
MOST = 1_000_000_000  # counts are smaller; an NHS number is not


def write(folder: Path, event: str, /, **facts) -> str | None:
    """Add one line to the log in a folder; a sentence where it cannot be written, which never stops anything.

    Facts that are None are left out.
    """
    told = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "event": event if event in EVENTS else UNKNOWN}
    told |= {name: _may_stand(name, fact) for name, fact in facts.items() if fact is not None}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        problem = _append(folder / NAME, json.dumps(told))
    except OSError as met:
        problem = met
    if problem is None:
        return None
    why = getattr(problem, "strerror", None) or type(problem).__name__
    return f"The log {folder / NAME} cannot be written ({why}). What it would have told stands above."


def _may_stand(name: str, fact: object) -> object:
    """The fact itself where it is a number or a word of its form; `?` where it is anything else."""
    if isinstance(fact, int | float):
        return fact if abs(fact) < MOST else UNKNOWN
    form = FORMS.get(name)
    return fact if form and isinstance(fact, str) and form.fullmatch(fact) else UNKNOWN


def _append(path: Path, line: str) -> Exception | None:
    """Write a line, the file put aside for a new one when it is full; what went wrong, if anything did."""
    problems: list[Exception] = []
    handler = RotatingFileHandler(path, maxBytes=BYTES, backupCount=KEPT, encoding="ascii")
    # The standard library's own answer is a traceback on the console, below which the night's outcome is missed.
    handler.handleError = lambda record: problems.append(sys.exception())
    try:
        handler.emit(logging.makeLogRecord({"msg": line}))
    finally:
        with suppress(OSError):  # what could not be written is tried once more as it is closed
            handler.close()
    with suppress(OSError):
        path.chmod(0o600)
    return problems[0] if problems else None
