"""How long a comparison takes at the scale of England, beside the same SQL by hand.

`python3 -m benchmarks comparison` makes a folder like a release in a temporary place: 152 areas and the whole of
them, 20 years with their quarters, every indicator and breakdown of the seeds; asks `compare` four questions and
the same of the Parquet by hand. Cold is the first question of a process (nothing
imported is counted; the release is opened and its digests are checked), warm the ones after it; both are medians of
`--times N` (5 unless told), by turns in the same run. The file lies in the machine's file cache in both.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SEEDS = ROOT / "seeds"
AREAS, FIRST_YEAR, YEARS = 152, 2005, 20
ONE = ("I20", "% of required")
QUESTIONS = {
    "4 areas, 20 years": {"areas": "A001,A002,A003,SY", "since": "2005-06", "by": "year"},
    "4 areas, 80 quarters": {"areas": "A001,A002,A003,SY", "since": "2005-06", "by": "quarter"},
    "152 areas, 20 years": {"areas": "all", "since": "2005-06", "by": "year"},
    "152 areas, 80 quarters": {"areas": "all", "since": "2005-06", "by": "quarter"},
}
BY_HAND = """
    select area_code, area, period, start_date, end_date, breakdown_label, numerator, denominator, value, lower, upper,
        status, not_received, provisional, note
    from read_parquet('{file}')
    where indicator_code = ? and unit = ? and breakdown = 'all' and period_kind = ? and list_contains(?, area_code)"""
FIGURES = """
    copy (
        with
            listed as (
                select *, breakdowns as b from read_csv('{seeds}/indicators.csv', all_varchar = true)
            ),
            known as (
                select breakdown, breakdown_value, any_value(label) as label, min(sort_order::int) as place
                from read_csv('{seeds}/breakdown_values.csv', all_varchar = true) group by all
            ),
            parts as (
                select indicator_code, unit, 'all' as breakdown, 'all' as breakdown_value, 'All' as label, 0 as place
                from listed
                union all
                select l.indicator_code, l.unit, k.breakdown, k.breakdown_value, k.label, k.place
                from (
                    select indicator_code, unit, split_part(unnest(string_split(b, ';')), '=', 1) as breakdown
                    from listed where b is not null
                ) as l
                inner join known as k using (breakdown)
            ),
            areas as (
                select printf('A%03d', n) as area_code, 'Area ' || n as area from range(1, {areas} + 1) as r(n)
                union all select 'SY', 'South Yorkshire'
            ),
            starts as (
                select 'financial_year' as period_kind, make_date({first} + n, 4, 1) as start_date, 12 as months, null as q
                from range({years}) as r(n)
                union all
                select 'quarter', (make_date({first} + n, 4, 1) + to_months(3 * q))::date, 3, q + 1
                from range({years}) as r(n), range(4) as s(q)
            ),
            periods as (
                select *, (start_date + to_months(months) - interval 1 day)::date as end_date,
                    printf('%d-%02d', year(start_date - interval 3 month), (year(start_date - interval 3 month) + 1) % 100)
                        || coalesce('-Q' || q, '') as period
                from starts
            ),
            counted as (
                select *, (hash(indicator_code, unit, area_code, period, breakdown_value) % 90)::int + 10 as above,
                    (hash(area_code, period, unit) % 200)::int + 100 as below
                from parts, areas, periods
            )
        select c.indicator_code, l.name as indicator, c.unit, l.basis, c.area_code, c.area, c.period, c.period_kind,
            c.start_date, c.end_date, c.breakdown, c.breakdown_value, c.label as breakdown_label,
            c.above::varchar as numerator, c.below::varchar as denominator,
            round(100.0 * c.above / c.below, 4)::varchar as value,
            round(100.0 * c.above / c.below * 0.8, 1)::varchar as lower,
            round(100.0 * c.above / c.below * 1.2, 1)::varchar as upper,
            'received' as status, '' as not_received, 'final' as provisional, '' as note
        from counted as c inner join listed as l using (indicator_code, unit)
        order by c.indicator_code, c.unit, c.breakdown, c.place, c.breakdown_value, c.area_code, c.start_date, c.period_kind
    ) to '{out}/figures.parquet' (format parquet)"""
BESIDE = {
    "indicators": """
        select indicator_code, unit, name as indicator, basis, polarity, scale::double as scale, breakdowns,
            definition, returns, period_match, numerator as counted, denominator as counted_of, relation, row_filter
        from read_csv('{seeds}/indicators.csv', all_varchar = true) order by all""",
    "areas": """
        select printf('A%03d', n) as area_code, 'E' || n as ons_code, 'Area ' || n as name, printf('A%03d', n) as short_code,
            'district' as level from range(1, {areas} + 1) as r(n)
        union all select 'SY', 'E23', 'South Yorkshire', 'SY', 'force'""",
    "breaks": "select '' as indicator_code, '' as area_code, '' as breakdown, null::date as break_date, '' as note limit 0",
    "neighbours": """
        select '2025' as model_year, 'A001' as area_code, printf('A%03d', n) as neighbour_code, 'Area ' || n as neighbour_name,
            n - 1 as closeness_order, 'Close' as closeness, '' as source from range(2, 12) as r(n)""",
    "published": """
        select '' as series, '' as title, '' as differs, '' as area_code, '' as area, '' as level, '' as indicator_code,
            '' as indicator_unit, '' as period_kind, '' as period, null::date as end_date, '' as value,
            '' as symbol_meaning, '' as unit, '' as vintage, '' as source limit 0""",
}


def make(out: Path | str) -> int:
    """Write the folder → how many figures it holds."""
    import duckdb

    out = Path(out)

    told = {"seeds": SEEDS, "out": out, "areas": AREAS, "first": FIRST_YEAR, "years": YEARS}
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(FIGURES.format(**told))
        for name, sql in BESIDE.items():
            connection.execute(f"copy ({sql.format(**told)}) to '{out}/{name}.parquet' (format parquet)")
        count = connection.execute(f"select count(*) from '{out}/figures.parquet'").fetchone()[0]
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.glob("*.parquet"))}
    manifest = {"name": "england", "vintage": "2025-06-02T10:30:00+00:00", "as_at": None, "year": "2024-25"}
    manifest |= {"periods": ["year", "quarter"], "code_version": "0", "files": files}
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return count


def made(out: str) -> dict:
    """The same in a process of its own."""
    return {"figures": make(out)}


def ours(folder: Path, times: int, asked: dict) -> list[float]:
    """Seconds of `compare`, the first of a process before the others."""
    from reports.comparison import compare
    from reports.reading import Release

    found, release = [], None
    for _ in range(times + 1):
        began = time.perf_counter()
        release = release or Release(folder)
        compare(release, ONE[0], unit=ONE[1], **asked)
        found.append(time.perf_counter() - began)
    return found


def by_hand(folder: Path, times: int, asked: dict) -> list[float]:
    """Seconds of the same rows asked of the Parquet alone, nothing checked and nothing said of them."""
    import duckdb

    kind = {"year": "financial_year", "quarter": "quarter"}[asked["by"]]
    codes = (
        [f"A{n:03}" for n in range(1, AREAS + 1)] if asked["areas"] == "all" else asked["areas"].split(",")
    )
    found, connection = [], None
    for _ in range(times + 1):
        began = time.perf_counter()
        connection = connection or duckdb.connect()
        sql = BY_HAND.format(file=folder / "figures.parquet")
        connection.execute(sql, [*ONE, kind, list({*codes, "SY"})]).fetchall()
        found.append(time.perf_counter() - began)
    return found


WAYS = {"compare": ours, "by hand": by_hand}


def alone(folder: Path, way: str, question: str, times: int) -> list[float]:
    """The seconds of one way and question, in a process of its own."""
    command = [sys.executable, __file__, "--alone", str(folder), way, question, str(times)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def measure(folder: Path, question: str, times: int) -> dict[str, tuple[list[float], list[float]]]:
    """(cold, warm) seconds of each way: as many processes as times, by turns, each asking once cold; of the warm
    questions of one process the median."""
    found = {way: [] for way in WAYS}
    for _ in range(times):
        for way in WAYS:
            found[way].append(alone(folder, way, question, times))
    return {
        way: ([r[0] for r in runs], [statistics.median(r[1:]) for r in runs]) for way, runs in found.items()
    }


def _one(folder: str, way: str, question: str, times: str) -> list[float]:
    # What is imported is no part of the question, nor is what DuckDB imports (pandas) when it is first given a text.
    import duckdb

    import reports.comparison  # noqa: F401

    duckdb.connect().execute("select $text", {"text": ""})
    return WAYS[way](Path(folder), int(times), QUESTIONS[question])


if __name__ == "__main__":
    given = sys.argv[1:]
    print(json.dumps(_one(*given[given.index("--alone") + 1 :])))
