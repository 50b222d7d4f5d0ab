"""Tables of one indicator as people read them: areas side by side, periods, parts, what was received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.indicators.catalogue import period as said_period
from reports.indicators.series import ALL, COUNTY, Series
from reports.periods import financial_year
from reports.reading import Figure, Release, number
from reports.words import SAID, change, interval, shown

NONE = "–"
ABSENT = "– : the release has no such figure."
STATUSES = {
    "part received": "part received",
    "not received": "not received",
    "incomplete follow-up": "not yet followed to the end",
    "suppressed by sender": "hidden by its sender",
}


@dataclass(frozen=True)
class Grid:
    """A table: its caption, its columns, its rows of cells as text, and the notes below it."""

    caption: str
    columns: list[str]
    rows: list[list[str]]
    notes: list[str]


def comparison(series: Series, kind: str, period: str, part: tuple[str, str] = ALL) -> Grid:
    """The areas side by side in one period, with intervals, in words against South Yorkshire and the period before."""
    indicator, said = series.indicator, _said(series, kind, period)
    columns = ["Area", _unit(series), "95 % interval"]
    columns += ["Numerator", "Denominator", "Against South Yorkshire"] if indicator.is_compared else []
    columns += ["Since the period before", "Standing"]
    found = {area: series.at(area, kind, period, part) for area in series.areas}
    rows = [_compared(series, area, f, found.get(COUNTY)) for area, f in found.items()]
    marks = [cell for row in rows for cell in row]
    of = "" if part == ALL else f", {series.parts[part[0]][part[1]]}"
    notes = ["Areas stand in one fixed order.", *keys(marks)]
    return Grid(f"{indicator.name}{of}, {said}, by area", columns, rows, notes)


def _compared(series: Series, area: str, figure: Figure | None, county: Figure | None) -> list[str]:
    indicator = series.indicator
    more = 3 if indicator.is_compared else 0
    name = series.areas[area]
    if figure is None:
        return [name, NONE, NONE, *[NONE] * more, NONE, NONE]
    numbers = [shown(figure.numerator, ""), shown(figure.denominator, ""), against(series, figure, county)]
    told = [name, shown(figure.value, indicator.unit), interval(figure), *numbers[:more]]
    return [*told, since(series, figure), standing(figure)]


def against(series: Series, figure: Figure, county: Figure | None) -> str:
    """`better`, `similar`, … than South Yorkshire, by the interval; of South Yorkshire itself nothing."""
    if figure.area_code == COUNTY:
        return "the benchmark"
    ends = [number(figure.lower), number(figure.upper), county.number if county else None]
    if None in ends:
        return "not compared"
    from reports.statistics import compared

    return compared(*ends, series.indicator.polarity)


def since(series: Series, figure: Figure) -> str:
    """What may be said of the figure after the one before it: never across a break."""
    line = series.line(figure.area_code, figure.period_kind, (figure.breakdown, figure.breakdown_value))
    place = next(n for n, f in enumerate(line) if f.period == figure.period)
    if not place:
        return "first period"
    before = line[place - 1]
    for b in series.broken(figure.area_code, figure.breakdown):
        if b["break_date"] and before.end_date < b["break_date"] <= figure.end_date:
            return "not compared: series break"
    if not series.indicator.is_count and figure.number is not None:
        return "not judged: no interval"
    return change(before, figure)


def standing(figure: Figure) -> str:
    """`final`, `provisional; part received: not R04 SYP`, and what else must stand beside the figure."""
    said = [figure.provisional]
    if figure.status in STATUSES:
        lacks = f": not {figure.not_received}" if figure.not_received else ""
        said.append(STATUSES[figure.status] + lacks)
    return "; ".join([*said, *([figure.note] if figure.note else [])])


def through(series: Series, kind: str, part: tuple[str, str] = ALL) -> Grid:
    """Every period of a kind as a row, the areas side by side."""
    rows = []
    for p in series.periods(kind):
        found = [series.at(area, kind, p.period, part) for area in series.areas]
        rows.append([said_period(p), *(_cell(series, f) for f in found)])
    marks = [cell for row in rows for cell in row[1:]]
    caption = f"{series.indicator.name}, by period and area. Unit: {series.indicator.unit}"
    return Grid(caption, ["Period", *series.areas.values()], rows, [*_labels(series, part), *keys(marks)])


def parts(series: Series, kind: str, period: str, breakdown: str) -> Grid:
    """The parts of a breakdown in one period as rows, the areas side by side."""
    rows = []
    for value, label in series.parts[breakdown].items():
        found = [series.at(area, kind, period, (breakdown, value)) for area in series.areas]
        if any(found):
            rows.append([label, *(_cell(series, f) for f in found)])
    marks = [cell for row in rows for cell in row[1:]]
    caption = f"By {breakdown}, {_said(series, kind, period)}. Unit: {series.indicator.unit}"
    return Grid(caption, [breakdown[:1].upper() + breakdown[1:], *series.areas.values()], rows, keys(marks))


def parts_through(series: Series, kind: str, area: str, breakdown: str) -> Grid:
    """Every period of a kind as a row, the parts of a breakdown of one area side by side."""
    values = series.parts[breakdown]
    rows = []
    for p in series.periods(kind):
        found = [series.at(area, kind, p.period, (breakdown, value)) for value in values]
        rows.append([said_period(p), *(_cell(series, f) for f in found)])
    marks = [cell for row in rows for cell in row[1:]]
    caption = f"{series.indicator.name}, by period and {breakdown}: {series.areas[area]}"
    return Grid(caption, ["Period", *values.values()], rows, keys(marks))


def everything(figures: Sequence[Figure]) -> Grid:
    """Figures row by row with all that stands beside each."""
    columns = ["Area", "Period", "Part", "Figure", "95 % interval", "Numerator", "Denominator", "Standing"]
    rows = [_row(f) for f in figures]
    unit = figures[0].unit if figures else ""
    return Grid(f"Every figure chosen. Unit: {unit}", columns, rows, keys(c for r in rows for c in r))


def _row(f: Figure) -> list[str]:
    told = [shown(f.value, f.unit), interval(f), shown(f.numerator, ""), shown(f.denominator, "")]
    return [f.area, said_period(f), f.breakdown_label or "All", *told, standing(f)]


def coverage(series: Series, release: Release) -> Grid:
    """What was received of the returns the indicator needs: months of each financial year, by organisation."""
    wanted = dict(part.partition(":")[::2] for part in series.indicator.returns.split(";") if part)
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in release.table("coverage"):
        if row["return_code"] in wanted and _owes(row, wanted[row["return_code"]]):
            key = (row["return_code"], row["organisation"] or row["organisation_code"])
            found.setdefault(key, {}).setdefault(_year(row["month"]), []).append(row["status"])
    years = sorted({year for of in found.values() for year in of})
    rows = [
        [code, organisation, *(_received(of.get(year, [])) for year in years)]
        for (code, organisation), of in sorted(found.items())
    ]
    notes = [
        "Months received of those the return was due for. Nil: received, with nothing in it. Not received is never 0."
    ]
    return Grid("Returns behind it, by financial year", ["Return", "Organisation", *years], rows, notes)


def _owes(row: dict, kind: str) -> bool:
    """R19:police is asked of the police alone, R19:council of the councils."""
    if kind == "council":
        return row["area_code"] != COUNTY
    return kind != "police" or row["organisation_code"] == "SYP"


def _received(statuses: Sequence[str]) -> str:
    if not statuses:
        return "not due"
    came, nil = sum(s in ("received", "nil") for s in statuses), statuses.count("nil")
    return f"{came} of {len(statuses)}" + (f", {nil} nil" if nil else "")


def _year(month: str) -> str:
    return financial_year(date(int(month[:4]), int(month[5:7]), 1))


def breaks(series: Series) -> Grid:
    """The breaks in the series; one that holds for every area is told once."""
    found: dict[tuple, list[str]] = {}
    for area in series.areas:
        for b in (b for b in series.breaks if b["area_code"] == area):
            found.setdefault((b["break_date"], b["breakdown"], b["note"]), []).append(series.areas[area])
    told = sorted(found.items(), key=lambda b: (b[0][0] is None, str(b[0]), b[1]))
    rows = [
        [
            day.isoformat() if day else "day not known",
            "every area" if len(areas) == len(series.areas) else ", ".join(areas),
            "the whole" if breakdown == "all" else f"by {breakdown}",
            note,
        ]
        for (day, breakdown, note), areas in told
    ]
    return Grid("Breaks in the series", ["From", "Area", "Of what", "What changed"], rows, [])


def keys(cells) -> list[str]:
    """The marks that occur among cells, in words."""
    there = {*cells}
    said = [f"{mark}: {words}." for mark, words in SAID.items() if mark in there]
    return said + ([ABSENT] if NONE in there else [])


def _cell(series: Series, figure: Figure | None) -> str:
    return shown(figure.value, series.indicator.unit) if figure else NONE


def _said(series: Series, kind: str, period: str) -> str:
    return next((said_period(f) for f in series.periods(kind) if f.period == period), period)


def _unit(series: Series) -> str:
    return series.indicator.unit[:1].upper() + series.indicator.unit[1:]


def _labels(series: Series, part: tuple[str, str]) -> list[str]:
    return [] if part == ALL else [f"Of {part[0]}: {series.parts[part[0]][part[1]]}."]
