"""A bug told without a value in it: its kind and where it arose, never what it was given."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import typer

import plain
from operations import stopping
from operations.stopping import STOPPED
from operations.trouble import trouble
from refusal import Refusal

SERVED = "The last good night is still served."
OUR_FAULT = 5
COULD_NOT_WRITE = 4
INTERRUPTED = 130


def tell(bug: BaseException, folder: Path) -> tuple[int, str]:
    """The exit code and the sentence for what ended a command; a report of what was unforeseen goes into `folder`."""
    if (code := stopping.code()) or isinstance(bug, KeyboardInterrupt):
        return code or INTERRUPTED, STOPPED
    if isinstance(bug, Refusal):
        return bug.code, str(bug)
    if isinstance(bug, RuntimeError) and "interrupted" in str(bug):  # how DuckDB says Ctrl-C amid a query
        return INTERRUPTED, STOPPED
    if says := trouble(bug, folder.parent):
        return COULD_NOT_WRITE, f"{says} {SERVED}"
    return OUR_FAULT, f"This is our fault, not yours: {type(bug).__name__}.{_reported(bug, folder)} {SERVED}"


def _reported(bug: BaseException, folder: Path) -> str:
    """Where the report lies; nothing where none can be written."""
    number = os.urandom(4).hex()
    frames = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(bug.__traceback__)]
    if os.environ.get("WAREHOUSE_DEBUG"):
        traceback.print_exception(bug)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text("\n".join([type(bug).__name__, *frames]) + "\n", "utf-8")
    except OSError:
        return ""
    return f" Report {number} is in {folder}."


@contextmanager
def _quiet_ends() -> Iterator[None]:
    """An object that fails while it is thrown away has its traceback printed by Python, values and all: not by us."""
    before = sys.unraisablehook
    sys.unraisablehook = before if os.environ.get("WAREHOUSE_DEBUG") else lambda _: None
    try:
        yield
    finally:
        sys.unraisablehook = before


def plainly(command: Callable, default_home: Callable[[], Path]) -> Callable:
    """What a person must act on is one sentence and an exit code; a bug is a report without any value in it."""

    @wraps(command)
    def told(*args, **kwargs):
        with stopping.heard(), _quiet_ends():
            try:
                return command(*args, **kwargs)
            except (typer.Exit, typer.Abort):
                raise
            except (Exception, KeyboardInterrupt) as bug:  # noqa: BLE001 - the last net: no traceback, no value
                context = kwargs.get("context")
                code, says = tell(bug, (context.obj.root if context else default_home()) / "faults")
                print(plain.lines(says), file=sys.stderr)
                raise typer.Exit(code) from None

    return told
