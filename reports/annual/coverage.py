"""What was received for an area and what was not: a map of the months, and a table of what did not come whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reports import charts
from reports.annual.model import Drawn, Item, Table, Words
from reports.annual.shelf import COUNTY, Area, Shelf
from reports.periods import financial_year

NOT_ABUSE = (
    "Not received is absence of data, not absence of abuse. A nil return says there was nothing to report."
)
KNOWN = ("received", "part received", "nil", "not received")


def coverage(shelf: Shelf) -> list[Item]:
    """The months of the report's year for the area's own returns and those of the whole county, and the gaps of all years."""
    rows = shelf.coverage
    first, last = f"{shelf.year[:4]}-04", f"{int(shelf.year[:4]) + 1}-03"
    now = [r for r in rows if first <= r["month"] <= last and r["status"] in KNOWN]
    items: list[Item] = [Words((_counted(now, shelf), NOT_ABUSE))]
    for places in _panels(shelf):
        items += _map(now, places, shelf)
    return [*items, *_table(now, shelf), *_gaps(rows, shelf)]


def _own(row: dict, shelf: Shelf) -> bool:
    return shelf.area.code == COUNTY or row["area_code"] in (shelf.area.code, COUNTY)


def _panels(shelf: Shelf) -> list[list[Area]]:
    """A council's own returns beside those of the county; of the county's report the councils after them."""
    if shelf.area.code != COUNTY:
        return [[shelf.area, shelf.county]]
    return [[shelf.county], shelf.councils[:2], shelf.councils[2:]]


def _counted(now: list[dict], shelf: Shelf) -> str:
    here = [r for r in now if _own(r, shelf)]
    told = [(s, sum(r["status"] == s for r in here)) for s in KNOWN]
    said = ", ".join(f"{n:,} {status}" for status, n in told if n)
    months = f"Months of returns due in {shelf.year}, of {shelf.area.name} and of all South Yorkshire"
    if shelf.area.code == COUNTY:
        months = f"Months of returns due in {shelf.year}, of all senders"
    return f"{months}: {len(here):,}; {said}." if here else f"No return was due in {shelf.year}."


def _map(now: list[dict], places: list[Area], shelf: Shelf) -> list[Item]:
    names = {a.code: a.name for a in places}
    cells = [
        charts.Coverage(r["return_code"], names[code], date.fromisoformat(f"{r['month']}-01"), r["status"])
        for code in names
        for r in now
        if r["area_code"] == code
    ]
    if not cells:
        return []
    title = f"Returns received for {' and '.join(names.values())}, {shelf.year}"
    picture = charts.completeness_map(cells, title=title)
    return [Drawn(f"coverage-{'-'.join(names)}", replace(picture, table=[]))]


def _table(now: list[dict], shelf: Shelf) -> list[Table]:
    """A row a return and sender of which some month did not come whole."""
    rows: dict[tuple, dict[str, int]] = {}
    for r in now:
        if _own(r, shelf):
            counts = rows.setdefault((r["return_code"], r["organisation"]), dict.fromkeys(KNOWN, 0))
            counts[r["status"]] += 1
    short = {key: counts for key, counts in rows.items() if counts["part received"] or counts["not received"]}
    if not short:
        return []
    cells = tuple((f"{code} {who}", *map(str, short[code, who].values())) for code, who in sorted(short))
    columns = ("Return and sender", *(f"Months {status}" for status in KNOWN))
    title = f"Returns of which a month did not come whole, {shelf.area.name}, {shelf.year}"
    return [Table(title, columns, cells, (NOT_ABUSE,))]


def _gaps(rows: list[dict], shelf: Shelf) -> list[Item]:
    """A row a year and sender with something not received, or not whole, whatever the area."""
    found: dict[tuple, set[str]] = {}
    for r in rows:
        year = _year_of(r["month"])
        if year in shelf.years and r["status"] in ("not received", "part received"):
            found.setdefault((year, r["organisation"]), set()).add(r["return_code"])
    if not found:
        return [Words((f"Every return due from {shelf.years[0]} to {shelf.year} was received.",))]
    cells = tuple((f"{year} {who}", ", ".join(sorted(codes))) for (year, who), codes in sorted(found.items()))
    title = "Returns not received, or not for the whole year"
    return [Table(title, ("Year and sender", "Returns"), cells, (NOT_ABUSE,))]


def _year_of(month: str) -> str:
    return financial_year(date(int(month[:4]), int(month[5:]), 1))
