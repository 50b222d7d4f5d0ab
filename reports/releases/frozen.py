"""The figures of the marts as they stood, with what the catalogue says of each: the truth a release is made from.

It holds small numbers. It lies in `releases/proposed/<name>/truth.parquet`, for its owner's eyes only, and
never among what is published.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from refusal import Refusal
from reports.periods import KINDS, financial_year

# What names a figure: the same in every release that tells it.
KEY = ("indicator_code", "unit", "area_code", "period", "breakdown", "breakdown_value")
# Figures of staff, schools and returns say nothing of a child, however small they are. Other figures of
# class L count records about people and are protected like the rest.
NOT_OF_PEOPLE = ("fct_workforce", "fct_training_coverage", "fct_prevention_coverage", "fct_returns_due")
FIGURES = """
    with areas as (select area_code, any_value(area_name) as area from core.dim_areas group by all),
    listed as (
        select breakdown, breakdown_value, min(sort_order) as place, any_value(label) as label
        from reference.breakdown_values group by all
    ),
    organisations as (
        select organisation_code, any_value(organisation_name) as name from core.dim_organisations group by all
    )
    select
        f.indicator_code, f.unit, f.area_code, f.period, f.breakdown, f.breakdown_value,
        i.name as indicator, f.basis, areas.area, p.period_kind, p.start_date, p.end_date,
        coalesce(own.place, listed.place, 999) as place,
        case f.breakdown_value when 'all' then 'All'
            else coalesce(own.label, listed.label, organisations.name, f.breakdown_value) end as breakdown_label,
        f.numerator, f.denominator, f.value, f.status,
        array_to_string(needs.not_received, '; ') as not_received,
        coalesce(needs.is_provisional, false) as is_provisional,
        i.disclosure, list_contains($exempt, i.relation) as is_exempt, i.is_additive = 'Y' as is_additive,
        i.scale, i.share_of, i.population_ages, i.period_match, i.breakdowns,
        i.row_filter, i.numerator as counted, i.denominator as counted_of,
        concat_ws('|', i.relation, i.period_match, i.date_column, i.until_column, i.area_column) as counted_in
    from (select * from marts.fct_indicator_values where {seen}) as f
    inner join reference.indicators as i using (indicator_code, unit)
    inner join core.dim_periods as p using (period)
    left join areas using (area_code)
    left join listed on f.breakdown = listed.breakdown and f.breakdown_value = listed.breakdown_value
    left join listed as own
        on f.indicator_code || ' ' || f.breakdown = own.breakdown and f.breakdown_value = own.breakdown_value
    left join organisations on f.breakdown_value = organisations.organisation_code
    left join marts.fct_indicator_coverage as needs
        on coalesce(i.returns, '') = needs.returns and i.period_match = needs.period_match
        and f.period = needs.period
        and needs.area_code = case f.area_code when 'U' then 'SY' else f.area_code end
    where list_contains($kinds, p.period_kind) and p.start_date >= $first and p.end_date <= $last
        and (f.area_code = 'SY' or i.disclosure <> 'H' or $below)
        and (f.area_code = $area or $area is null)
    order by f.indicator_code, f.unit, f.breakdown, place, f.breakdown_value, f.area_code, p.start_date, p.period_kind
"""


def freeze(
    connection,
    years: Sequence[str],
    kinds: Sequence[str],
    below: bool = False,
    area: str | None = None,
    seen: str = "true",
) -> pyarrow.Table:
    """Every figure of the financial years for the kinds of period (`year`, `quarter`, ...), a row for each.

    Figures of class H are given for South Yorkshire alone, unless `below`; `area` keeps one area's only, `seen`
    (SQL) those a role may see.
    """
    wrong = [kind for kind in kinds if kind not in KINDS]
    if wrong:
        raise Refusal(f"There is no period {wrong[0]}. The periods are {', '.join(KINDS)}.")
    first, last = _span(years)
    given = {"exempt": list(NOT_OF_PEOPLE), "kinds": [KINDS[k] for k in kinds], "first": first, "last": last}
    found = connection.execute(
        FIGURES.format(seen=seen), given | {"below": below, "area": area}
    ).to_arrow_table()
    if not pyarrow.compute.any(pyarrow.compute.not_equal(found["status"], "not received")).as_py():
        raise Refusal(f"There are no figures for {years[0]} to {years[-1]}.")
    return found


def keep(table: pyarrow.Table, path: Path) -> None:
    """Write a table that nobody but its owner may read (0600 from the first byte on)."""
    # Made by us before anything is written: a moment at 0644 would be a moment too long.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        pyarrow.parquet.write_table(table, file, compression="zstd")


def kept(path: Path) -> pyarrow.Table:
    """The table as it was kept; Refusal (exit 3) where it is not there: then nothing can be checked."""
    if not path.exists():
        raise Refusal(
            f"{path} is not there: without the true figures nothing can be checked against this release. "
            "Put it back from the backup.",
            3,
        )
    return pyarrow.parquet.read_table(path)


def keys(table: pyarrow.Table) -> list[tuple]:
    """What names each figure, row by row."""
    return list(zip(*(table[column].to_pylist() for column in KEY), strict=True))


def financial_years(last: str, count: int) -> list[str]:
    """The financial years ending with `last` (`2024-25`); Refusal where that is none."""
    if not re.fullmatch(r"\d{4}-\d{2}", last) or (int(last[:4]) + 1) % 100 != int(last[5:]):
        raise Refusal(f"{last} is not a financial year. Write it as 2024-25.")
    return [financial_year(date(y, 4, 1)) for y in range(int(last[:4]) - count + 1, int(last[:4]) + 1)]


def within(table: pyarrow.Table, years: Sequence[str], kinds: Sequence[str]) -> np.ndarray:
    """Which figures are of these financial years and kinds of period."""
    chosen = {KINDS[kind] for kind in kinds}
    told = (table[column].to_pylist() for column in ("period_kind", "start_date", "end_date"))
    first, last = _span(years)
    return np.array(
        [kind in chosen and first <= a and b <= last for kind, a, b in zip(*told, strict=True)], bool
    )


def _span(years: Sequence[str]) -> tuple[date, date]:
    return date(int(years[0][:4]), 4, 1), date(int(years[-1][:4]) + 1, 3, 31)
