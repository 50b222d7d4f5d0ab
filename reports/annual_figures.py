"""A release as the annual report needs it: each count as a table of areas and years."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from reports.cutting import read_manifest, read_table
from reports.rounding import half_up

NOT_RECEIVED = "[x]"
NOT_BY_PLACE = "not counted by place"
TITLES = {"U": "Place not known"}  # shorter than the release's name, to head a column
BASES = {
    "flow": "flow, what happened in the year",
    "stock": "stock, as it stood on the last day of the year",
    "cohort": "cohort, what became of those who began in the year",
}


def decimals(unit: str) -> int:
    """How many decimal places figures of a unit are read with; two for FTE, as posts come in quarters."""
    if unit == "FTE":
        return 2
    return 1 if " per " in unit else 0


STAGES = ("I02", "I03", "I04")
NOTES = {
    "words": "CSE is child sexual exploitation. FTE is full-time equivalent.",
    "years": "Financial years run from April to March.",
    "order": "The areas stand in a fixed order, not in order of their figures.",
    "sum": "South Yorkshire is counted on its own: it holds what happened there at a place not known, "
    "and counts a child known in two areas once.",
    "place": "Place not known: it happened in South Yorkshire, but the returns do not say where.",
    "stages": "A crime recorded, a person charged and a person convicted are different things. None implies another.",
    "not received": f"{NOT_RECEIVED} means a return was not received. It does not mean 0.",
    "part received": "Part received: some of the returns behind the figure have not come. It may rise.",
}


@dataclass(frozen=True)
class Figure:
    """One count of one area in one year; `value` is None where nothing was received."""

    value: Decimal | None
    status: str
    unit: str

    @property
    def shown(self) -> str:
        """The figure as people read it: `1,234`, `12.75`, or `[x]`, which is never 0."""
        if self.value is None:
            return NOT_RECEIVED
        return f"{half_up(self.value, decimals(self.unit)):,}"

    @property
    def words(self) -> str:
        """What must be said beside the figure; empty where all of it was received."""
        return "" if self.status == "received" else self.status


@dataclass(frozen=True)
class Row:
    """One area's figures, a year each, oldest first."""

    area_code: str
    area: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Series:
    """One count: what it is, its unit and basis, and a row for each area in the release's order.

    Only a count with something at a place not known has a row for it.
    """

    indicator_code: str
    indicator: str
    definition: str
    unit: str
    basis: str
    rows: tuple[Row, ...]

    @property
    def counted(self) -> str:
        """Unit and basis in words: what is counted, and whether over the year or on its last day."""
        return f"Unit: {self.unit}. Basis: {BASES.get(self.basis, self.basis)}."

    def latest(self, area_code: str) -> Figure | None:
        """The figure of the report's own year; None where the count has no row for the area."""
        return next((row.figures[-1] for row in self.rows if row.area_code == area_code), None)


@dataclass(frozen=True)
class Report:
    """Everything the annual report of one area and year says.

    `gaps` names, for each year that is not whole, the returns that were not received, or not for all of it.
    """

    manifest: dict
    years: tuple[str, ...]
    series: tuple[Series, ...]
    gaps: tuple[tuple[str, str], ...]

    @property
    def areas(self) -> dict[str, str]:
        """Code and title of each area some count has; counts differ only in the place not known."""
        fullest = max(self.series, key=lambda s: len(s.rows))
        return {row.area_code: row.area for row in fullest.rows}

    @property
    def lacks_a_place(self) -> bool:
        """Whether some counts have the place not known and others do not."""
        return any(len(s.rows) < len(self.areas) for s in self.series)

    @property
    def title(self) -> str:
        return (
            f"Child sexual exploitation in {self.manifest['area']}: the seven counts, {self.manifest['year']}"
        )

    @property
    def vintage(self) -> str:
        """When the last of the returns behind these figures was received."""
        moment = self.manifest["vintage"]
        if moment is None:
            return "nothing received"
        moment = datetime.fromisoformat(moment)
        return f"{moment.day} {moment:%B %Y, %H:%M} UTC"

    @property
    def returns(self) -> str:
        versions = self.manifest["standard_versions"]
        return ", ".join(f"{code} version {' and '.join(vs)}" for code, vs in versions.items()) or "none"

    def heading(self, series: Series) -> str:
        """The count's name, with its unit where one thing is counted in two: FTE and person."""
        alike = [s for s in self.series if s.indicator == series.indicator]
        return series.indicator if len(alike) == 1 else f"{series.indicator} ({series.unit})"

    def has(self, status: str) -> bool:
        return any(f.status == status for s in self.series for row in s.rows for f in row.figures)


def read_release(release: Path) -> Report:
    """Read a release → Report; Refusal where its figures are not those its manifest was written for."""
    manifest, rows = read_manifest(release), read_table(release, "figures")
    years = tuple(dict.fromkeys(row["period"] for row in rows))
    keys = ("indicator_code", "indicator", "definition", "unit", "basis")
    series = [
        Series(*key, tuple(_rows(group)))
        for key, group in groupby(rows, key=lambda row: tuple(row[k] for k in keys))
    ]
    return Report(manifest, years, tuple(series), tuple(_gaps(rows, years)))


def _gaps(rows: list[dict], years: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    for year in years:
        lists = [row["not_received"].split("; ") for row in rows if row["period"] == year]
        if absent := sorted({name for names in lists for name in names} - {""}):
            yield year, ", ".join(absent)


def _rows(rows: Iterable[dict]) -> Iterable[Row]:
    for (code, area), group in groupby(rows, key=lambda row: (row["area_code"], row["area"])):
        yield Row(code, TITLES.get(code, area), tuple(_figure(row) for row in group))


def _figure(row: dict) -> Figure:
    received = row["status"] != "not received" and row["value"] != ""
    status = row["status"] if received else "not received"
    return Figure(Decimal(row["value"]) if received else None, status, row["unit"])


def notes(report: Report) -> dict[str, str]:
    """What a reader must know to read the figures right; only what applies to this release."""
    absent = {status for status in ("not received", "part received") if not report.has(status)}
    absent |= set() if any(s.indicator_code in STAGES for s in report.series) else {"stages"}
    absent |= set() if "U" in report.areas else {"place"}
    return {key: says for key, says in NOTES.items() if key not in absent} | breaks(report)


def breaks(report: Report) -> dict[str, str]:
    """What changed in a count while the years ran: `break I02 1` and what must be known of it."""
    names = {s.indicator_code: s.indicator for s in report.series}
    told = dict.fromkeys(
        (b["indicator_code"], b["break_date"], b["note"]) for b in report.manifest.get("breaks", ())
    )
    return {
        f"break {code} {n}": f"{names[code]}: the series breaks{f' on {day}' if day else ''}. {says}"
        for n, (code, day, says) in enumerate(told, start=1)
    }
