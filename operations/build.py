"""dbt, run once a night in this process: accepted rows and seeds → the core data set and the marts."""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

from operations import stopping, trouble
from operations.once import once
from operations.settings import MEMORY
from operations.unheard import unheard
from refusal import Refusal
from uncollected import uncollected

EVER = "9999-12-31"
SERVED = "The last good night is still served."
LARGE = 500_000_000  # bytes of a warehouse of which two models at once need more than 1,500 MB
NAMED = 5  # what was not built is named so far; of hundreds the number is enough


@dataclass(frozen=True)
class Built:
    """How many models, seeds and tests were built."""

    nodes: int


def build(
    project: Path,
    database: Path,
    target: Path,
    as_at: str = EVER,
    key: str | None = None,
    afresh: bool = True,
    memory: str = MEMORY,
) -> Built:
    """Build every model in `database` as at a moment; raises Refusal naming what failed.

    Not `afresh`, seeds and code are as they were when it was built before, and what new submissions touch is made
    again (dbt_project/macros/incremental.sql).

    Its exit code is 3 where a model or a test failed, 4 where the machine did, 5 where dbt itself did. The rows a
    failing step was given never reach its message: dbt's own log is off, because a database error quotes the
    value it could not take.
    """
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    answer = _run(_arguments(project, database, target, afresh), (database, key, as_at, memory))
    _let_go()
    if _was_interrupted(answer.exception):
        raise KeyboardInterrupt
    stopping.check()
    if answer.exception is not None:
        raise _broken(answer.exception, database.parent)
    results = answer.result.results
    if failed := [r for r in results if r.status in ("error", "fail", "runtime error")]:
        raise _failed(failed, [r.node.name for r in results if r.status == "skipped"], database.parent)
    if not results:
        raise Refusal(f"Not published: the build found nothing to do. {SERVED}", 3)
    return Built(len(results))


def _run(arguments: list[str], its: tuple[Path, str | None, str, str]):
    """What dbt answers, which says nothing and does nothing twice meanwhile."""
    os.environ["DO_NOT_TRACK"] = "1"
    from dbt.cli.main import dbtRunner

    from operations.dbt_plugin import given

    quiet = contextlib.redirect_stdout(io.StringIO())
    with quiet, given(*its), uncollected(), unheard(), once():
        return dbtRunner().invoke(arguments)


def _arguments(project: Path, database: Path, target: Path, afresh: bool) -> list[str]:
    is_large = database.stat().st_size > LARGE
    return [
        *("--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-write-json", "build"),
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(target), "--log-path", str(target)),
        *(["--full-refresh"] if afresh else ["--selector", "again"]),
        *(["--threads", "1"] if is_large else []),
    ]


def _broken(problem: BaseException, folder: Path) -> Refusal:
    """dbt itself ended: by the machine's fault, or by ours."""
    if says := trouble.trouble(problem, folder) or trouble.said(str(problem), folder, is_given=True):
        return Refusal(f"Not published. {says} {SERVED}", 4)
    return Refusal(
        f"The core data set was not built: {type(problem).__name__}. This is our fault. {SERVED}", 5
    )


def _failed(failed: list, skipped: list[str], folder: Path) -> Refusal:
    """What failed by name, and what was not built because of it; where the machine failed, that is said."""
    for result in failed:
        if says := trouble.said(str(result.message), folder, is_given=True):
            return Refusal(f"Not published: {result.node.name} failed. {says} {SERVED}", 4)
    names = ", ".join(sorted(r.node.name for r in failed))
    rest = ", ".join(sorted(skipped)[:NAMED]) + (f" and {len(skipped) - NAMED} more" * (len(skipped) > NAMED))
    so = f" Because of that, not built: {rest}." if skipped else ""
    return Refusal(f"Not published: {names} failed.{so} {SERVED}", 3)


def _was_interrupted(problem: BaseException | None) -> bool:
    """Whether a Ctrl-C is at the bottom of it: dbt tells of it as a failure, now and then as one of its parser's."""
    while problem is not None and not isinstance(problem, KeyboardInterrupt):
        problem = problem.__cause__ or problem.__context__
    return problem is not None


def _let_go() -> None:
    """dbt keeps the file open and locked until told otherwise; the night must rename it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
