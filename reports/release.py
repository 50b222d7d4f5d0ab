"""The release of the annual report: its figures as they stood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from refusal import Refusal
from reports.cutting import RESTRICTED, Table, breaks_crossed, cut, named, standing

YEARS = 5
UNKNOWN = "U"  # a place in South Yorkshire not known: shown where it occurs, never imputed
COLUMNS = {
    "indicator_code": "VARCHAR",
    "indicator": "VARCHAR",
    "definition": "VARCHAR",
    "basis": "VARCHAR",
    "unit": "VARCHAR",
    "area_code": "VARCHAR",
    "area": "VARCHAR",
    "period": "VARCHAR",
    "value": "DECIMAL(18, 4)",
    "status": "VARCHAR",
    "not_received": "VARCHAR",
}


def release(connection, area: str, year: str, as_at: str | datetime | None, out: Path) -> Path:
    """Cut the release of the annual report of an area and a financial year (`2024-25`) → its folder in `out`.

    The marts in `connection` must have been built as at the same moment. The same marts give the same
    bytes; where the folder is there already with other bytes it stays, and Refusal is raised.
    """
    areas = _areas(connection, area)
    years = _years(year)
    figures = _figures(connection, areas, years)
    manifest = _manifest(connection, areas[0], year, as_at) | {"breaks": _breaks(connection, figures, areas)}
    return cut(out, manifest, [Table("figures", COLUMNS, figures)])


def _areas(connection, wanted: str) -> list[tuple[str, str, str]]:
    """(code, short code, name) of each area: the one asked for, the others by name, South Yorkshire last.

    The place not known stands just before South Yorkshire, which holds it; no report can be asked of it.
    """
    sql = """
        select distinct area_code, short_code, area_name, area_level from core.dim_areas
        where area_level in ('district', 'force') or area_code = $unknown"""
    rows = connection.execute(sql, {"unknown": UNKNOWN}).fetchall()
    rows = [row[:3] for row in sorted(rows, key=lambda r: (r[3] == "force", r[0] == UNKNOWN, r[2]))]
    places = [row for row in rows if row[0] != UNKNOWN]
    first = [row for row in places if wanted.upper() in (text.upper() for text in row)]
    if not first:
        known = ", ".join(row[1] for row in places)
        raise Refusal(f"There is no area {wanted}. The areas are {known}.")
    return first + [row for row in rows if row not in first]


def _years(last: str) -> list[str]:
    """The five financial years ending with `last`; Refusal where that is not a financial year."""
    if not re.fullmatch(r"\d{4}-\d{2}", last) or (int(last[:4]) + 1) % 100 != int(last[5:]):
        raise Refusal(f"{last} is not a financial year. Write it as 2024-25.")
    ends = range(int(last[:4]) - YEARS + 1, int(last[:4]) + 1)
    return [f"{start}-{(start + 1) % 100:02d}" for start in ends]


def _figures(connection, areas: Sequence[tuple], years: list[str]) -> list[dict]:
    """Every count for every area and year, whole; the place not known only where a count has it."""
    sql = """
        select indicator_code, indicator_name, coalesce(definition, ''), basis, unit, area_code, period,
            value::decimal(18, 4), status, coalesce(not_received, '')
        from marts.mart_annual_report
        where list_contains($years, period)
        order by all"""
    rows = connection.execute(sql, {"years": years}).fetchall()
    found = {(row[:5], row[5], row[6]): row[7:] for row in rows}
    if all(row[8] == "not received" for row in rows):
        raise Refusal(f"There are no figures for {years[-1]} or the four years before it.")
    shown = _since_the_first(rows, years)
    unplaced = {row[:5] for row in rows if row[5] == UNKNOWN and row[6] in shown}
    series = sorted({row[:5] for row in rows}, key=lambda s: (s[0], s[1], s[4], s[3]))
    return [
        dict(zip(COLUMNS, (*s, code, name, period, *_held(found, s, code, period)), strict=True))
        for s in series
        for code, _, name in areas
        if code != UNKNOWN or s in unplaced
        for period in shown
    ]


def _held(found: dict, series: tuple, code: str, period: str) -> tuple[Decimal | None, str, str]:
    """(value, status, not received) of one figure; what the marts do not hold was not received.

    The marts hold the place not known only where it occurred: where South Yorkshire was received, nothing is 0.
    """
    if (series, code, period) in found:
        return found[series, code, period]
    whole = found.get((series, "SY", period)) if code == UNKNOWN else None
    status = whole[1] if whole else "not received"
    return (Decimal(0) if status == "received" else None, status, "")


def _since_the_first(rows: Iterable[tuple], years: list[str]) -> list[str]:
    """The years from the first in which anything was received; the last one always."""
    received = {row[6] for row in rows if row[8] != "not received"}
    first = next((n for n, year in enumerate(years) if year in received), len(years) - 1)
    return years[first:]


def _breaks(connection, figures: list[dict], areas: Sequence[tuple]) -> list[dict]:
    """The breaks the figures cross, from the first year shown to the last."""
    years = sorted({row["period"] for row in figures})
    first, last = date(int(years[0][:4]), 4, 1), date(int(years[-1][:4]) + 1, 3, 31)
    codes = {row["indicator_code"] for row in figures}
    return breaks_crossed(connection, sorted(codes), [area[0] for area in areas], first, last)


def _manifest(connection, area: tuple[str, str, str], year: str, as_at: str | datetime | None) -> dict:
    """What the release is, and what its figures rest on."""
    resting = standing(connection, as_at)
    return {
        "name": named(("annual", area[1], year), resting),
        "report": "annual",
        "protection": RESTRICTED,
        "area_code": area[0],
        "area": area[2],
        "year": year,
        **resting,
    }
