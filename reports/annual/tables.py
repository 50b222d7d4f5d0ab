"""Tables of figures: measures over the years, areas beside one another, and the parts of a measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports import words
from reports.annual.model import Cell, Table, cell
from reports.annual.sentences import change
from reports.annual.shelf import COUNTY, ONLY, UNKNOWN, Area, Shelf
from reports.annual.standing import notes
from reports.annual.wanted import Wanted
from reports.reading import Figure

NOT_HERE = "[z] in the column of an area: not counted by place, or not released below South Yorkshire."
ALL = "All"
TOPICS = {
    "cancelled": "what became of them",
    "care": "whether missing from care",
    "in care": "whether looked after",
    "model": "kind of exploitation",
    "non_recent": "how long ago",
    "order": "when it was offered",
    "placed": "where placed",
}
SHARES_OF_KNOWN = (
    "Shares are of those whose ethnicity is known; those not known are shown and never shared out."
)


def label(measure: tuple[str, str], shelf: Shelf) -> str:
    """`I01 CSE complaints (complaint; flow)`: the measure with its unit and its basis."""
    row = shelf.indicators.get(measure, {})
    return (
        f"{measure[0]} {row.get('indicator') or ''} ({measure[1]}; {row.get('basis') or 'basis not known'})"
    )


def place(wanted: Wanted, shelf: Shelf) -> Area:
    """The area a thing is shown for: the report's own, or South Yorkshire where it is told for that alone."""
    if wanted.is_county_only or not shelf.has(wanted.measure, shelf.area.code, wanted.breakdown or "all"):
        return shelf.county
    return shelf.area


def over_years(wants: Sequence[Wanted], title: str, shelf: Shelf) -> tuple[list[Table], list[Figure]]:
    """The measures a row each, the years side by side, how sure the last is and what may be said of the change."""
    by_place: dict[Area, list[Wanted]] = {}
    for wanted in wants:
        by_place.setdefault(place(wanted, shelf), []).append(wanted)
    own_first = sorted(by_place, key=shelf.areas.index)
    made = [_over_years(area, by_place[area], title, shelf) for area in own_first]
    return [t for t, _ in made if t], [f for _, found in made for f in found]


def _over_years(
    area: Area, wants: list[Wanted], title: str, shelf: Shelf
) -> tuple[Table | None, list[Figure]]:
    found = {w.measure: shelf.row(w.measure, area.code) for w in wants}
    found = {measure: row for measure, row in found.items() if any(row)}
    if not found:
        return None, []
    figures = [f for row in found.values() for f in row if f]
    rows = tuple(_measured(measure, row, shelf) for measure, row in found.items())
    columns = ("Measure", *shelf.years, "Counted", "Out of", "95 % interval", *_changed(shelf))
    said = (f"Counted, out of and interval are of {shelf.year}.", *notes(figures, shelf))
    return Table(f"{title}: {area.name}, {span(shelf)}", columns, rows, said, "measures"), figures


def _measured(measure: tuple[str, str], found: list[Figure | None], shelf: Shelf) -> tuple:
    now, before = found[-1], found[-2] if len(found) > 1 else None
    ends = [*_counts(now), words.interval(now)] if now else ["[z]"] * 3
    changed = [change(before, now, shelf)] if shelf.before else []
    return (label(measure, shelf), *map(cell, found), *ends, *changed)


def _counts(figure: Figure) -> list[Cell]:
    """The numerator and the denominator; a count is of nothing, and is read in its own unit."""
    own = figure.unit if figure.denominator in ("", "z") else ""
    return [Cell(figure.numerator, own), Cell(figure.denominator, "")]


def _changed(shelf: Shelf) -> tuple[str, ...]:
    return (f"Since {shelf.before}",) if shelf.before else ()


def span(shelf: Shelf) -> str:
    """`2020-21 to 2024-25`, or the one year."""
    return f"{shelf.years[0]} to {shelf.year}" if shelf.before else shelf.year


def side_by_side(wants: Sequence[Wanted], title: str, shelf: Shelf) -> tuple[list[Table], list[Figure]]:
    """The measures a row each, the areas side by side in their order, in the report's year."""
    told = [(w, [shelf.get(w.measure, a.code, shelf.year) for a in shelf.areas]) for w in wants]
    told = [(w, row) for w, row in told if not w.is_county_only and any(row[n] for n in _below(shelf))]
    if not told:
        return [], []
    names, rows = [label(w.measure, shelf) for w, _ in told], [row for _, row in told]
    table = _areas(f"{title}: the areas side by side, {shelf.year}", "Measure", names, rows, shelf, ())
    return [table], [f for row in rows for f in row if f]


def _below(shelf: Shelf) -> list[int]:
    """Where the areas below South Yorkshire stand."""
    return [n for n, a in enumerate(shelf.areas) if a.code != COUNTY]


def by_area(wanted: Wanted, shelf: Shelf) -> tuple[list[Table], list[Figure]]:
    """The parts of a measure a row each, the areas side by side, in the report's year."""
    labels = shelf.values(wanted.measure, wanted.breakdown, wanted.order)
    rows = [
        [shelf.get(wanted.measure, a.code, shelf.year, (wanted.breakdown, v)) for a in shelf.areas]
        for v in labels
    ]
    kept, left = _split(dict(zip(labels.values(), rows, strict=True)))
    if not kept:
        return [], []
    title = f"{label(wanted.measure, shelf)}, by {_topic(wanted)}, {shelf.year}"
    rows = list(kept.values())
    table = _areas(title, _topic(wanted).capitalize(), list(kept), rows, shelf, (wanted.breakdown,))
    table = replace(table, notes=(*table.notes, *_left(left)))
    return [table], [f for row in rows for f in row if f]


def _split(rows: dict[str, list[Figure | None]]) -> tuple[dict[str, list[Figure | None]], list[str]]:
    """The rows that say something, and the names of those where nothing applies."""
    kept = {name: row for name, row in rows.items() if any(f and f.value != "z" for f in row)}
    return kept, [name for name, row in rows.items() if name not in kept and any(row)]


def _left(names: list[str]) -> list[str]:
    return [f"Left out, with nothing to count them of: {', '.join(names)}."] if names else []


def _areas(title: str, head: str, names: list[str], rows: list[list], shelf: Shelf, breakdowns) -> Table:
    """A table of areas; the place not known has a column only where something is of it."""
    kept = [n for n, a in enumerate(shelf.areas) if a.code != UNKNOWN or any(row[n] for row in rows)]
    columns = (head, *(shelf.areas[n].name for n in kept))
    cells = [(name, *(cell(row[n]) for n in kept)) for name, row in zip(names, rows, strict=True)]
    figures = [row[n] for row in rows for n in kept]
    said = notes(figures, shelf, breakdowns) + ([NOT_HERE] if None in figures else [])
    return Table(title, columns, tuple(cells), tuple(said))


def by_year(wanted: Wanted, shelf: Shelf) -> tuple[list[Table], list[Figure]]:
    """The parts of a measure a row each, the years side by side, for one area."""
    area = place(wanted, shelf)
    labels = shelf.values(wanted.measure, wanted.breakdown, wanted.order)
    rows = {n: shelf.row(wanted.measure, area.code, (wanted.breakdown, v)) for v, n in labels.items()}
    known = "known ethnicity" in wanted.unit
    # Those not known have a place in a table of shares too, though their share is of nothing.
    kept, left = ({n: r for n, r in rows.items() if any(r)}, []) if known else _split(rows)
    if not kept:
        return [], []
    whole = shelf.row(wanted.measure, area.code)
    kept |= {ALL: whole} if any(whole) and wanted.order[:1] != (ONLY,) else {}
    figures = [f for row in kept.values() for f in row if f]
    said = [*notes(figures, shelf, (wanted.breakdown,)), *([SHARES_OF_KNOWN] if known else []), *_left(left)]
    title = f"{label(wanted.measure, shelf)}, by {_topic(wanted)}: {area.name}, {span(shelf)}"
    cells = tuple((name, *map(cell, row)) for name, row in kept.items())
    return [Table(title, (_topic(wanted).capitalize(), *shelf.years), cells, tuple(said))], figures


def over_areas(wanted: Wanted, shelf: Shelf) -> tuple[list[Table], list[Figure]]:
    """One measure: the areas a row each, the years side by side."""
    rows = [(a, shelf.row(wanted.measure, a.code)) for a in shelf.areas]
    kept = [(a, row) for a, row in rows if any(row) or a.code == shelf.area.code]
    figures = [f for _, row in kept for f in row if f]
    if not figures:
        return [], []
    said = _defined(wanted.measure, shelf) + notes(figures, shelf)
    cells = tuple((a.name, *map(cell, row)) for a, row in kept)
    table = Table(
        f"{label(wanted.measure, shelf)}, {span(shelf)}", ("Area", *shelf.years), cells, tuple(said)
    )
    return [table], figures


def _defined(measure: tuple[str, str], shelf: Shelf) -> list[str]:
    says = shelf.indicators.get(measure, {}).get("definition")
    return [f"What is counted: {says}"] if says else []


def _topic(wanted: Wanted) -> str:
    return TOPICS.get(wanted.breakdown, wanted.breakdown.replace("_", " "))
