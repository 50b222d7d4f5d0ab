"""A bug told without a value in it: its kind and where it arose, never what it was given."""

from __future__ import annotations

import os
import sys
import traceback
import uuid
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import typer

from refusal import Refusal

STOPPED = "Stopped. The last good night is still served."
OUR_FAULT = 5
COULD_NOT_WRITE = 4
INTERRUPTED = 130


def tell(bug: Exception, folder: Path) -> tuple[int, str]:
    """The exit code and the sentence for an unforeseen exception; its report goes into `folder`."""
    name = type(bug).__name__
    if name == "RuntimeError" and "interrupted" in str(bug):  # how DuckDB says Ctrl-C in the midst of a query
        return INTERRUPTED, STOPPED
    if isinstance(bug, OSError):
        return COULD_NOT_WRITE, f"{bug.strerror or name}: {bug.filename or 'a file'}. Nothing was published."
    number = uuid.uuid4().hex[:8]
    frames = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(bug.__traceback__)]
    if os.environ.get("WAREHOUSE_DEBUG"):
        traceback.print_exception(bug)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text("\n".join([name, *frames]) + "\n", "utf-8")
        where = f" Report {number} is in {folder}."
    except OSError:
        where = ""
    return OUR_FAULT, f"This is our fault, not yours: {name}.{where} The last good night is still served."


def plainly(command: Callable, default_home: Callable[[], Path]) -> Callable:
    """What a person must act on is one sentence and an exit code; a bug is a report without any value in it."""

    @wraps(command)
    def told(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except Refusal as refused:
            print(refused, file=sys.stderr)
            raise typer.Exit(refused.code) from None
        except KeyboardInterrupt:
            print(STOPPED, file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as bug:  # noqa: BLE001 - the last net: no traceback, no value, a report and an exit code
            context = kwargs.get("context")
            code, says = tell(bug, (context.obj.root if context else default_home()) / "faults")
            print(says, file=sys.stderr)
            raise typer.Exit(code) from None

    return told
