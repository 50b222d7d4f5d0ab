"""Runs the suites inside DuckDB: Great Expectations' verdict and counts decide, one SQL pass finds the rows."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from dataclasses import dataclass
from importlib import import_module
from threading import Lock

from expectations import judged
from expectations.checks import Check
from expectations.counted import counts_alone
from expectations.fields_copied import fields_copied
from expectations.judged import BATCH, FOUND
from expectations.put_off import put_off
from expectations.remembered import remembered
from expectations.suite import suite
from uncollected import uncollected

# Expectations that the standard does not use import them, and loading them is two fifths of loading it all.
NEVER_USED = ("altair", "scipy.stats", "jsonschema")
LOADED = "great_expectations.expectations"
_loading = Lock()


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
    with _loading:  # who asks a second time meanwhile waits for the first
        if LOADED in sys.modules:
            return
        with put_off(*NEVER_USED), fields_copied(), uncollected():
            import_module(LOADED)
        gc.freeze()  # what is loaded stays: to look through it for waste again and again finds nothing


def run(connection, name: str, checks: tuple[Check, ...]) -> Verdict:
    """Check the table `batch` of an open connection; leaves the table `found` (row, number).

    `found.row` is the rowid of the batch's row, `found.number` the place of the check it breaks.
    Raises Disagreement when the two ways of counting differ for any check.
    """
    rows = connection.execute(f"select count(*) from {BATCH}").fetchone()[0]
    judged.judge(connection, checks)
    counted = count(connection, name, checks) if rows else {}
    connection.execute(f"drop view {judged.JUDGED}")
    judged.find(connection, checks, counted)
    found = dict(connection.execute(f"select number, count(*) from {FOUND} group by all").fetchall())
    for number, check in enumerate(checks):
        theirs, ours = counted.get(number, 0), found.get(number, 0)
        if theirs != ours:
            raise Disagreement(
                f"{name}, rule {check.rule_code} on {check.column}: Great Expectations counts {theirs} rows, "
                f"the SQL pass finds {ours}. This is our fault; nothing of this return was accepted."
            )
    return Verdict(checks, rows, tuple(found.get(n, 0) for n in range(len(checks))))


def count(connection, name: str, checks: tuple[Check, ...]) -> dict[int, int]:
    """Great Expectations' count of bad rows, for each check that any row breaks; Disagreement where one broke down."""
    results = _results(_batch(connection), suite(name, checks), checks)
    if len(results) != len(checks):
        raise Disagreement(f"{name}: Great Expectations answers {len(results)} of {len(checks)} rules.")
    return {n: int(r.result["unexpected_count"]) for n, r in results.items() if not r.success}


def _results(batch, asked, checks: tuple[Check, ...]) -> dict:
    """What Great Expectations says of each expectation asked, by the number of its check."""
    results = {}
    no_values = {"result_format": "BASIC", "partial_unexpected_count": 0}
    with remembered(), counts_alone():
        told = batch.validate(asked, result_format=no_values).results
    for result in told:
        number = result.expectation_config.meta["number"]
        if raised := _raised(result.exception_info):
            check = checks[number]
            raise Disagreement(
                f"{asked.name}, rule {check.rule_code} on {check.column} could not be run: {raised}"
            )
        results[number] = result
    return results


def _raised(info: dict) -> str | None:
    """Great Expectations tells of an exception under its own key, or one for each metric that failed."""
    parts = [info] if "raised_exception" in info else list(info.values())
    told = [str(p.get("exception_message")) for p in parts if p.get("raised_exception")]
    if any("interrupted" in t.lower() for t in told):
        raise KeyboardInterrupt  # Great Expectations takes a Ctrl-C for a metric that failed
    return told[0] if told else None


def _batch(connection):
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    load()
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
    asset = source.add_table_asset(BATCH, table_name=judged.JUDGED)
    return asset.add_batch_definition_whole_table("all").get_batch()
