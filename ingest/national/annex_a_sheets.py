"""The sheets of an Annex A: which list each holds, what stands in its header, and its rows one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.excel import COLUMNS_MAX, HEADER_WITHIN, Book, Seen, hidden_rows, rows_of
from ingest.national.annex_a_spec import List, annex_a, header
from ingest.national.annex_a_values import broken
from ingest.national.values import trimmed
from ingest.reading import Finding, Skipped, Unreadable

TITLE = re.compile(r"list ?0*(\d+)(\D.*)?")
# Findings of one kind and column that are listed one by one; the rest are told as a number.
MOST_LISTED = 1_000


@dataclass
class Notes:
    """What was met and set aside, or is worth a word, each with the return it is told to."""

    file: str
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    skipped: Counter = field(default_factory=Counter)
    listed: Counter = field(default_factory=Counter)

    def say(self, to: str, code: str, says: str, severity: str = "warning", **place) -> None:
        """A finding about a sheet or the whole workbook."""
        self.findings.append((to, Finding(code, severity, says, self.file, **place)))

    def at(
        self, to: str, code: str, says: str, sheet: Sheet, line: int, column: str, value: str | None = None
    ):
        """A finding about one cell; `column` is our short name for it."""
        title = sheet.list.title_of(column)
        kind = (to, code, sheet.title, title)
        self.listed[kind] += 1
        if self.listed[kind] <= MOST_LISTED:
            self.say(to, code, says, sheet=sheet.title, line=line, column_name=title, value=value)

    def skip(self, to: str, sheet: str, reason: str, rows: int = 1) -> None:
        if rows:
            self.skipped[to, sheet, reason] += rows

    def all_skipped(self) -> tuple[tuple[str, Skipped], ...]:
        return tuple(
            (to, Skipped(self.file, sheet, reason, rows))
            for (to, sheet, reason), rows in self.skipped.items()
        )

    def all_findings(self) -> tuple[tuple[str, Finding], ...]:
        """Every finding, and for a kind with more than are listed one that counts the rest."""
        more = [
            (
                to,
                Finding(
                    code, "warning", f"So in {n - MOST_LISTED:,} more rows.", self.file, sheet, None, title
                ),
            )
            for (to, code, sheet, title), n in self.listed.items()
            if n > MOST_LISTED
        ]
        return (*self.findings, *more)


@dataclass(frozen=True)
class Sheet:
    """A sheet that holds a list; `columns` has for each position our short name, '' for what is not read."""

    list: List
    title: str
    header_line: int
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    hidden: bool
    cells: tuple

    def rows(self, notes: Notes, to: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row that is not blank: its number, and the text of the columns read, trimmed."""
        blank, seen = 0, Seen()
        for line, cells in rows_of(*self.cells, seen):
            if line <= self.header_line:
                continue
            if not any(trimmed(cell) for cell in cells):
                blank += 1
                continue
            yield line, {c: trimmed(v) for c, v in zip(self.columns, cells, strict=False) if c}
        seen.refuse(self.title, self.header_line)
        for finding in hidden_rows(self.title, self.header_line, seen):
            notes.say(to, finding.rule_code, finding.says, sheet=self.title, line=finding.line)
        notes.skip(to, self.title, "blank line", blank)

    def row_count(self) -> int:
        return sum(
            line > self.header_line and any(map(trimmed, cells)) for line, cells in rows_of(*self.cells)
        )


def is_annex_a(book: Book) -> bool:
    """Whether any sheet in sight holds one of the lists."""
    return any(_found(*cells) for cells in book.sheets if cells[0].sheet_state == "visible")


def _found(sheet, written) -> Sheet | None:
    for line, cells in rows_of(sheet, written):
        if found := annex_a().list_of(cells[:COLUMNS_MAX]):
            filled = [i for i, cell in enumerate(cells) if trimmed(cell)]
            headers = tuple(trimmed(cell) for cell in cells[: filled[-1] + 1])
            columns = tuple(found.column_of(h) or "" if h else "" for h in headers)
            hidden = sheet.sheet_state != "visible"
            return Sheet(found, sheet.title, line, headers, columns, hidden, (sheet, written))
        if line >= HEADER_WITHIN:
            return None
    return None


def sheets(book: Book, notes: Notes, first: str) -> dict[str, Sheet]:
    """List → its sheet; raises Unreadable S104, S107, S113, S115 where what stands there cannot be one list.

    `first` is the return that is told of what belongs to no list.
    """
    found: dict[str, Sheet] = {}
    for cells in book.sheets:
        sheet = _found(*cells)
        if sheet is None:
            _tell_stranger(cells, notes, first)
        elif sheet.hidden:
            says = f"The sheet {sheet.title!r} is hidden and was not read. Unhide it and send the workbook again."
            notes.say(first, "S112", says, sheet=sheet.title)
            notes.skip(first, sheet.title, "row of a hidden sheet", sheet.row_count())
        else:
            if sheet.list.name in found:
                both = f"{found[sheet.list.name].title!r} and {sheet.title!r}"
                raise Unreadable("S113", f"Two sheets hold {sheet.list.name}: {both}. Take one out.")
            _refuse_header(sheet)
            found[sheet.list.name] = sheet
    return found


def _tell_stranger(cells: tuple, notes: Notes, first: str) -> None:
    """A sheet named as a list with a header that is not a list's: told, its rows counted."""
    title = cells[0].title
    if TITLE.match(header(title)):
        rows = sum(any(map(trimmed, row)) for _, row in rows_of(*cells))
        says = f"The sheet {title!r} has no header of any list of Annex A; it was not read. Mend its header."
        notes.say(first, "S113", says, sheet=title)
        notes.skip(first, title, "row of a sheet without the header of a list", rows)


def _refuse_header(sheet: Sheet) -> None:
    if len(sheet.headers) > COLUMNS_MAX:
        raise Unreadable(
            "S115", f"Sheet {sheet.title!r} is {len(sheet.headers)} columns wide. Save it again."
        )
    never = {header(name) for name in annex_a().never_send}
    for name in sheet.headers:
        if header(name) in never:
            says = f"The column {name!r} of sheet {sheet.title!r} must never be sent. Take it out."
            raise Unreadable("S107", says, sheet.header_line)
    doubled = [c for c, n in Counter(filter(None, sheet.columns)).items() if n > 1]
    if doubled:
        title = sheet.list.title_of(doubled[0])
        raise Unreadable(
            "S104", f"The column {title!r} stands twice in sheet {sheet.title!r}.", sheet.header_line
        )


def tell_header(sheet: Sheet, notes: Notes, to: str) -> None:
    """Columns missing, columns unknown, a header that is not on the first row."""
    if sheet.header_line > 1:
        says = f"The header was found on row {sheet.header_line} of sheet {sheet.title!r}."
        notes.say(to, "S108", says, sheet=sheet.title, line=sheet.header_line)
    for column in sheet.list.reads:
        if column not in sheet.columns:
            title = sheet.list.title_of(column)
            says = (
                f"The column {title!r} is missing from sheet {sheet.title!r}; its values are taken as blank."
            )
            notes.say(to, "S105", says, sheet=sheet.title, line=sheet.header_line, column_name=title)
    for name in sheet.headers:
        if name and sheet.list.column_of(name) is None:
            says = f"The column {name[:60]!r} is no column of {sheet.list.name}; it was not read."
            notes.say(to, "S106", says, sheet=sheet.title, line=sheet.header_line)


def tell_broken(sheet: Sheet, line: int, row: dict[str, str], notes: Notes, to: str) -> None:
    """Cells with an Excel error, or a formula never worked out, in columns that are read."""
    for column, value in row.items():
        if broken(value):
            code, what = (
                ("C207", "a formula without its result") if value.startswith("=") else ("C206", "an error")
            )
            says = f"The cell holds {what}. Put the value itself there and send the workbook again."
            notes.at(to, code, says, sheet, line, column, value[:60])
