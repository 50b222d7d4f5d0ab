"""What others published, beside ours: series with their areas, periods, vintage, source and how they differ."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from reports.indicators.catalogue import Indicator
from reports.indicators.grids import Grid
from reports.reading import Release

LEVELS = ("district", "force", "region", "country", "other")
OWN = ("370", "371", "372", "373", "SY")


def published(release: Release) -> list[dict]:
    """Every figure others published, by series, area (ours, then by name) and period."""
    return sorted(
        release.table("published"), key=lambda r: (r["title"], r["series"], _place(r), str(r["period"]))
    )


def beside(rows: Iterable[dict], indicator: Indicator) -> list[dict]:
    """Those of the series that stand beside an indicator."""
    return [r for r in rows if (r["indicator_code"], r["indicator_unit"]) == (indicator.code, indicator.unit)]


def grids(rows: Iterable[dict]) -> list[tuple[str, str, Grid]]:
    """(series, title, table) of each series and vintage: the areas side by side, the periods as rows."""
    found = []
    for _, members in groupby(rows, key=lambda r: (r["title"], r["series"])):
        series = list(members)
        for unit, vintage in dict.fromkeys((r["unit"], r["vintage"]) for r in series):
            told = [r for r in series if (r["unit"], r["vintage"]) == (unit, vintage)]
            found.append((told[0]["series"], told[0]["title"], _grid(told)))
    return found


def _grid(rows: list[dict]) -> Grid:
    first = rows[0]
    areas = {r["area"]: None for r in sorted(rows, key=_place)}
    told = {(r["period"], r["area"]): r["value"] or "" for r in rows}
    periods = dict.fromkeys(
        r["period"] for r in sorted(rows, key=lambda r: (str(r["end_date"]), str(r["period"])))
    )
    body = [[p, *(told.get((p, a), "–") for a in areas)] for p in periods]
    symbols = {r["value"]: r["symbol_meaning"] for r in rows if r["symbol_meaning"]}
    notes = [first["means"] or "", first["differs"] or ""]
    notes += [f"{symbol}: {means}." for symbol, means in sorted(symbols.items())]
    notes += [f"Vintage: {first['vintage']}. Source: {'; '.join(dict.fromkeys(r['source'] for r in rows))}."]
    caption = f"{first['title']}. Unit: {first['unit']}. Vintage: {first['vintage']}"
    return Grid(caption, ["Period", *areas], body, [n for n in notes if n])


def _place(row: dict) -> tuple:
    """Ours first in their fixed order, then districts, the region and England."""
    code = row["area_code"]
    ours = OWN.index(code) if code in OWN else len(OWN)
    level = LEVELS.index(row["level"]) if row["level"] in LEVELS else len(LEVELS)
    return ours, level, row["area"]
