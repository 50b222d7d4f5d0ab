"""The extract for CEOP (National Crime Agency): cases and outcomes by police force and LSCB area, aggregate only.

How CEOP would take it was left unanswered in 2013 (recommendation 20), so the columns are ours and say what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reports.exchanges import files
from reports.reading import Figure, Release

FORCE = "South Yorkshire Police"


@dataclass(frozen=True)
class Measure:
    """One line of the extract: an indicator, and what those counted by it are: alleged, charged, convicted."""

    part: str
    stage: str
    indicator_code: str
    unit: str


MEASURES = (
    Measure("cases", "alleged", "I01", "complaint"),
    Measure("cases", "alleged", "I01", "child"),
    Measure("cases", "alleged", "I02", "crime"),
    Measure("cases", "alleged", "I02", "investigation"),
    Measure("cases", "alleged", "I08", "crime"),
    Measure("cases", "alleged", "I12", "% of crimes"),
    Measure("cases", "identified as exploited or at risk", "I13", "child"),
    Measure("outcomes", "charged", "I09", "case"),
    Measure("outcomes", "charged", "I10", "% of crimes"),
    Measure("outcomes", "charged", "I03", "defendant"),
    Measure("outcomes", "convicted", "I04", "defendant"),
    Measure("outcomes", "prosecution completed", "I11", "% of completed prosecutions"),
    Measure("outcomes", "prosecution completed without conviction", "I11", "defendant"),
    Measure("outcomes", "victim does not support action", "I39", "% of outcomes"),
)
OF_FIGURE = (
    "indicator_code", "indicator", "unit", "basis", "period", "numerator", "denominator", "value", "lower", "upper",
    "status", "not_received", "provisional", "note",
)  # fmt: skip
COLUMNS = ("force", "level", "area_code", "area", "part", "stage", *OF_FIGURE)


def ceop_extract(release: Release, year: str, out: Path) -> list[Path]:
    """Write the extract of a financial year into `out` → the CSV, its notes, its manifest; marks stay as released."""
    found = files.year_of(release, year)
    totals = {(f.indicator_code, f.unit, f.area_code): f for f in found if f.breakdown == "all"}
    lines = [
        (measure, figure)
        for measure in MEASURES
        for area in files.AREAS
        if (figure := totals.get((measure.indicator_code, measure.unit, area)))
    ]
    absent = [
        says for measure in MEASURES if (says := _absent(measure, [f for m, f in lines if m == measure]))
    ]
    out.mkdir(parents=True, exist_ok=True)
    name = f"ceop-{year}-of-{release.name}"
    data = files.write_csv(out / f"{name}.csv", COLUMNS, (_row(m, f) for m, f in lines))
    notes = files.write_words(out / f"{name}-notes.txt", _notes(release, year, [f for _, f in lines], absent))
    manifest = {"name": name, "report": "ceop", "year": year, "not_in_the_release": absent}
    return [data, notes, files.write_manifest(out / f"{name}.json", release, manifest, [data, notes])]


def _row(measure: Measure, figure: Figure) -> tuple:
    place = (FORCE, files.level(figure.area_code), figure.area_code, figure.area)
    return (*place, measure.part, measure.stage, *(getattr(figure, column) for column in OF_FIGURE))


def _absent(measure: Measure, figures: list[Figure]) -> str:
    """For which councils, or the force, a measure has no figure in the release; empty where for none."""
    there = {f.area_code for f in figures}
    missing = [area for area in files.AREAS if area not in (*there, "U")]
    places = f" for {', '.join(missing)}" if there else ""
    return f"{measure.indicator_code} ({measure.unit}){places}" if missing else ""


def _notes(release: Release, year: str, figures: list[Figure], absent: list[str]):
    """The words beside the figures."""
    yield f"Child sexual exploitation: cases and outcomes, {FORCE}, {year}."
    yield files.protection(release)
    yield "Aggregate only: by police force area and by LSCB area. Those whose place is not known stand apart."
    yield "Alleged, charged and convicted are different things and are never added together."
    yield "Each figure has its unit and its basis: flow (of the year), stock (at its end) or cohort (what became of them)."
    yield from files.about_figures(figures)
    if absent:
        yield f"Not in this release, which does not mean 0: {'; '.join(absent)}."
    told = {(f.indicator_code, f.unit) for f in figures}
    if figures:
        yield from files.breaks_in(release, {code for code, _ in told}, figures)
    for row in release.table("indicators"):
        if (row["indicator_code"], row["unit"]) in told and row["definition"]:
            yield f"{row['indicator_code']} ({row['unit']}): {row['definition']}"
    yield f"Release {release.name}, on what had been received by {release.moment:%Y-%m-%d}."
