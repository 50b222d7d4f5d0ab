"""A warehouse of an older version of the project: what is to be done to it, step by step, in the night's copy.

`landing.format` says by which format a file is written. A file of a newer format than ours is refused: we do not
know what is in it. What any table of a return has gained since `tables` gives it; here stands what that cannot know.
"""

from __future__ import annotations

from dataclasses import dataclass

import failpoint
from refusal import Refusal

FORMAT = (
    "create table if not exists landing.format (version integer not null, changed_at timestamptz not null)"
)
LEDGER = ("runs", "submissions", "submission_files", "findings", "skipped", "rule_results")
# What a file without a number must have to be one of ours, from the first night there was.
FIRST = 1


@dataclass(frozen=True)
class Step:
    """From one format to the next: its number, what it does in words, and the SQL that does it."""

    to: int
    says: str
    sql: tuple[str, ...]


STEPS = (
    Step(
        2,
        "what older versions made and none makes any more is gone: nobody would rebuild it, or erase a child from it",
        (
            "drop table if exists marts.mart_annual_report",
            "drop table if exists core.fct_total_findings",
            "drop table if exists core.fct_series_findings",
            "drop table if exists reference.published_referrals",
            "drop table if exists reference.published_factors",
        ),
    ),
)
NOW = STEPS[-1].to


def version(connection) -> int | None:
    """The format of the file a connection has open; None where nothing is in it yet.

    Refusal (exit 4) where there is something else in it than a warehouse.
    """
    there = _tables(connection)
    if "format" in there:
        return connection.execute("select max(version) from landing.format").fetchone()[0]
    if not there:
        return None
    if missing := [name for name in LEDGER if name not in there]:
        raise Refusal(
            f"This is no warehouse any version of ours made: landing.{missing[0]} is missing. Nothing was changed. "
            "Run: warehouse restore --previous",
            4,
        )
    return FIRST


def _tables(connection) -> set[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'landing' and database_name = current_database()"
    )
    return {name for (name,) in rows.fetchall()}


def upgrade(connection, steps: tuple[Step, ...] = STEPS) -> int:
    """Bring the file a connection has open to our format → how many steps it took; a new one is given its number.

    Refusal (exit 4) where a newer version of the project wrote it, or no step begins at its format.
    """
    was, now = version(connection), steps[-1].to
    if was == now:
        return 0
    if was is not None:
        _refuse_unknown(was, steps)
    taken = [step for step in steps if was is not None and step.to > was]
    for step in taken:
        for sql in step.sql:
            connection.execute(sql)
        failpoint.reach("migrated")
    connection.execute(FORMAT)
    connection.execute("insert into landing.format values (?, now())", [now])
    return len(taken)


def _refuse_unknown(was: int, steps: tuple[Step, ...]) -> None:
    now = steps[-1].to
    if was > now:
        raise Refusal(
            f"The warehouse is of format {was}, written by a newer version of the project; this one knows {now}. Nothing "
            "was changed. Run the newer version again, or go back: warehouse restore --previous",
            4,
        )
    if was + 1 < steps[0].to:
        raise Refusal(
            f"The warehouse is of format {was}; this version begins with {steps[0].to - 1}. Nothing was changed. Run a "
            "night with the version of the project before this one: warehouse nightly",
            4,
        )
