"""The annual report as an accessible workbook: cover, contents, notes, one table to a sheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import gptables
import pandas as pd

from reports.annual_figures import (
    NOT_BY_PLACE,
    NOT_RECEIVED,
    STAGES,
    Figure,
    Report,
    Row,
    Series,
    breaks,
    decimals,
    notes,
)

AUTHOR = "South Yorkshire core data set"
PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NO_PLACE = "[z]"  # a cell of signs alone, such as a dash, says nothing to a screen reader
SHORTHAND = f"{NOT_RECEIVED} means not received. It does not mean 0."


def write_workbook(report: Report, path: Path) -> None:
    """Write the workbook of a report; the same report gives the same bytes."""
    tables = [_latest(report), *(_table(report, n, s) for n, s in enumerate(report.series, start=2))]
    tables += [_gaps(report, len(tables) + 1)] if report.gaps else []
    said = notes(report)
    workbook = gptables.produce_workbook(
        str(path),
        sheets={f"Table_{n}": table for n, table in enumerate(tables, start=1)},
        cover=_cover(report),
        contentsheet_options={"instructions": "This sheet lists the sheets with a table."},
        notes_table=pd.DataFrame({"note": list(said), "Note text": list(said.values())}),
        workbook_options=PLAIN_TEXT,
    )
    for sheet in workbook.worksheets():
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    # The moment of writing would make each copy differ; the figures' own moment does not.
    workbook.set_properties({"title": report.title, "author": AUTHOR, "created": _created(report)})
    workbook.close()


def _created(report: Report) -> datetime:
    moment = report.manifest["vintage"]
    return (
        datetime.fromisoformat(moment).astimezone(UTC).replace(tzinfo=None)
        if moment
        else datetime(2000, 1, 1)
    )


def _cover(report: Report) -> gptables.Cover:
    return gptables.Cover(
        cover_label="Cover",
        title=report.title,
        intro=[
            report.manifest["protection"],
            f"The seven counts for {', '.join(_places(report))}, {report.years[0]} to {report.years[-1]}.",
        ],
        about=[
            f"Vintage: the last return behind these figures was received on {report.vintage}.",
            f"Returns: {report.returns}.",
            f"Release: {report.manifest['name']}.",
            SHORTHAND,
        ],
    )


def _places(report: Report) -> list[str]:
    return [title for code, title in report.areas.items() if code != "U"]


def _noted(text: str, *keys: str) -> str:
    """A text with its references; gptables numbers them and lists them on the sheet Notes."""
    return f"{text} {''.join(f'$${key}$$' for key in keys)}" if keys else text


def _doubts(figures: Iterable[Figure]) -> list[str]:
    """The notes that some of these figures need."""
    found = {figure.status for figure in figures}
    return [status for status in ("not received", "part received") if status in found]


def _latest(report: Report) -> gptables.GPTable:
    """All the counts in the report's own year, the areas side by side."""
    rows = [
        [s.indicator, s.unit, s.basis, *(_cell(s.latest(code)) for code in report.areas), _late_areas(s)]
        for s in report.series
    ]
    columns = ["Count", "Unit", "Basis", *report.areas.values(), "Remarks"]
    keys = ["words", "years", "order", *(["place"] if "U" in report.areas else [])]
    keys += _doubts(row.figures[-1] for s in report.series for row in s.rows)
    title = _noted(f"Table 1: the seven counts, {report.manifest['year']}", *keys)
    looks = [_look(s, rows=[n]) for n, s in enumerate(report.series, start=1)]
    data = pd.DataFrame(rows, columns=columns, dtype=object)
    legend = [f"{NO_PLACE} means {NOT_BY_PLACE}."] if report.lacks_a_place else []
    return _gptable("counts", title, "", data, report, looks, legend)


def _table(report: Report, number: int, s: Series) -> gptables.GPTable:
    """One count, the years side by side."""
    keys = {"U": ["place"], "SY": ["sum"]}
    rows = [
        [_noted(row.area, *keys.get(row.area_code, [])), *map(_cell, row.figures), _late_years(report, row)]
        for row in s.rows
    ]
    stages = ["stages"] if s.indicator_code in STAGES else []
    stages += [key for key in breaks(report) if key.startswith(f"break {s.indicator_code} ")]
    doubts = _doubts(figure for row in s.rows for figure in row.figures)
    period = f"{report.years[0]} to {report.years[-1]}"
    title = _noted(f"Table {number}: {report.heading(s)}, {period}", *stages, *doubts)
    scope = f"{s.definition} {s.counted}".strip()
    data = pd.DataFrame(rows, columns=["Area", *report.years, "Remarks"], dtype=object)
    looks = [_look(s, rows=list(range(1, len(rows) + 1)))]
    return _gptable(f"table_{number}", title, scope, data, report, looks)


def _gaps(report: Report, number: int) -> gptables.GPTable:
    """The returns not received, a year a row."""
    data = pd.DataFrame(report.gaps, columns=["Financial year", "Returns, by organisation"], dtype=object)
    title = f"Table {number}: returns not received, or not for the whole year"
    return _gptable(f"table_{number}", title, "", data, report, [])


def _look(s: Series, rows: list[int]) -> dict:
    """How the figures of a count are written in these rows of a table."""
    places = decimals(s.unit)
    return {"row": {"rows": rows, "format": {"num_format": "#,##0" + ("." + "0" * places if places else "")}}}


def _gptable(
    name: str, title: str, scope: str, data: pd.DataFrame, report: Report, looks, legend=()
) -> gptables.GPTable:
    right = {"format": {"align": "right"}, "include_names": True}
    figures = [n for n, c in enumerate(data.columns) if c in report.areas.values() or c in report.years]
    return gptables.GPTable(
        table=data,
        table_name=name,
        title=title,
        subtitles=[report.manifest["protection"]],
        instructions="This sheet has one table. The notes are on the sheet Notes.",
        legend=[SHORTHAND, *legend],
        scope=scope or None,
        source=f"Release {report.manifest['name']}. Last return received {report.vintage}.",
        index_columns={2: 0},
        additional_formatting=[
            *looks,
            *([{"column": {"columns": figures, **right}}] if figures else []),
            {"column": {"columns": [len(data.columns) - 1], "format": {"indent": 1}, "include_names": True}},
        ],
    )


def _cell(figure: Figure | None) -> float | int | str:
    if figure is None:
        return NO_PLACE
    if figure.value is None:
        return NOT_RECEIVED
    return int(figure.value) if figure.value == figure.value.to_integral() else float(figure.value)


def _late_years(report: Report, row: Row) -> str:
    """Which years of a row are not whole, in words, so that a figure's cell holds the figure alone."""
    return _listed(f"{year} {f.words}" for year, f in zip(report.years, row.figures, strict=True) if f.words)


def _late_areas(s: Series) -> str:
    return _listed(f"{row.area} {row.figures[-1].words}" for row in s.rows if row.figures[-1].words)


def _listed(remarks: Iterable[str]) -> str:
    return "; ".join(remarks) or "All received"
