"""An accessible workbook by gptables: cover, contents, notes, one table to a sheet, no cell merged or left blank.

gptables has two failings this makes good: it names neither author nor language, and it takes `$$` and `[](…)` in
a text for its own marks, so that a text from a return could become a link.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import gptables
import pandas as pd

from refusal import Refusal

AUTHOR = "South Yorkshire core data set"
LANGUAGE = "en-GB"
SHORTHAND = {
    "[c]": "hidden, so that nobody can be found",
    "[x]": "not received. It does not mean 0",
    "[z]": "does not apply",
    "[u]": "of too few for a rate or a median",
}
MARKS = {"c": "[c]", "*": "[c]", "x": "[x]", "z": "[z]", "u": "[u]"}
NOTHING = "[z]"  # a blank cell, or one of signs alone, says nothing to a screen reader
ONE_TABLE = "This sheet has one table. The notes are on the sheet Notes."
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
OPTIONS |= {"in_memory": True}
WIDEST = 80  # characters, of a column
CORE = "docProps/core.xml"
Cell = int | float | Decimal | str | None


@dataclass(frozen=True)
class Noted:
    """A text of a row's first cell, with the notes it needs."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One table: its rows are numbers, texts and `[c]`-like shorthand (`cell` makes them of a release's texts)."""

    name: str
    title: str
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | Noted, ...], ...]
    subtitles: tuple[str, ...] = ()
    scope: str = ""
    source: str = ""


@dataclass(frozen=True)
class Book:
    """What a workbook says of itself, and its sheets; `created` is the figures' moment, in UTC, not the clock's."""

    title: str
    created: datetime
    intro: tuple[str, ...]
    about: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    contact: tuple[str, ...] = ()
    author: str = AUTHOR
    subject: str = ""
    keywords: tuple[str, ...] = ()


def cell(text: str | None, places: int = 0) -> int | Decimal | str:
    """A number as a number, a mark in its shorthand, anything else as the text it is; nothing is `[z]`.

    A number is shown with `places` decimals, or with all its own where it has more: none is cut off.
    """
    if not text:
        return NOTHING
    if text in MARKS:
        return MARKS[text]
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return text
    value = Decimal(text)
    places = max(places, 0 if value == value.to_integral() else _places(value.normalize()))
    return value.quantize(Decimal(10) ** -places) if places else int(value)


def write_workbook(book: Book, path: Path) -> Path:
    """Write a workbook → its path; the same book gives the same bytes. Refusal where a sheet is not a table."""
    keys = _keys(book)
    workbook = gptables.produce_workbook(
        str(path),
        sheets={sheet.name: _table(sheet, keys) for sheet in book.sheets},
        cover=_cover(book),
        contentsheet_options={"instructions": "This sheet lists the sheets with a table."},
        notes_table=pd.DataFrame({"note": keys.values(), "Note text": [_plain(text) for text in keys]}),
        workbook_options=OPTIONS,
    )
    for sheet in workbook.worksheets():
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    _narrow(workbook, book, keys)
    told = {"title": book.title, "subject": book.subject, "author": book.author, "created": book.created}
    workbook.set_properties(told | {"keywords": ", ".join(book.keywords)})
    workbook.close()
    _in_language(path)
    return path


def _keys(book: Book) -> dict[str, str]:
    """Each note's text and the key gptables finds it by, after what must hold of the sheets has been asked."""
    names = ["cover", "contents", "notes", *(sheet.name.lower() for sheet in book.sheets)]
    if len(set(names)) < len(names):
        raise Refusal("Two sheets of the workbook would have the same name.")
    for sheet in book.sheets:
        if not re.fullmatch(r"[A-Za-z_]\w{0,30}", sheet.name):
            raise Refusal(f"{sheet.name}: a sheet's name is of letters, digits and _, 31 at most.")
        if not sheet.rows or len(set(sheet.columns)) < len(sheet.columns) or not all(sheet.columns):
            raise Refusal(f"{sheet.name}: a table needs rows, and columns with names of their own.")
        if any(len(row) != len(sheet.columns) for row in sheet.rows):
            raise Refusal(f"{sheet.name}: every row needs a cell for each of {len(sheet.columns)} columns.")
    found = [note for sheet in book.sheets for note in _notes(sheet)]
    if not found:
        raise Refusal("A workbook says what its figures rest on: give at least one note.")
    return {text: f"n{number}" for number, text in enumerate(dict.fromkeys(found), start=1)}


def _notes(sheet: Sheet) -> Iterator[str]:
    yield from sheet.notes
    for first, *_ in sheet.rows:
        yield from first.notes if isinstance(first, Noted) else ()


def _cover(book: Book) -> gptables.Cover:
    texts = {name: [_plain(t) for t in getattr(book, name)] or None for name in ("intro", "about", "contact")}
    return gptables.Cover(title=_plain(book.title), **texts)


def _table(sheet: Sheet, keys: dict[str, str]) -> gptables.GPTable:
    rows = [[_written(sheet, value, keys) for value in row] for row in sheet.rows]
    used = [mark for mark in SHORTHAND if any(value == mark for row in rows for value in row)]
    return gptables.GPTable(
        table=pd.DataFrame(rows, columns=list(map(_plain, sheet.columns)), dtype=object),
        table_name=f"table_of_{sheet.name}".lower(),
        title=_referring(sheet.title, sheet.notes, keys),
        subtitles=[_plain(text) for text in sheet.subtitles],
        instructions=ONE_TABLE,
        legend=[f"{mark} means {SHORTHAND[mark]}." for mark in used],
        scope=_plain(sheet.scope) or None,
        source=_plain(sheet.source) or None,
        index_columns={2: 0},
        additional_formatting=list(_looks(sheet.rows)),
    )


def _written(sheet: Sheet, value: Cell | Noted, keys: dict[str, str]) -> int | float | str:
    """A cell as it is written: a number, or a text that is not blank and not of signs alone."""
    if isinstance(value, Noted):
        return _referring(value.text, value.notes, keys)
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral() else float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise Refusal(f"{sheet.name}: {value} is not a number. Give its mark.")
        return value
    text = _plain(str(value or "")).strip() or NOTHING
    if not any(sign.isalnum() for sign in text):
        raise Refusal(f"{sheet.name}: the cell {text} is of signs alone. Say it in words.")
    return text


def _looks(rows: Iterable[tuple]) -> Iterator[dict]:
    """The numbers of a column to one number of decimals, or, where they differ, each to its own."""
    for column, cells in enumerate(zip(*rows, strict=True)):
        numbers = {n: v for n, v in enumerate(cells, start=1) if isinstance(v, int | float | Decimal)}
        if not numbers:
            continue
        yield {"column": {"columns": [column], "format": {"align": "right"}, "include_names": True}}
        places = {n: _places(value) for n, value in numbers.items()}
        if len(set(places.values())) == 1:
            (one,) = set(places.values())
            yield {"column": {"columns": [column], "format": {"num_format": _format(one)}}}
            continue
        for n, own in places.items():
            yield {"cell": {"cells": (n, column), "format": {"num_format": _format(own)}}}


def _places(value: float | Decimal) -> int:
    """The decimals a number is shown with; a Decimal says so itself: 12.0 has one."""
    return max(0, -Decimal(str(value)).as_tuple().exponent)


def _format(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


def _referring(text: str, notes: Iterable[str], keys: dict[str, str]) -> str:
    """A text with its references; gptables numbers them and lists the notes on the sheet Notes."""
    marks = "".join(f"$${keys[note]}$$" for note in notes)
    return f"{_plain(text)} {marks}" if marks else _plain(text)


def _plain(text: str) -> str:
    """A text in which gptables finds neither a note nor a link."""
    return re.sub(r"\]\(", "] (", re.sub(r"\${2,}", "$", text))


def _narrow(workbook, book: Book, keys: dict[str, str]) -> None:
    """Wrap what is long: left alone, a column grows as wide as its longest text."""
    workbook.get_worksheet_by_name("Contents").set_column(1, 1, WIDEST)
    if any(len(text) > WIDEST for text in keys):
        workbook.get_worksheet_by_name("Notes").set_column(1, 1, WIDEST)
    for sheet in book.sheets:
        for n, texts in enumerate(zip(*sheet.rows, strict=True)):
            if any(len(t.text if isinstance(t, Noted) else str(t)) > WIDEST for t in texts):
                workbook.get_worksheet_by_name(sheet.name).set_column(n, n, WIDEST)


def _in_language(path: Path) -> None:
    """Say the document's language, which no writer of these workbooks can, leaving all else byte for byte."""
    with zipfile.ZipFile(path) as book:
        parts = [(info, book.read(info)) for info in book.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for info, content in parts:
            if info.filename == CORE:
                end = b"</cp:coreProperties>"
                content = content.replace(end, f"<dc:language>{LANGUAGE}</dc:language>".encode() + end)
            book.writestr(info, content)
