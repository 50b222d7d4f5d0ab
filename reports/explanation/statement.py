"""The SQL that counts one figure: what the warehouse does for all of them, of one area, period and breakdown value.

It reads as `marts.fct_indicator_counts` is built, and can be given to `warehouse query` as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent, indent

NEEDED = ("relation", "date_column", "area_column", "row_filter", "period_match", "counted")
ALL, COUNTY, UNKNOWN = "all", "SY", "Unknown"
SERIES = "population series"


@dataclass(frozen=True)
class Counted:
    """What is counted: the catalogue's line for the indicator and unit, and where, when and which part of it."""

    listed: Mapping
    area_code: str
    period: str
    breakdown: str
    breakdown_value: str

    @property
    def part(self) -> str | None:
        """The column of the relation the breakdown asked is made of; None of the total, and of rates by population."""
        pairs = [part.partition("=") for part in (self.listed["breakdowns"] or "").split(";") if part]
        return {name: column for name, _, column in pairs}.get(self.breakdown)

    @property
    def relation(self) -> str:
        return f"core.{self.listed['relation']}"


def can_be_told(listed: Mapping) -> bool:
    """Whether a release's catalogue holds what the statement is made of; one of an older version does not."""
    return all(listed.get(name) for name in NEEDED)


def counting(counted: Counted) -> str:
    """The statement that gives a figure's numerator, and its denominator where it has one."""
    if counted.listed.get("share_of") == "known":
        return _of_known(counted)
    above, below = counted.listed["counted"], _denominator(counted)
    columns = f"    cast({above} as double) as numerator"
    columns += f",\n    cast({below} as double) as denominator" if below else ""
    return f"select\n{columns}\nfrom (\n{indent(rows(counted), '    ')}\n) as counted"


def rows(counted: Counted, all_parts: bool = False) -> str:
    """The statement of the rows a figure counts: of the area, the period and the part asked (or of every part)."""
    columns = ["facts.*", "periods.start_date as period_start", "periods.end_date as period_end"]
    columns += [f"{_part(counted)} as counted_part"] if counted.part else []
    told = ",\n    ".join(columns)
    where = "\n    and ".join(_conditions(counted, all_parts))
    return (
        f"select\n    {told}\nfrom (select * from {counted.relation} where {counted.listed['row_filter']}) as facts\n"
        f"inner join core.dim_periods as periods on {_belongs(counted.listed)}\nwhere\n    {where}"
    )


def _belongs(listed: Mapping) -> str:
    """How a row comes to belong to a period."""
    starts = f"facts.{listed['date_column']}"
    ends = f"coalesce(facts.{listed['until_column']}, date 'infinity')"
    return {
        "within": f"{starts} between periods.start_date and periods.end_date",
        "at end": f"{starts} = periods.end_date",
        "open at end": f"{starts} <= periods.end_date and {ends} > periods.end_date",
        "during": f"{starts} <= periods.end_date and {ends} >= periods.start_date",
    }[listed["period_match"]]


def _conditions(counted: Counted, all_parts: bool) -> list[str]:
    """South Yorkshire counts every place in it afresh, known or not; what lies outside counts nowhere."""
    column = f"facts.{counted.listed['area_column']}"
    is_county = counted.area_code == COUNTY
    of_area = (
        f"{column} is distinct from 'OUT'"
        if is_county
        else f"coalesce({column}, 'U') = {_text(counted.area_code)}"
    )
    told = [f"periods.period = {_text(counted.period)}", of_area]
    if counted.part and not all_parts:
        told.append(f"{_part(counted)} = {_text(counted.breakdown_value)}")
    return told


def _part(counted: Counted) -> str:
    return f"coalesce(cast(facts.{counted.part} as varchar), '{UNKNOWN}')"


def _denominator(counted: Counted) -> str:
    """The expression of the denominator; of a rate on a population, the query that looks it up."""
    listed = counted.listed
    if listed.get("share_of") == "residents":
        return _looked_up(
            "residents",
            "core.dim_residents_by_ethnicity",
            {"area_code": counted.area_code, "ethnicity_group": counted.breakdown_value},
        )
    if listed.get("population_ages"):
        series = counted.breakdown_value if counted.breakdown == SERIES else listed["population_series"]
        named = {"area_code": counted.area_code, "population_ages": listed["population_ages"]}
        found = _looked_up("population", "core.dim_populations", named | {"population_series": series})
        mid_year = f"(select mid_year from core.dim_periods where period = {_text(counted.period)})"
        return f"{found[:-1]} and mid_year = {mid_year})"
    return listed["counted_of"] or ""


def _looked_up(column: str, table: str, where: Mapping[str, str]) -> str:
    conditions = " and ".join(f"{name} = {_text(value)}" for name, value in where.items())
    return f"(select {column} from {table} where {conditions})"


def _of_known(counted: Counted) -> str:
    """A share of those whose part is known: the parts are counted first, then the one asked is held against them.

    What is not known is no share of what is.
    """
    known = f"sum(numerator) filter (where counted_part <> '{UNKNOWN}')"
    below = "cast(null as double)" if counted.breakdown_value == UNKNOWN else known
    inner = indent(rows(counted, all_parts=True), " " * 8)
    return dedent(
        f"""\
        with parts as (
            select counted_part, cast({counted.listed["counted"]} as double) as numerator
            from (
        {{inner}}
            ) as counted
            group by counted_part
        )
        select
            coalesce(sum(numerator) filter (where counted_part = {_text(counted.breakdown_value)}), 0) as numerator,
            {below} as denominator
        from parts"""
    ).replace("{inner}", inner)


def _text(value: str) -> str:
    return "'" + str(value).replace("'", "''") + "'"
