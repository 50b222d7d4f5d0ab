"""Runs the suites inside DuckDB: Great Expectations' verdict and counts decide, one SQL pass finds the rows."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass

from expectations.checks import Check
from expectations.suite import suite

BATCH = "batch"
FOUND = "found"


class Disagreement(Exception):
    """Great Expectations and the SQL pass differ, or one of them failed: our fault, nothing is accepted."""


@dataclass(frozen=True)
class Verdict:
    """How many rows of the batch break each check, in the order of the checks."""

    checks: tuple[Check, ...]
    rows: int
    failed: tuple[int, ...]


def load() -> None:
    """Load Great Expectations, which takes seconds; it may be done while something else is waited for."""
    import great_expectations.expectations  # noqa: F401


def run(connection, name: str, checks: tuple[Check, ...]) -> Verdict:
    """Check the table `batch` of an open connection; leaves the table `found` (row, number).

    `found.row` is the rowid of the batch's row, `found.number` the place of the check it breaks.
    Raises Disagreement when the two ways of counting differ for any check.
    """
    rows = connection.execute(f"select count(*) from {BATCH}").fetchone()[0]
    find(connection, checks)
    found = dict(connection.execute(f"select number, count(*) from {FOUND} group by all").fetchall())
    counted = count(connection, name, checks) if rows else {}
    for number, check in enumerate(checks):
        theirs, ours = counted.get(number, 0), found.get(number, 0)
        if theirs != ours:
            raise Disagreement(
                f"{name}, rule {check.rule_code} on {check.column}: Great Expectations counts {theirs} rows, "
                f"the SQL pass finds {ours}. This is our fault; nothing of this return was accepted."
            )
    return Verdict(checks, rows, tuple(found.get(n, 0) for n in range(len(checks))))


def find(connection, checks: tuple[Check, ...]) -> None:
    """Which rows break which checks: one pass for the rules of a row, one for those that look at others.

    Apart, because a window carries every column it is given. And the rows in doubt are set down before they
    are asked which rules they break: asked in one statement, DuckDB works every rule out twice for every row.
    """
    narrow = {n: f"({c.bad})" for n, c in enumerate(checks) if not c.wide}
    wide = {n: f"({c.bad})" for n, c in enumerate(checks) if c.wide}
    doubted = f"select rowid as batch_row, * from {BATCH} where {' or '.join(narrow.values()) or 'false'}"
    looked = "".join(f", {bad} as bad_{n}" for n, bad in wide.items())
    connection.execute(f"create or replace temp table {FOUND} (row bigint, number integer)")
    connection.execute(f"create or replace temp table doubted as {doubted}")
    _collect(connection, narrow, "doubted")
    _collect(connection, {n: f"bad_{n}" for n in wide}, f"(select rowid as batch_row{looked} from {BATCH})")


def _collect(connection, bad: dict[int, str], rows: str) -> None:
    if not bad:
        return
    numbers = ", ".join(f"case when {b} then {n} end" for n, b in bad.items())
    connection.execute(
        f"insert into {FOUND} select batch_row, unnest(list_filter([{numbers}], lambda n: n is not null)) "
        f"from {rows} where {' or '.join(bad.values())}"
    )


def count(connection, name: str, checks: tuple[Check, ...]) -> dict[int, int]:
    """Great Expectations' count of bad rows by check; raises Disagreement where an expectation broke."""
    batch = _batch(connection)
    no_values = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
    results = batch.validate(suite(name, checks), result_format=no_values).results
    counted = {}
    for result in results:
        number = result.expectation_config.meta["number"]
        raised = _raised(result.exception_info)
        if raised:
            check = checks[number]
            raise Disagreement(f"{name}, rule {check.rule_code} on {check.column} could not be run: {raised}")
        counted[number] = _unexpected(result.result)
    return counted


def _unexpected(result: dict) -> int:
    """Rows that break an expectation; none where its condition left no row to look at."""
    if result.get("element_count") == 0:
        return 0
    return int(result["unexpected_count"] if "unexpected_count" in result else result["observed_value"])


def _raised(info: dict) -> str | None:
    """Great Expectations tells of an exception under its own key, or one for each metric that failed."""
    parts = [info] if "raised_exception" in info else list(info.values())
    told = [str(p.get("exception_message")) for p in parts if p.get("raised_exception")]
    if any("interrupted" in t.lower() for t in told):
        raise KeyboardInterrupt  # Great Expectations takes a Ctrl-C for a metric that failed
    return told[0] if told else None


def _batch(connection):
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from expectations import duckdb_dialect

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    engine = {"creator": duckdb_dialect.creator(connection)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would rather have its own PostgreSQL source, which this is not
        source = context.data_sources.add_sql(
            "warehouse", connection_string=duckdb_dialect.URL, create_temp_table=False, kwargs=engine
        )
    asset = source.add_table_asset(BATCH, table_name=BATCH)
    return asset.add_batch_definition_whole_table("all").get_batch()
