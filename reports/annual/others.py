"""What others published of the same places: kept as they printed it, flagged where it moves too far in a year."""

from __future__ import annotations

from itertools import pairwise

from reports.annual.model import Cell, Item, Table, Words
from reports.annual.shelf import Shelf
from reports.annual.wanted import Wanted
from reports.reading import number
from reports.rounding import half_up

YEARS = 10
# As rule X17 asks about a figure: smaller ones move so far by chance.
SMALLEST, TOO_FAR = 20, 50
ASK = "Such a step may be a change of system or of recording: ask before it is read as a change."
LEVELS = ("district", "force", "region", "country")
OWN_SYMBOLS = {"-": "Suppressed or nil"}


def published(wanted: Wanted, shelf: Shelf) -> list[Item]:
    """A published series: a row an area, the report's own first, then the others in their order, region and country last."""
    rows = [r for r in shelf.release.table("published") if r["series"] == wanted.series]
    rows = [r for r in rows if r["end_date"] and r["end_date"] <= shelf.last_day]
    if not rows:
        return [Words((f"The release has no published series {wanted.series}.",))]
    vintage = max(r["vintage"] for r in rows)
    rows = [r for r in rows if r["vintage"] == vintage]
    periods = sorted({r["period"] for r in rows})[-YEARS:]
    found = {(r["area_code"], r["period"]): r for r in rows}
    names = {r["area_code"]: r["area"] for r in sorted(rows, key=lambda r: _order(r, shelf))}
    cells = tuple((name, *(_cell(found.get((code, p))) for p in periods)) for code, name in names.items())
    one = rows[0]
    title = f"{one['title']} ({one['unit']}), as published"
    notes = [f"{one['means']} Source: {one['source']}. Vintage: {vintage}.", *_differs(one)]
    notes += [*_jumps(names, periods, found), *_symbols(rows)]
    heads = {
        r["period"]: f"{r['end_date']:%B %Y}" if r["period_kind"] == "snapshot" else r["period"] for r in rows
    }
    return [Table(title, ("Area", *(heads[p] for p in periods)), cells, tuple(notes), "others")]


def _order(row: dict, shelf: Shelf) -> tuple:
    codes = [a.code for a in shelf.areas]
    own = codes.index(row["area_code"]) if row["area_code"] in codes else len(codes)
    level = LEVELS.index(row["level"]) if row["level"] in LEVELS else len(LEVELS)
    return level, own, row["area"]


def _cell(row: dict | None) -> Cell | str:
    if row is None:
        return "[z]"
    return OWN_SYMBOLS.get(row["value"]) or Cell(row["value"], row["unit"])


def _differs(row: dict) -> list[str]:
    if not row["indicator_code"]:
        return []
    ours = f"Our own nearest measure is {row['indicator_code']} ({row['indicator_unit']})."
    return [f"{ours} {row['differs']}" if row["differs"] else ours]


def _jumps(names: dict[str, str], periods: list[str], found: dict) -> list[str]:
    """The figures so far from the year before that they should be asked about before they are read as a change."""
    far = []
    for code, name in names.items():
        for before, now in pairwise(periods):
            pair = [found.get((code, p)) for p in (before, now)]
            a, b = (number(row["value"]) if row else None for row in pair)
            if a is not None and b is not None and _far(a, b):
                far.append(f"{name} {now} ({half_up(a, 0):,} to {half_up(b, 0):,})")
    return [f"Flagged, moved by more than {TOO_FAR} % in a year: {'; '.join(far)}. {ASK}"] if far else []


def _far(before: float, now: float) -> bool:
    return max(before, now) >= SMALLEST and abs(now - before) > before * TOO_FAR / 100


def _symbols(rows: list[dict]) -> list[str]:
    told = {r["value"]: r["symbol_meaning"] for r in rows if r["symbol_meaning"]}
    return [f"{symbol} is as published: {means}." for symbol, means in sorted(told.items())]
