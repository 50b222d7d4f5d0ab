"""The annual report as an accessible workbook: one table of the report to a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from reports import workbook
from reports.annual.model import Cell, Drawn, Report, Section, Table
from reports.reading import number
from reports.rounding import half_up
from reports.words import places


def write_book(report: Report, path: Path) -> Path:
    """Write the workbook of a report → its path; the same report gives the same bytes."""
    sheets = tuple(
        _sheet(f"Table_{n}", section, table, report)
        for n, (section, table) in enumerate(tables(report), start=1)
    )
    return workbook.write_workbook(
        workbook.Book(
            title=report.title,
            created=report.moment.astimezone(UTC).replace(tzinfo=None),
            intro=(
                *([report.watermark] if report.watermark else []),
                "; ".join(s.title for s in report.sections),
            ),
            about=(*report.facts, *report.notes),
            sheets=sheets,
            subject=f"{report.area}, {report.year}",
        ),
        path,
    )


def tables(report: Report) -> Iterator[tuple[Section, Table]]:
    """Every table of the report, and the figures of every chart that stand in none."""
    for section in report.sections:
        for part in section.parts:
            for item in part.items:
                if isinstance(item, Table):
                    yield section, item
                elif isinstance(item, Drawn) and item.picture.table:
                    yield section, _of_chart(item)


def _of_chart(drawn: Drawn) -> Table:
    rows = drawn.picture.table
    cells = tuple(tuple(_chart_cell(v) for v in row.values()) for row in rows)
    return Table(f"Figures of the chart: {drawn.picture.title}", tuple(map(str, rows[0])), cells)


def _chart_cell(value: object) -> str | Cell:
    """A chart's figures are texts already rounded as they are read; its marks are letters."""
    text = str(value).replace(",", "") if value not in (None, "") else "z"
    return Cell(text, "") if number(text) is not None or text in workbook.MARKS else str(value)


def _sheet(name: str, section: Section, table: Table, report: Report) -> workbook.Sheet:
    return workbook.Sheet(
        name=name,
        title=f"{name.replace('_', ' ')}: {table.title}",
        notes=table.notes or (report.facts[1],),
        columns=table.columns,
        rows=tuple(tuple(_written(c, n) for n, c in enumerate(row)) for row in table.rows),
        subtitles=(section.title, *([report.watermark] if report.watermark else [])),
        source=f"Release {report.release}.",
    )


def _written(value: str | Cell, column: int) -> workbook.Cell:
    """A figure rounded as the page has it, so that the two agree; the open data has every digit."""
    if column == 0:
        return value.shown if isinstance(value, Cell) else value
    if isinstance(value, str):
        return workbook.cell(value) if value.isdigit() else value
    if number(value.text) is None:
        return value.shown
    decimals = places(value.unit) if value.unit else max(0, -_exponent(value.text))
    return workbook.cell(str(half_up(value.text, decimals)), decimals)


def _exponent(text: str) -> int:
    return -len(text.partition(".")[2])
