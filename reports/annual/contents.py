"""The contents of the annual report of an area and a year, made from a release and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.annual.coverage import coverage
from reports.annual.model import Item, Part, Report, Section, Table, Words
from reports.annual.others import published
from reports.annual.pictures import DRAWN, months
from reports.annual.register import recommendations
from reports.annual.sentences import sentence
from reports.annual.shelf import Shelf, lay_out
from reports.annual.tables import by_area, by_year, over_areas, over_years, place, side_by_side
from reports.annual.wanted import Wanted, sections
from reports.reading import Figure, Release
from reports.words import SAID

IN_TABLE = ("headline", "figure")
PARTED = {"areas": over_areas, "parts by area": by_area, "parts by year": by_year}
BASES = (
    "Basis: flow is what happened in the period; stock is how it stood on its last day; cohort is what became, "
    "by the release's moment, of those who began in it."
)
CHANGES = (
    "A 95 % interval is the range that chance alone leaves open. A figure is said to have risen or fallen only where "
    "its interval lies wholly to one side of the year before's. Staff and schools are counted whole and have none."
)
STAGES = (
    "Alleged, charged and convicted are different things. A crime recorded, a person charged and a person "
    "convicted are counted apart, and none implies another."
)
SUM = (
    "South Yorkshire is counted on its own: it holds what happened there at a place not known, and counts a child "
    "known in two areas once."
)
NOUGHT = (
    "0 means that returns came and told of none. It does not mean that nothing happened: absence of data is not "
    "absence of abuse."
)
NOTES = (
    "CSE is child sexual exploitation. FTE is full-time equivalent. Financial years run from April to March.",
    BASES,
    STAGES,
    "The areas stand in a fixed order, the report's own first, and never in order of their figures.",
    SUM,
    "Place not known: it happened in South Yorkshire, but the returns do not say where.",
    CHANGES,
    NOUGHT,
)


def contents(release: Release, area: str, year: str) -> Report:
    """The whole report of an area (code, short code or name) and a financial year (`2024-25`).

    Refusal where the release has not the area or the year.
    """
    shelf = lay_out(release, area, year)
    wants = list(sections(shelf))
    county_only = {
        w.measure
        for _, parts in wants
        for _, items in parts
        for w in items
        if w.is_county_only and not w.breakdown
    }
    made, figures, shown = [], [], set()
    for title, parts in wants:
        told = [_part(name, items, shelf, county_only) for name, items in parts]
        figures += [f for _, found in told for f in found]
        made.append(Section(title, tuple(_once(part, shown) for part, _ in told)))
    return Report(
        title=f"Child sexual exploitation in {shelf.area.name}: annual report, {year}",
        area=shelf.area.name,
        year=year,
        release=release.name,
        moment=release.moment,
        watermark=release.manifest.get("protection") or "",
        facts=tuple(_facts(shelf)),
        sections=tuple(made),
        notes=(*NOTES, *(f"{mark} means {says}." for mark, says in SAID.items())),
        figures=tuple(dict.fromkeys(figures)),
    )


def _part(title: str, wants: Sequence[Wanted], shelf: Shelf, county_only: set) -> tuple[Part, list[Figure]]:
    """The sentences and the table of the measures first, then each thing else in its order."""
    measured = [w for w in wants if w.shown in IN_TABLE]
    items, figures = _measured(title, measured, shelf) if measured else ([], [])
    for wanted in wants:
        if wanted.shown not in IN_TABLE:
            more, used = _one(wanted, shelf, county_only)
            items += [
                replace(i, is_detail=True) if wanted.detail and isinstance(i, Table) else i for i in more
            ]
            figures += used
    monthly, used = months([w for w in wants if w.shown == "run"], shelf)
    return Part(title, (*items, *monthly)), [*figures, *used]


def _once(part: Part, shown: set[str]) -> Part:
    """The part without the tables that stand in the report already."""
    kept = []
    for item in part.items:
        if not (isinstance(item, Table) and item.title in shown):
            kept.append(item)
        shown |= {item.title} if isinstance(item, Table) else set()
    return Part(part.title, tuple(kept))


def _measured(title: str, wants: list[Wanted], shelf: Shelf) -> tuple[list[Item], list[Figure]]:
    lines = tuple(sentence(w.measure, place(w, shelf), shelf) for w in wants if w.shown == "headline")
    years, used = over_years(wants, title, shelf)
    areas, beside = side_by_side(wants, title, shelf)
    return [*([Words(lines)] if lines else []), *years, *areas], [*used, *beside]


def _one(wanted: Wanted, shelf: Shelf, county_only: set) -> tuple[list[Item], list[Figure]]:
    if wanted.shown in DRAWN:
        return DRAWN[wanted.shown](wanted, shelf)
    if wanted.shown in PARTED:
        tables, figures = PARTED[wanted.shown](wanted, shelf)
        return tables or [_none(wanted, shelf)], figures
    if wanted.shown == "recommendations":
        return recommendations(shelf, county_only)
    return (coverage(shelf) if wanted.shown == "coverage" else published(wanted, shelf)), []


def _none(wanted: Wanted, shelf: Shelf) -> Words:
    where = place(wanted, shelf).name
    by = f" by {wanted.breakdown}" if wanted.breakdown else ""
    return Words((f"{wanted.indicator_code} ({wanted.unit}){by}: not released for {where}.",))


def _facts(shelf: Shelf) -> list[str]:
    """What the figures rest on."""
    manifest, moment = shelf.release.manifest, shelf.release.moment
    versions = manifest.get("standard_versions") or {}
    returns = ", ".join(f"{code} version {' and '.join(vs)}" for code, vs in versions.items())
    told = [f for f in shelf.found.values() if f.period == shelf.year]
    waits = sum(f.provisional == "provisional" for f in told)
    state = "final" if not waits else "provisional" if waits == len(told) else "partly provisional"
    as_at = manifest.get("as_at")
    return [
        f"Period: the financial year {shelf.year}, with the years since {shelf.years[0]} beside it.",
        f"Figures of {shelf.year} are {state}.",
        f"Vintage: the last return behind these figures, numerators and denominators alike, was received on "
        f"{moment.day} {moment:%B %Y, %H:%M} UTC."
        + (f" Only what had come by {as_at} counts." if as_at else ""),
        f"Release: {shelf.release.name}, of {manifest['submissions']:,} submissions.",
        f"Returns: {returns or 'none'}.",
    ]
