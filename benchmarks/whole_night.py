"""In a process of its own: a whole night with its stages, and what bare DuckDB needs to be given the same."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

from benchmarks import own_process
from benchmarks.clock import Clock
from benchmarks.held import Held


def night(home: str, inbox: str | None, hand_over: str | None = None) -> dict:
    """One night of a home; seconds from the start of the process to its end, by stage, and the peak of each."""
    import warehouse

    with Held() as held:
        clock = Clock().attach()
        place = warehouse.Home(Path(home))
        outcomes = warehouse.night(place, Path(inbox) if inbox else None, lambda *_: None)
        seconds = own_process.since_start()
        stages, peaks = clock.told()
    peak = max([own_process.peak(), *peaks.values()])
    if hand_over:
        _hand_over(place, Path(hand_over), clock.nodes)
    # What is loaded before the first stage is no stage's: the rest, as is what the night itself does between them.
    stages["rest"] = seconds - sum(v for k, v in stages.items() if k != "rest")
    fates: dict[str, int] = {}
    for o in outcomes:
        fates[o.fate.status] = fates.get(o.fate.status, 0) + 1
    return {
        "seconds": seconds,
        "stages": stages,
        "peaks": peaks,
        "peak": peak,
        "memory_disk": held.disk,
        "at_once": max(held.at_once, peak),
        "rows": sum(o.fate.rows_read for o in outcomes),
        "accepted": sum(o.fate.rows_accepted for o in outcomes),
        "fates": fates,
        "nodes": len(clock.nodes),
        "database": place.live.stat().st_size / 1e6,
    }


def _hand_over(home, folder: Path, nodes: list[dict]) -> None:
    """What the engine needs to do the same: the SQL as dbt ran it, the seeds, what is known of each file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    models = sorted((n for n in nodes if n["kind"] == "model" and n["sql"]), key=lambda n: n["begun"])
    (folder / "models.json").write_text(json.dumps(models), "utf-8")
    with closing(home.open(home.live, read_only=True)) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name in ('landing', 'reference')"
        ).fetchall()
        for schema, table in (*tables, ("marts", "fct_indicator_values")):
            connection.execute(
                f"copy {schema}.{table} to '{folder}/{schema}.{table}.parquet' (format parquet)"
            )
