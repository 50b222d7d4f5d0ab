"""The cells of a column of the standard as text: what Excel made of a date or a reference is undone, or shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time

from expectations.personal_data import REFERENCE
from expectations.spoilt import NO_RESULT
from expectations.standard import Field, Return
from ingest.excel_values import Cell, text_of
from ingest.reading import Finding

# Days since the epoch of a workbook that a date column left in a General cell may hold: 1954 to 2064.
DAY_NUMBERS = range(20_000, 60_000)
DIGITS_KEPT = 1e15
ZEROS = re.compile(r"0{2,}")
# What programs put where no date is known: the first days of their calendars, and the last.
DEFAULTS = frozenset(
    f"{day}"
    for day in (
        *("1899-12-30", "1899-12-31", "1900-01-01", "01/01/1900", "1904-01-01", "01/01/1904"),
        *("1753-01-01", "01/01/1753", "1970-01-01", "01/01/1970", "9999-12-31", "31/12/9999"),
    )
)
# Findings of one kind and column that are listed one by one; the rest are told as a number.
MOST_LISTED = 1_000


@dataclass(frozen=True)
class Column:
    """How the cells of a column are read, each with its row; text, which most hold, stands as it is unless watched."""

    of_cell: Callable[[Cell, int], str]
    of_text: Callable[[str, int], None] | None = None


@dataclass
class Remarks:
    """What is worth a word about the cells of a sheet, each by its row and column."""

    file: str
    sheet: str
    findings: list[Finding] = field(default_factory=list)
    listed: Counter = field(default_factory=Counter)

    def say(self, code: str, column: str, line: int, says: str) -> None:
        self.listed[code, column] += 1
        if self.listed[code, column] <= MOST_LISTED:
            self.findings.append(Finding(code, "warning", says, self.file, self.sheet, line, column))

    def all(self) -> list[Finding]:
        """Every finding, and for a kind with more than are listed one that counts the rest."""
        more = [
            Finding(code, "warning", f"So in {n - MOST_LISTED:,} more rows.", self.file, self.sheet, None, c)
            for (code, c), n in self.listed.items()
            if n > MOST_LISTED
        ]
        return [*self.findings, *more]


def readers(columns: tuple[str, ...], r: Return, epoch: int, remarks: Remarks) -> list[Column]:
    """For each column of a sheet, how its cells are read."""
    fields = {f.name: f for f in r.fields}
    return [_reader(fields.get(name), epoch, remarks) for name in columns]


def _reader(f: Field | None, epoch: int, remarks: Remarks) -> Column:
    if f is None:
        return Column(_plain)
    watched = None
    if f.type == "date":
        read, watched = _date(f.name, epoch, remarks)
    elif f.type == "yearmonth":
        read = _month(f.name, remarks)
    elif f.type in ("string", "array") and not (f.codes or f.enum):
        read = _reference if REFERENCE.search(f.name) else _words
    else:
        read = _plain
    return Column(lambda cell, line: NO_RESULT if cell.formula else read(cell, line), watched)


def _plain(cell: Cell, line: int) -> str:
    return text_of(cell)


def _date(name: str, epoch: int, remarks: Remarks) -> tuple[Callable, Callable]:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    first = CALENDAR_MAC_1904 if epoch == 1904 else CALENDAR_WINDOWS_1900
    number = f"{name} was the number of a day and was read as a date. Format the column as dates, or write YYYY-MM-DD."
    default = f"{name} holds a date that programs put where none is known. Leave it blank if so."

    def read(cell: Cell, line: int) -> str:
        if isinstance(cell.value, int | float) and cell.value in DAY_NUMBERS:
            remarks.say("C203", name, line, number)
            return from_excel(cell.value, first).date().isoformat()
        text = text_of(cell)
        watch(text, line)
        return text

    def watch(text: str, line: int) -> None:
        if text.strip() in DEFAULTS:
            remarks.say("C205", name, line, default)

    return read, watch


def _month(name: str, remarks: Remarks) -> Callable:
    """Excel makes a date of 2009-03; one that is not the first of its month was typed as a date, and is refused."""
    says = f"{name} was a date and was read as its month. Format the column as text, or write YYYY-MM."

    def read(cell: Cell, line: int) -> str:
        value = cell.value
        if isinstance(value, datetime) and value.day == 1 and value.time() == time():
            remarks.say("C203", name, line, says)
            return f"{value:%Y-%m}"
        return text_of(cell)

    return read


def _words(cell: Cell, line: int) -> str:
    """A number of more digits than Excel keeps is shown as the rounded number it is."""
    number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    return f"{float(cell.value):E}" if number and abs(cell.value) >= DIGITS_KEPT else text_of(cell)


def _reference(cell: Cell, line: int) -> str:
    """Also a number that shows noughts it does not hold: nobody knows whether they are part of the reference."""
    text = _words(cell, line)
    shown = ZEROS.fullmatch(cell.format) and text.isdigit() and len(text) < len(cell.format)
    return f"{text}.0" if shown else text
