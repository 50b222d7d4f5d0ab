"""Charts of the report, each only where there is enough to draw; where there is not, words say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reports import charts
from reports.annual.model import Drawn, Item, Table, Words, cell
from reports.annual.shelf import COUNTY, UNKNOWN, Area, Shelf
from reports.annual.standing import notes
from reports.annual.tables import label, over_areas, place, span
from reports.annual.wanted import Wanted
from reports.reading import Figure, number

MONTHS, FEWEST_MONTHS = 24, 10
FEWEST_YEARS, FEWEST_AREAS, FEWEST_STAGES = 2, 3, 2
Made = tuple[list[Item], list[Figure]]


def _name(wanted: Wanted) -> str:
    letters = "".join(
        c if c.isalnum() else "-" for c in f"{wanted.shown} {wanted.indicator_code} {wanted.unit}"
    )
    return letters.lower()


def _title(wanted: Wanted, shelf: Shelf, where: str = "") -> str:
    name = shelf.indicators.get(wanted.measure, {}).get("indicator") or f"({wanted.unit})"
    return f"{wanted.indicator_code} {name}{f', {where}' if where else ''}"


def _told(wanted: Wanted, picture: charts.Picture, figures: Sequence[Figure], *, beside: bool) -> Made:
    """A chart; `beside`: its figures stand in a table of the report already."""
    return [Drawn(_name(wanted), replace(picture, table=[]) if beside else picture)], list(figures)


def _no(wanted: Wanted, shelf: Shelf, where: str) -> Made:
    says = f"No chart of {_title(wanted, shelf, where)}: the release has too few figures that may be shown."
    return [Words((says,))], []


def run(wanted: Wanted, shelf: Shelf) -> Made:
    """The months to the year's end as a run chart; the areas over the years where the release has no months."""
    area = place(wanted, shelf)
    found = by_month(wanted, shelf)
    if sum(f.number is not None for f in found) < FEWEST_MONTHS:
        return small_multiples(wanted, shelf)
    points = [charts.month(f.start_date, _mark(f), _moves(f)) for f in found]
    breaks = [
        charts.Break(f"{b['break_date']:%B %Y}", b["note"])
        for b in shelf.breaks
        if (b["indicator_code"], b["area_code"], b["breakdown"]) == (wanted.indicator_code, area.code, "all")
        and b["break_date"]
    ]
    title = _title(wanted, shelf, f"{area.name}, month by month")
    return _told(
        wanted, charts.run_chart(points, title=title, unit=wanted.unit, breaks=breaks), found, beside=True
    )


def by_month(wanted: Wanted, shelf: Shelf) -> list[Figure]:
    """The last two years of months to the end of the report's year; none where the release has no months."""
    return shelf.release.figures(
        """indicator_code = $code and unit = $unit and area_code = $area and period_kind = 'month'
        and breakdown = 'all' and end_date <= $last order by start_date""",
        {"code": wanted.indicator_code, "unit": wanted.unit, "area": place(wanted, shelf).code}
        | {"last": shelf.last_day},
    )[-MONTHS:]


def months(wants: Sequence[Wanted], shelf: Shelf) -> Made:
    """The months of what is drawn month by month as one table."""
    found = {w: by_month(w, shelf) for w in wants}
    found = {w: row for w, row in found.items() if _numbers(row) >= FEWEST_MONTHS}
    starts = sorted({f.start_date for row in found.values() for f in row})
    if not starts:
        return [], []
    at = {(w, f.start_date): f for w, row in found.items() for f in row}
    rows = tuple((f"{day:%B %Y}", *(cell(at.get((w, day))) for w in found)) for day in starts)
    figures = [f for row in found.values() for f in row]
    title = f"Month by month: {shelf.area.name}, {starts[0]:%B %Y} to {starts[-1]:%B %Y}"
    columns = ("Month", *(label(w.measure, shelf) for w in found))
    return [Table(title, columns, rows, tuple(notes(figures, shelf)), is_detail=True)], figures


def _mark(figure: Figure | None) -> str:
    return "z" if figure is None or not figure.value else figure.value


def _moves(figure: Figure) -> bool:
    return figure.status in ("part received", "incomplete follow-up")


def small_multiples(wanted: Wanted, shelf: Shelf) -> Made:
    """One panel an area over the years; of counts South Yorkshire is left out, which would dwarf the rest."""
    is_share = wanted.unit.startswith("%") or " per " in wanted.unit
    areas = [
        a for a in shelf.areas if a.code != UNKNOWN and (is_share or a.code != COUNTY or a == shelf.area)
    ]
    if shelf.area.code == COUNTY and not is_share:
        areas = [shelf.area]
    rows = {a: shelf.row(wanted.measure, a.code) for a in areas}
    kept = {a: row for a, row in rows.items() if _numbers(row) >= FEWEST_YEARS}
    if not kept:
        return _no(wanted, shelf, shelf.area.name)
    panels = [
        charts.Panel(a.name, tuple(_point(y, f) for y, f in zip(shelf.years, row, strict=True)))
        for a, row in kept.items()
    ]
    title = _title(wanted, shelf, span(shelf))
    picture = charts.small_multiples(panels, title=title, unit=wanted.unit)
    left = [a.name for a in rows if a not in kept]
    items, _ = _told(wanted, picture, (), beside=True)
    says = f"Not drawn, with too few figures that may be shown: {', '.join(left)}."
    tables, figures = over_areas(wanted, shelf)
    return [*items, *([Words((says,))] if left else []), *tables], figures


def _numbers(row: Sequence[Figure | None]) -> int:
    return sum(f is not None and f.number is not None for f in row)


def _point(year: str, figure: Figure | None) -> charts.Point:
    return charts.Point(year, _mark(figure), figure is not None and _moves(figure))


def funnel_plot(wanted: Wanted, shelf: Shelf) -> Made:
    """The councils against what chance allows around South Yorkshire; nobody is ranked."""
    found = {a: shelf.get(wanted.measure, a.code, shelf.year) for a in shelf.councils}
    whole = shelf.get(wanted.measure, COUNTY, shelf.year)
    drawn = [f for f in found.values() if f and f.number is not None and number(f.denominator)]
    if len(drawn) < FEWEST_AREAS or whole is None or whole.number is None:
        return _no(wanted, shelf, shelf.year)
    areas = [charts.Area(a.name, f.numerator, f.denominator, f.value) for a, f in found.items() if f]
    row = shelf.indicators[wanted.measure]
    picture = charts.funnel_plot(
        areas,
        title=_title(wanted, shelf),
        unit=wanted.unit,
        of=f"out of how many ({wanted.unit.removeprefix('% of ')})",
        period=shelf.year,
        benchmark=whole.number,
        benchmark_name=shelf.county.name,
        scale_of=float(row.get("scale") or 100),
    )
    return _told(wanted, picture, [*drawn, whole], beside=False)


def stages(wanted: Wanted, shelf: Shelf) -> Made:
    """How many reached each stage, in the order of the stages, from those there were at first."""
    area = place(wanted, shelf)
    labels = shelf.values(wanted.measure, wanted.breakdown, wanted.order)
    found = {
        name: shelf.get(wanted.measure, area.code, shelf.year, (wanted.breakdown, v))
        for v, name in labels.items()
    }
    told = {name: f for name, f in found.items() if f is not None}
    counts = [number(f.numerator) for f in told.values() if number(f.numerator) is not None]
    if len(counts) < FEWEST_STAGES:
        return _no(wanted, shelf, area.name)
    first = next(iter(told.values()))
    steps = [
        charts.Stage("Referred", first.denominator),
        *(charts.Stage(name, f.numerator or "z") for name, f in told.items()),
    ]
    picture = charts.safeguarding_funnel(
        steps,
        title=_title(wanted, shelf, area.name),
        unit="referrals",
        period=shelf.year,
        # A share of the stage before says too much of counts that are hidden, rounded or overtaken.
        one_cohort=shelf.release.is_restricted
        and len(counts) == len(told)
        and counts == sorted(counts, reverse=True),
    )
    return _told(wanted, picture, list(told.values()), beside=False)


def yields(wanted: Wanted, shelf: Shelf) -> Made:
    """The years as cohorts: what share had come so far after so many months."""
    area = place(wanted, shelf)
    cohorts, figures = _cohorts(wanted, area, shelf)
    if not cohorts and area != shelf.county:
        area = shelf.county
        cohorts, figures = _cohorts(wanted, area, shelf)
    if not cohorts:
        return _no(wanted, shelf, area.name)
    title = _title(wanted, shelf, f"{area.name}, by year recorded")
    return _told(
        wanted,
        charts.yield_curves(cohorts, title=title, unit=wanted.unit),
        figures,
        beside=area == shelf.area,
    )


def _cohorts(wanted: Wanted, area: Area, shelf: Shelf) -> tuple[list[charts.Cohort], list[Figure]]:
    cohorts, kept = [], []
    for year in shelf.years:
        found = {m: shelf.get(wanted.measure, area.code, year, (wanted.breakdown, m)) for m in wanted.order}
        told = [(int(m), f) for m, f in found.items() if f is not None]
        if _numbers([f for _, f in told]) < FEWEST_STAGES:
            continue
        cohorts.append(charts.Cohort(year, tuple(charts.Yield(m, _mark(f), not _moves(f)) for m, f in told)))
        kept += [f for _, f in told]
    return cohorts, kept


def waterfall(wanted: Wanted, shelf: Shelf) -> Made:
    """Known to the police only, to both and to the council only, where the release tells them apart."""
    area = place(wanted, shelf)
    found = [shelf.get(wanted.measure, area.code, shelf.year, (wanted.breakdown, v)) for v in wanted.order]
    whole = shelf.get(wanted.measure, area.code, shelf.year)
    if not all(found) or whole is None or _numbers(found) < FEWEST_STAGES:
        says = (
            "No waterfall of police and council records: the release does not tell what one side has alone."
        )
        return [Words((says,))], []
    picture = charts.reconciliation_waterfall(
        charts.Reconciled(*(_mark(f) for f in found), _mark(whole)),
        title=_title(wanted, shelf, area.name),
        unit=wanted.unit,
        period=shelf.year,
    )
    return _told(wanted, picture, [*found, whole], beside=False)


DRAWN: dict[str, Callable[[Wanted, Shelf], Made]] = {
    "run": run,
    "small multiples": small_multiples,
    "funnel plot": funnel_plot,
    "stages": stages,
    "yields": yields,
    "waterfall": waterfall,
}
