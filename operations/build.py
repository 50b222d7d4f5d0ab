"""dbt, run once a night in this process: accepted rows and seeds → the core data set and the marts."""

from __future__ import annotations

import contextlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

from refusal import Refusal

EVER = "9999-12-31"


@dataclass(frozen=True)
class Built:
    """How many models, seeds and tests were built."""

    nodes: int


def build(project: Path, database: Path, target: Path, as_at: str = EVER, key: str | None = None) -> Built:
    """Build every model in `database` as at a moment; raises Refusal (exit 3) naming what failed.

    The rows a failing step was given never reach its message: dbt's own log is off, because a database
    error quotes the value it could not take.
    """
    os.environ["DO_NOT_TRACK"] = "1"
    arguments = [
        *("--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-write-json", "build"),
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(target), "--log-path", str(target)),
        *("--vars", json.dumps({"as_at": as_at})),
    ]
    from dbt.cli.main import dbtRunner

    from operations.dbt_plugin import given

    with contextlib.redirect_stdout(io.StringIO()), given(database, key):
        answer = dbtRunner().invoke(arguments)
    _let_go()
    if _was_interrupted(answer.exception):
        raise KeyboardInterrupt
    if answer.exception is not None:
        raise Refusal(f"The core data set was not built: {type(answer.exception).__name__}.", 3)
    failed = [r.node.name for r in answer.result.results if r.status in ("error", "fail", "runtime error")]
    if failed:
        raise Refusal(
            f"Not published: {', '.join(sorted(failed))} failed. The last good night is still served.", 3
        )
    if not answer.result.results:
        raise Refusal("Not published: the build found nothing to do. The last good night is still served.", 3)
    return Built(len(answer.result.results))


def _was_interrupted(problem: BaseException | None) -> bool:
    """Whether a Ctrl-C is at the bottom of it: dbt tells of it as a failure, now and then as one of its parser's."""
    while problem is not None and not isinstance(problem, KeyboardInterrupt):
        problem = problem.__cause__ or problem.__context__
    return problem is not None


def _let_go() -> None:
    """dbt keeps the file open and locked until told otherwise; the night must rename it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
