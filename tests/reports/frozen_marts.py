"""A small made-up county for releases: records counted by plain Python into the marts, with the real catalogue."""

from __future__ import annotations

import calendar
import random
from datetime import date
from itertools import product
from pathlib import Path

SEEDS = Path(__file__).parents[2] / "seeds"
DISTRICTS = ("370", "371", "372", "373")
AGES = ("0-9", "10-12", "13-15", "16-17")
FIGURES = """create table marts.fct_indicator_values (
    indicator_code varchar, area_code varchar, period varchar, basis varchar, breakdown varchar,
    breakdown_value varchar, numerator double, denominator double, value double, unit varchar, status varchar)"""


# What lies beside the figures: as the seeds have it, or empty.
SEEDED = (
    "indicators",
    "breakdown_values",
    "definitions",
    "indicator_pages",
    "annual_sections",
    "series_catalogue",
    "statistical_neighbours",
    "recommendations",
    "recommendation_evidence",
    "cross_return_rules",
)
EMPTY = {
    "marts.fct_indicator_coverage": "returns varchar, period_match varchar, area_code varchar, period varchar, "
    "not_received varchar[], is_provisional boolean",
    "marts.fct_coverage": "return_code varchar, organisation_code varchar, period varchar, status varchar, "
    "is_provisional boolean",
    "marts.fct_series_findings": "rule_code varchar, area_code varchar, event_date date, record varchar",
    "core.dim_organisations": "organisation_code varchar, organisation_name varchar, area_code varchar",
    "core.fct_published_series": "series varchar, area_code varchar, area_name varchar, area_level varchar, "
    "period_kind varchar, period varchar, period_end_date date, figure varchar, symbol varchar, "
    "symbol_meaning varchar, unit varchar, vintage varchar, source varchar",
    "core.fct_recommendation_statuses": "recommendation_ref varchar, area_code varchar, period varchar, "
    "status varchar, status_date date",
}


def lay(connection, years=(2023, 2024)) -> None:
    """The tables a release is frozen from, with the periods of the financial years that begin in `years`."""
    connection.execute(FIGURES)
    connection.execute("create schema if not exists reference")
    for table, columns in EMPTY.items():
        connection.execute(f"create table if not exists {table} ({columns})")
    for seed in SEEDED:
        if not (SEEDS / f"{seed}.csv").exists():
            continue
        connection.execute(
            f"create or replace table reference.{seed} as from read_csv('{SEEDS / seed}.csv', header = true, "
            f"all_varchar = true)"
        )
    connection.execute("alter table reference.indicators alter scale type double")
    connection.execute("alter table reference.breakdown_values alter sort_order type integer")
    connection.execute(
        "create table core.dim_periods (period varchar, period_kind varchar, start_date date, end_date date)"
    )
    for year in years:
        connection.executemany("insert into core.dim_periods values (?, ?, ?, ?)", periods(year))


def months(year: int) -> list[tuple[int, int]]:
    return [(year + (m > 12), (m - 1) % 12 + 1) for m in range(4, 16)]


def periods(year: int) -> list[tuple]:
    """(period, kind, first day, last day) of the financial year that begins in April of `year`."""
    found, names = [], {"month": 1, "quarter": 3, "financial_year": 12}
    for kind, length in names.items():
        for n in range(0, 12, length):
            (y, m), (until, last) = months(year)[n], months(year)[n + length - 1]
            name = {"month": f"{y}-{m:02d}", "quarter": f"{financial(year)}-Q{n // 3 + 1}"}
            days = date(y, m, 1), date(until, last, calendar.monthrange(until, last)[1])
            found.append((name.get(kind, financial(year)), kind, *days))
    return found


def financial(year: int) -> str:
    return f"{year}-{(year + 1) % 100:02d}"


def figure(
    connection, code, unit, area, period, numerator, denominator=None, part=("all", "all"), status="received"
):
    """One row of the marts as it would be told."""
    scale = connection.execute(
        "select scale from reference.indicators where indicator_code = ? and unit = ?", [code, unit]
    ).fetchone()[0]
    value = None if numerator is None else scale * numerator / denominator if denominator else numerator
    connection.execute(
        "insert into marts.fct_indicator_values values (?, ?, ?, 'flow', ?, ?, ?, ?, ?, ?, ?)",
        [code, area, period, *part, numerator, denominator, value, unit, status],
    )


def complaints(seed: int, size: int, years=(2023, 2024)) -> list[tuple]:
    """Records: (year, month number of the year, area, age, sex, looked after)."""
    made = random.Random(seed)
    return [
        (
            made.choice(years),
            made.randrange(12),
            made.choices(DISTRICTS, (2, 5, 1, 9))[0],
            made.choices(AGES, (1, 2, 6, 3))[0],
            made.choices("FM", (8, 2))[0],
            made.choices("YN", (1, 6))[0],
        )
        for _ in range(size)
    ]


def tell(connection, records: list[tuple], kinds=("financial_year",), years=(2023, 2024)) -> None:
    """Count the records as I01 and I15 count: by age, by sex, by care status, in each area, and altogether."""
    parts = {("all", "all"): lambda r: True}
    parts |= {("age", a): lambda r, a=a: r[3] == a for a in AGES}
    parts |= {("sex", s): lambda r, s=s: r[4] == s for s in "FMU"}
    care = {("looked after", v): lambda r, v=v: r[5] == v for v in "YNU"}
    for year in years:
        spans = [p for p in periods(year) if p[1] in kinds]
        for (period, _, first, last), area in product(spans, (*DISTRICTS, "SY")):
            inside = [
                r
                for r in records
                if r[0] == year and first <= date(*months(year)[r[1]], 1) <= last and area in (r[2], "SY")
            ]
            for part, belongs in (parts | care).items():
                unit = "complaint, by care status" if part in care else "complaint"
                figure(connection, "I01", unit, area, period, sum(map(belongs, inside)), part=part)
