"""In a process of its own: files of one kind landed, read, checked, accepted and answered with workbooks of findings.

All that a night does before it links, builds and publishes; and what bare DuckDB needs to read the same rows, typed,
into a file.
"""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import bare, own_process
from benchmarks.clock import Clock
from benchmarks.held import Held


def landed(home: str, inbox: str, rows_to: str | None = None) -> dict:
    """Files of an inbox as far as their accepted rows and findings; `rows_to` gets the accepted rows as CSV."""
    import warehouse
    from ingest import after, opening
    from ingest.night import take_in
    from ingest.scratch import scratch
    from operations import publish

    place, now = warehouse.Home(Path(home)), datetime.now(UTC)
    place.root.mkdir(parents=True, exist_ok=True)
    with Held() as held:
        clock = Clock().attach()
        copy = publish.work_copy(place.live, place.work)
        with closing(
            opening.ready(place.open(copy, draft=True), place.work, place.settings.memory)
        ) as connection:
            arrivals = opening.arrivals(Path(inbox), place.seeds)
            with scratch(place.work, opening.size(arrivals), must=False) as folder:
                context = opening.context(connection, place, folder, "measured", now)
                outcomes = take_in(connection, arrivals, context, lambda *_: None)
            connection.execute("checkpoint")
            after.send_back(connection, "measured", place.findings)
            seconds = own_process.since_start()
            stages, peaks = clock.told()
            peak = max([own_process.peak(), *peaks.values()])
            if rows_to:
                _as_csv(connection, Path(rows_to))
    stages["rest"] = seconds - sum(v for k, v in stages.items() if k != "rest")
    told = {"seconds": seconds, "stages": stages, "peak": peak, "memory_disk": held.disk}
    told["at_once"] = max(held.at_once, peak)
    told["fates"] = sorted({f"{o.return_code} {o.fate.status} {o.fate.says or ''}".strip() for o in outcomes})
    return told | {
        "rows": sum(o.fate.rows_read for o in outcomes),
        "accepted": sum(o.fate.rows_accepted for o in outcomes),
    }


def _as_csv(connection, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    from expectations.standard import standard

    place = "submission_id, file, sheet, line"
    for r in standard().values():
        arrays = [f.name for f in r.fields if f.type == "array"]
        months = [f.name for f in r.fields if f.type == "yearmonth"]
        told = [f"array_to_string({c}, ';') as {c}" for c in arrays] + [
            f"strftime({c}, '%Y-%m') as {c}" for c in months
        ]
        replaced = f" replace ({', '.join(told)})" if told else ""
        rows = f"(select * exclude ({place}){replaced} from accepted.{r.name})"
        if connection.execute(f"select count(*) from accepted.{r.name}").fetchone()[0]:
            connection.execute(f"copy {rows} to '{folder}/SYCSE_{r.code}_X.csv' (format csv, header)")


def typed(folder: str, into: str) -> dict:
    """Bare DuckDB: CSV of the standard, or of any other kind, typed into a database file."""
    import duckdb

    from expectations.standard import standard

    returns = {r.code: r for r in standard().values()}
    place, rows = Path(into), 0
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    began = time.perf_counter()
    with duckdb.connect(str(place / "bare.duckdb")) as connection:
        connection.execute(bare.same_as_a_night())
        for path in sorted(Path(folder).rglob("*.csv")):
            r = returns.get(path.name.split("_")[1]) if path.name.startswith("SYCSE_") else None
            read = (
                f"select {bare.values(r)} from {bare.typed(r, [str(path)])}"
                if r
                else f"from read_csv('{path}', header = true, dateformat = '%d/%m/%Y')"
            )
            table = path.stem.lower()
            connection.execute(f'create or replace table "{table}" as {read}')
            rows += connection.execute(f'select count(*) from "{table}"').fetchone()[0]
        connection.execute("checkpoint")
    engine = time.perf_counter() - began
    return {"rows": rows, "engine": engine, "seconds": own_process.since_start(), "peak": own_process.peak()}
