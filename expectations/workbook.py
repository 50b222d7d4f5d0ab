"""A plain Excel workbook for people: text is always text, every list a named Table, no cell merged.

The template and the findings workbook are both written through this, so they look and behave alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from unicodedata import category

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

AUTHOR = "South Yorkshire core data set"
# A value such as =HYPERLINK(…) that an agency sent must come back as the text it is.
TEXT_IS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# The clock would make two workbooks of the same content differ.
NO_DATE = datetime(2000, 1, 1)
INK, SHADE, LINE, PALE = "#1F2A37", "#FDE9D9", "#B54708", "#EEF4FB"
WRITTEN = {"num_format": "@", "valign": "top"}


@dataclass(frozen=True)
class Column:
    """A column of a Table: its heading, and its width in characters."""

    heading: str
    width: int = 18


@dataclass(frozen=True)
class Book:
    """An open workbook with the few formats it uses; `tables` is False while rows are streamed."""

    workbook: Workbook
    heading: Format
    label: Format
    wrapped: Format
    as_text: Format
    shaded: Format
    number: Format
    to_fill: Format
    tables: bool = True


def open_book(path: Path, title: str, subject: str, properties: dict | None = None, stream=False) -> Book:
    """Start a workbook at `path`; `stream` keeps memory constant and costs the Excel Tables.

    What is not streamed is put together in memory, so that none of it rests in a temporary file.
    """
    how = {"constant_memory": stream, "in_memory": not stream}
    workbook = xlsxwriter.Workbook(str(path), {**TEXT_IS_TEXT, **how})
    workbook.set_properties({"title": title, "subject": subject, "author": AUTHOR, "created": NO_DATE})
    for name, value in (properties or {}).items():
        workbook.set_custom_property(name, value, "text")
    make = workbook.add_format
    return Book(
        workbook,
        heading=make({"bold": True, "font_size": 16, "font_color": INK}),
        label=make({"bold": True, "valign": "top", "text_wrap": True}),
        wrapped=make({"text_wrap": True, "valign": "top", "num_format": "@"}),
        as_text=make(WRITTEN),
        shaded=make({**WRITTEN, "bg_color": SHADE, "border": 2, "border_color": LINE}),
        number=make({"align": "left", "valign": "top"}),
        # A border, so that what is to be filled in shows without its colour.
        to_fill=make({**WRITTEN, "text_wrap": True, "bg_color": PALE, "border": 1, "border_color": INK}),
        tables=not stream,
    )


def add_sheet(book: Book, name: str, columns: Sequence[Column] = ()) -> Worksheet:
    """Add a sheet with its columns' widths; on paper it is A4, landscape, one page wide."""
    sheet = book.workbook.add_worksheet(name)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width)
    return sheet


def write_cell(book: Book, sheet: Worksheet, row: int, position: int, value: object, form: Format) -> None:
    """Write one value: a whole number as a number, anything else as the text it is, nothing as nothing."""
    if isinstance(value, int):
        sheet.write_number(row, position, value, book.number)
    elif value not in (None, ""):
        sheet.write_string(row, position, shown(str(value)), form)


def shown(text: str) -> str:
    """A text without what steers a screen or hides in it, such as a mark that turns the reading round; lines stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" or category(c) == "Zs" else "\ufffd" for c in text)


def fit_height(sheet: Worksheet, row: int, columns: Sequence[Column], values: Sequence) -> None:
    """Make the row high enough for its longest cell; not every program does so by itself on opening."""
    lengths = (len(str(v or "")) / c.width for c, v in zip(columns, values, strict=False))
    lines = min(20, ceil(max(lengths, default=1)))
    if lines > 1:
        sheet.set_row(row, 15 * lines)


def write_table(
    book: Book, sheet: Worksheet, top: int, name: str, columns: Sequence[Column], rows: Iterable[Sequence]
) -> int:
    """Write a heading row at `top` (from 0) and the rows below it, as the Excel Table `name`.

    Returns the first free row below.
    """
    for position, column in enumerate(columns):
        sheet.write_string(top, position, column.heading, book.label)
    below = top + 1
    for values in rows:
        fit_height(sheet, below, columns, values)
        for position, value in enumerate(values):
            write_cell(book, sheet, below, position, value, book.wrapped)
        below += 1
    mark_table(book, sheet, top, max(below - 1, top + 1), name, columns)
    return max(below, top + 2)


def mark_table(
    book: Book, sheet: Worksheet, top: int, bottom: int, name: str, columns: Sequence[Column]
) -> None:
    """Declare what stands between the rows `top` and `bottom` (both from 0) an Excel Table."""
    if not book.tables:
        return
    headings = [{"header": c.heading, "header_format": book.label} for c in columns]
    look = {"style": "Table Style Light 1", "autofilter": False}
    sheet.add_table(top, 0, bottom, len(columns) - 1, {"name": name, "columns": headings, **look})
