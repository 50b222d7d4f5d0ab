"""Opening and leaving the night's copy of the warehouse."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from expectations.batch import quoted
from expectations.standard import standard
from ingest import calendar, identity, inbox, tables
from ingest.context import Context, prepare
from ingest.inbox import Arrival
from refusal import Refusal

MEMORY = "1500MB"


def open_copy(copy: Path, work: Path) -> duckdb.DuckDBPyConnection:
    """The copy, open for work; what does not fit in memory spills beside it."""
    try:
        connection = duckdb.connect(str(copy))
    except duckdb.Error as problem:
        raise Refusal(
            f"The warehouse cannot be opened ({type(problem).__name__}). Restore the last good copy.", 4
        ) from None
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute("set threads = 2")
    connection.execute(f"set temp_directory = {quoted(work / 'spill')}")
    tables.create(connection, standard())
    return connection


def context(connection, home, run_id: str, now: datetime) -> Context:
    """The night's context; `home` gives `seeds`, `key`, `vault` and `work`."""
    connection.execute(
        "insert into landing.runs values (?, ?, null, 'running', ?)", [run_id, now, _version()]
    )
    key = identity.open_key(home.key)
    return prepare(connection, home.seeds, key, home.vault, home.work / "scratch", run_id, now)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("south-yorkshire-core-data")
    except PackageNotFoundError:
        return "checkout"


def arrivals(folder: Path, night: Context) -> list[Arrival]:
    """What lies in the inbox; Refusal where a named inbox is not there."""
    if not folder.exists():
        raise Refusal(f"There is no inbox {folder}. Put files there with `warehouse receive`.", 2)
    return inbox.arrivals(folder, set(night.organisations))


def leave(connection, run_id: str, now: datetime, seeds: Path) -> None:
    """What is due is written, the sums are proved, and the file is made small before it is closed."""
    calendar.expect(connection, seeds, now.date())
    lost = connection.execute(
        "select count(*) from landing.submissions where rows_read <> rows_accepted + rows_quarantined + rows_skipped"
    ).fetchone()[0]
    if lost:
        raise Refusal(f"Not published: {lost} submissions do not add up. This is our fault.", 3)
    connection.execute(
        "update landing.runs set finished_at = now(), status = 'published' where run_id = ?", [run_id]
    )
    connection.execute("checkpoint")
