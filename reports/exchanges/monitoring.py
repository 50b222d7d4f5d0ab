"""The extract for a monitoring tool, by a mapping file: which of its fields is which of our figures.

The field list of the University of Bedfordshire's tool was not found. The mapping is data, so that it can be put
in place of ours without a change of code; until then every field's name is our own and its source says so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from refusal import Refusal
from reports.exchanges import files
from reports.reading import Figure, Release

MAPPING = ("output_field", "indicator_code", "unit", "breakdown", "breakdown_value", "source")
FIELD_COLUMNS = (*MAPPING, "indicator", "basis", "in_the_release", "empty_for", "provisional", "not_received")
PLACE = ("area_code", "area", "level", "period")


@dataclass(frozen=True)
class Mapped:
    """A line of the mapping: a field of the tool, and the figure that fills it."""

    output_field: str
    indicator_code: str
    unit: str
    breakdown: str
    breakdown_value: str
    source: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.indicator_code, self.unit, self.breakdown, self.breakdown_value


def monitoring_extract(release: Release, year: str, out: Path, mapping: Path) -> list[Path]:
    """Write one row for each area with a column for each field mapped → the CSV, its fields, its notes, its manifest.

    What the release does not have is left empty and said so beside it; Refusal where the mapping is not one.
    """
    mapped = read_mapping(mapping, release)
    found = files.year_of(release, year)
    figures = {(f.indicator_code, f.unit, f.breakdown, f.breakdown_value, f.area_code): f for f in found}
    used = [f for m in mapped for area in files.AREAS if (f := figures.get((*m.key, area)))]
    absent = [m.output_field for m in mapped if not any((*m.key, area) in figures for area in files.AREAS)]
    out.mkdir(parents=True, exist_ok=True)
    name = f"monitoring-{year}-of-{release.name}"
    columns = (*PLACE, *(m.output_field for m in mapped))
    rows = (_row(found, figures, mapped, area, year) for area in _areas(used))
    data = files.write_csv(out / f"{name}.csv", columns, rows)
    fields = files.write_csv(
        out / f"{name}-fields.csv",
        FIELD_COLUMNS,
        (_field(m, [f for f in used if _key(f) == m.key]) for m in mapped),
    )
    notes = files.write_words(out / f"{name}-notes.txt", _notes(release, year, used, absent))
    manifest = {"name": name, "report": "monitoring", "year": year, "not_in_the_release": absent}
    written = [data, fields, notes]
    return [*written, files.write_manifest(out / f"{name}.json", release, manifest, written)]


def read_mapping(path: Path, release: Release) -> list[Mapped]:
    """The mapping, line by line; Refusal naming the line whose indicator is not in the catalogue or field is double."""
    if not path.is_file():
        raise Refusal(f"There is no mapping {path.name}. Give a CSV with the columns {', '.join(MAPPING)}.")
    known = {(row["indicator_code"], row["unit"]) for row in release.table("indicators")}
    mapped: list[Mapped] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if lacking := [c for c in MAPPING if c not in (reader.fieldnames or ())]:
            raise Refusal(f"The mapping {path.name} lacks the column {', '.join(lacking)}.")
        for line, row in enumerate(reader, start=2):
            one = Mapped(*((row[c] or "").strip() for c in MAPPING))
            if not one.output_field or one.output_field in (*PLACE, *(m.output_field for m in mapped)):
                raise Refusal(f"{path.name} line {line}: output_field is empty, or stands there already.")
            if (one.indicator_code, one.unit) not in known:
                raise Refusal(
                    f"{path.name} line {line}: there is no indicator {one.indicator_code} in {one.unit!r}."
                )
            mapped.append(one)
    return mapped


def _key(figure: Figure) -> tuple[str, str, str, str]:
    return figure.indicator_code, figure.unit, figure.breakdown, figure.breakdown_value


def _areas(used: list[Figure]) -> list[str]:
    """The councils and the force always; the place not known where a figure has one."""
    there = {f.area_code for f in used}
    return [area for area in files.AREAS if area != "U" or area in there]


def _row(found: list[Figure], figures: dict, mapped: list[Mapped], area: str, year: str) -> tuple:
    name = next((f.area for f in found if f.area_code == area), "")
    values = (figures.get((*m.key, area)) for m in mapped)
    return (area, name, files.level(area), year, *(f.value if f else "" for f in values))


def _field(mapped: Mapped, figures: list[Figure]) -> tuple:
    """What a column of the extract is, and how far it may be relied on."""
    missing = sorted({part for f in figures for part in f.not_received.split("; ") if part})
    provisional = "provisional" if any(f.provisional == "provisional" for f in figures) else "final"
    there = {f.area_code for f in figures}
    empty = " ".join(area for area in files.AREAS if area not in there)
    basis = ("", "", "no", empty, "")
    if figures:
        basis = (figures[0].indicator, figures[0].basis, "yes", empty, provisional)
    return (*(getattr(mapped, c) for c in MAPPING), *basis, "; ".join(missing))


def _notes(release: Release, year: str, used: list[Figure], absent: list[str]):
    yield f"Child sexual exploitation: figures for a monitoring tool, South Yorkshire, {year}."
    yield files.protection(release)
    yield "Aggregate only: one row for each area. What each column is, its unit and its basis stand in the file of fields."
    yield "An empty cell: this release has no such figure for that place. It does not mean 0."
    yield from files.about_figures(used)
    if absent:
        yield f"Empty for every place: {', '.join(absent)}."
    if used:
        yield from files.breaks_in(release, {f.indicator_code for f in used}, used)
    yield f"Release {release.name}, on what had been received by {release.moment:%Y-%m-%d}."
