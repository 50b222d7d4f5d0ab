"""A figure as a row of the open data standard: its time, its filters, its numbers and the marks in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import plain
from refusal import Refusal
from reports.open_data.places import COLUMNS as GEOGRAPHY
from reports.open_data.places import Areas
from reports.open_data.reference import LONGEST, MONTHS, NUMBER
from reports.reading import Figure

TIME = ("time_period", "time_identifier")
SNAPSHOT = "snapshot_date"
FILTERS = ("indicator", "breakdown_topic", "breakdown")
REMARKS = ("figure_status", "not_received", "provisional", "note")
TOTAL = "Total"
NOT_APPLICABLE = "z"
MARKS = {"c": "c", "*": "c", "x": "x", "z": "z", "u": "u"}
NO_TOTAL = "no total is counted"


@dataclass(frozen=True)
class Measure:
    """What a figure is measured in: a column holds one kind of number, so each measure has a file of its own."""

    name: str
    label: str
    unit: str
    places: int

    @property
    def column(self) -> str:
        return f"figure_{self.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        ends = (f"{self.column}_lower_ci", f"{self.column}_upper_ci")
        return ("numerator_count", "denominator_count", self.column, *ends)


COUNT = Measure("count", "Number", "", 0)
FTE = Measure("fte", "Full-time equivalent", "", 2)
PERCENT = Measure("percent", "Percentage", "%", 1)
RATE = Measure("rate", "Rate", "", 1)
MEDIAN = Measure("median", "Median", "", 1)
RATIO = Measure("ratio", "Ratio", "", 2)


@dataclass(frozen=True)
class Kind:
    """A kind of period: the word in its files' names, and the standard's period and identifier of a figure."""

    word: str
    time: Callable[[Figure], tuple[str, str]]


def _two_years(day: date) -> str:
    return f"{day.year}{(day.year + 1) % 100:02d}"


def _quarter(figure: Figure) -> tuple[str, str]:
    number = (figure.start_date.month - 4) % 12 // 3 + 1
    begins = figure.start_date.year - (figure.start_date.month < 4)
    return f"{begins}{(begins + 1) % 100:02d}", f"Financial year Q{number}"


KINDS = {
    "financial_year": Kind("annual", lambda f: (_two_years(f.start_date), "Financial year")),
    "quarter": Kind("quarterly", _quarter),
    "month": Kind("monthly", lambda f: (str(f.start_date.year), MONTHS[f.start_date.month - 1])),
    "calendar_year": Kind("calendar", lambda f: (str(f.start_date.year), "Calendar year")),
    "academic_year": Kind("academic", lambda f: (_two_years(f.start_date), "Academic year")),
    "snapshot": Kind("snapshot", lambda f: (str(f.end_date.year), "Reporting year")),
}


def measure(unit: str) -> Measure:
    """What figures of a unit are measured in."""
    if unit.startswith("%"):
        return PERCENT
    if unit.startswith("FTE"):
        return FTE
    if unit.startswith("median"):
        return MEDIAN
    if re.search(r"\bratio\b", unit):
        return RATIO
    return RATE if re.search(r" per [\d,]+ ", f"{unit} ") else COUNT


def item(code: str, name: str, unit: str) -> str:
    """The item of the filter `indicator`: unique to a code and a unit, and no longer than the standard lets it be."""
    whole = f"{code} {name} ({unit})"
    return plain.cell(whole if len(whole) <= LONGEST["item"] else f"{code} {name}")


def columns(kind: str, measured: Measure) -> tuple[str, ...]:
    """The columns of the file of a kind of period and a measure."""
    dated = (SNAPSHOT,) if kind == "snapshot" else ()
    return (*TIME, *GEOGRAPHY, *dated, *FILTERS, *measured.columns, *REMARKS)


def rows(figures: Iterable[Figure], areas: Areas) -> list[dict[str, str]]:
    """The rows of one file, in the order of time, place, indicator and breakdown.

    An indicator counted by its parts alone gets a Total of `z`, so that asking for it finds a reason, not nothing.
    """
    found = [(_place(figure, areas), _row(figure, areas)) for figure in figures]
    whole = {place for place, row in found if row["breakdown"] == TOTAL}
    lacking = {place: _without_total(row) for place, row in found if place not in whole}
    every = sorted([*found, *lacking.items()], key=lambda pair: (pair[0], _rank(pair[1])))
    return [row for _, row in every]


def _place(figure: Figure, areas: Areas) -> tuple:
    """What a figure shares with its total."""
    name = item(figure.indicator_code, figure.indicator, figure.unit)
    return figure.start_date, figure.end_date, areas.order(figure.area_code), name


def _rank(row: Mapping[str, str]) -> tuple:
    return row["breakdown"] != TOTAL, row["breakdown_topic"], row["breakdown"]


def _row(figure: Figure, areas: Areas) -> dict[str, str]:
    period, identifier = KINDS[figure.period_kind].time(figure)
    told = {"time_period": period, "time_identifier": identifier}
    told |= areas.geography(figure.area_code, figure.end_date)
    if figure.period_kind == "snapshot":
        told[SNAPSHOT] = figure.end_date.isoformat()
    told["indicator"] = item(figure.indicator_code, figure.indicator, figure.unit)
    told |= _breakdown(figure)
    told |= _numbers(figure)
    remarks = (figure.status, figure.not_received, figure.provisional, figure.note)
    return told | {
        c: plain.cell(text or "") or NOT_APPLICABLE for c, text in zip(REMARKS, remarks, strict=True)
    }


def _breakdown(figure: Figure) -> dict[str, str]:
    if (figure.breakdown or "all") == "all":
        return {"breakdown_topic": TOTAL, "breakdown": TOTAL}
    # A breakdown that means something else for one indicator bears its code: `I05 role`.
    topic = re.sub(r"^I\d+ ", "", figure.breakdown).replace("_", " ")
    return {
        "breakdown_topic": plain.cell(topic[:1].upper() + topic[1:]),
        "breakdown": plain.cell(figure.breakdown_label),
    }


def _numbers(figure: Figure) -> dict[str, str]:
    """The five numbers; what a figure has not is not applicable, unless a mark stands for the figure itself."""
    value = _cell(figure, figure.value) or NOT_APPLICABLE
    none = NOT_APPLICABLE if NUMBER.fullmatch(value) else value
    counts = [_cell(figure, text) or NOT_APPLICABLE for text in (figure.numerator, figure.denominator)]
    interval = [_cell(figure, text) or none for text in (figure.lower, figure.upper)]
    told = (*counts, value, *interval)
    return dict(zip(measure(figure.unit).columns, told, strict=True))


def _cell(figure: Figure, text: str | None) -> str:
    """A number as it was released, a mark as the standard writes it, or nothing."""
    if not text or NUMBER.fullmatch(text):
        return text or ""
    if text not in MARKS:
        raise Refusal(f"{figure.indicator_code} {figure.period}: {text} is neither a number nor a mark.")
    return MARKS[text]


def _without_total(row: Mapping[str, str]) -> dict[str, str]:
    numbers = {c: NOT_APPLICABLE for c in row if c.endswith(("_count", "_ci")) or c.startswith("figure_")}
    words = {"figure_status": NO_TOTAL, "not_received": NOT_APPLICABLE, "note": NOT_APPLICABLE}
    return {**row, "breakdown_topic": TOTAL, "breakdown": TOTAL, **numbers, **words}
