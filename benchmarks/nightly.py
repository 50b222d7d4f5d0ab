"""What a night costs beside bare DuckDB reading the same files.

`python benchmarks/nightly.py 100000 1000000 5000000` makes a county of about so many rows each, runs the whole
night on it in a process of its own, then lets bare DuckDB read the same CSV files with types into a database file
and reduce every return to its latest row for each key and a count a month: the least that must be done. Prints a
Markdown table: seconds by step, rows a second, peak memory, and the ratio. Linux and macOS.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
MEGABYTE = 1 << (10 if sys.platform == "linux" else 20)


def night(home: Path, inbox: Path) -> dict:
    """One night in this process: seconds by step, rows, outcomes."""
    import warehouse

    began, seconds, now = time.perf_counter(), defaultdict(float), ["starting", time.perf_counter()]

    def step(what: str, *_) -> None:
        name = what.split()[0] if what.startswith(("reading", "checking")) else what
        seconds[now[0]] += time.perf_counter() - now[1]
        now[:] = [name, time.perf_counter()]

    outcomes = warehouse.night(warehouse.Home(home), inbox, step)
    step("end")
    rows = sum(o.fate.rows_read for o in outcomes)
    return {"seconds": time.perf_counter() - began, "steps": dict(seconds), "rows": rows}


def bare(home: Path, inbox: Path) -> dict:
    """The same CSV files by DuckDB alone: typed, into a file, the latest row of each key, a count a month."""
    import duckdb

    from expectations.standard import standard

    began, rows = time.perf_counter(), 0
    home.mkdir(parents=True)
    with duckdb.connect(str(home / "bare.duckdb")) as connection:
        connection.execute("set memory_limit = '1500MB'; set threads = 2; set enable_progress_bar = false")
        for r in standard().values():
            files = sorted(str(p) for p in inbox.rglob(f"*_{r.code}_*.csv"))
            if not files:
                continue
            connection.execute(
                f"create table {r.name} as from read_csv(?, union_by_name = true, filename = true, "
                "ignore_errors = true, null_padding = true, sample_size = 100000)",
                [files],
            )
            rows += connection.execute(f"select count(*) from {r.name}").fetchone()[0]
            key, when = ", ".join(r.primary_key), f"try_cast({r.event_date or 'null'} as date)"
            connection.execute(
                f"create table {r.name}_latest as from {r.name} "
                f"qualify row_number() over (partition by {key} order by filename desc) = 1"
            )
            connection.execute(
                f"create table {r.name}_months as select date_trunc('month', {when}) as month, count(*) as n "
                f"from {r.name}_latest group by all"
            )
    return {"seconds": time.perf_counter() - began, "rows": rows}


def alone(what: str, home: Path, inbox: Path) -> dict:
    """Run one of the two in a process of its own; its figures and its peak memory in MB."""
    command = [sys.executable, __file__, what, str(home), str(inbox)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def peak() -> float:
    """The largest of this process and its children, in MB."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(w).ru_maxrss for w in who) / MEGABYTE


def compare(wanted: int, folder: Path) -> str:
    import demo

    county = folder / f"county-{wanted}"
    demo.make(county, wanted / ROWS_AT_SCALE_1, 2013)
    ours = alone("night", folder / f"home-{wanted}", county / "inbox")
    least = alone("bare", folder / f"bare-{wanted}", county / "inbox")
    steps = [ours["steps"].get(s, 0) for s in ("reading", "checking", "building the core data set")]
    rest = ours["seconds"] - sum(steps)
    return (
        f"| {ours['rows']:,} | {' | '.join(f'{s:.1f}' for s in (*steps, rest, ours['seconds']))} | "
        f"{ours['rows'] / ours['seconds']:,.0f} | {ours['peak']:,.0f} | {least['rows']:,} | {least['seconds']:.1f} | "
        f"{least['peak']:,.0f} | {ours['seconds'] / least['seconds']:.1f} |"
    )


ROWS_AT_SCALE_1 = 31_000
HEAD = (
    "| rows | land and read s | check and accept s | build s | rest s | night s | rows/s | peak MB "
    "| bare rows | bare s | bare peak MB | night / bare |\n" + "|---" * 12 + "|"
)


def main() -> None:
    if sys.argv[1] in ("night", "bare"):
        told = {"night": night, "bare": bare}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
        print(json.dumps({**told, "peak": peak()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(HEAD)
        for wanted in sys.argv[1:]:
            print(compare(int(wanted), Path(folder)), flush=True)


if __name__ == "__main__":
    main()
