"""XLSX → rows of text with sheet and physical line; read as a stream, by the reader that survives bad files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from pathlib import Path

from expectations.standard import standard
from ingest import excel_parts, excel_strings, headers
from ingest.excel_cells import Column, Remarks, readers
from ingest.excel_rows import COLUMNS_MAX, Seen, cells_of, rows_of
from ingest.excel_values import EMPTY, Given, Texts, text_of
from ingest.headers import Header
from ingest.reading import Finding, Reading, Sent, Skipped, Table, Unreadable, as_csv

__all__ = [
    "COLUMNS_MAX",
    "HEADER_WITHIN",
    "Book",
    "Seen",
    "hidden_rows",
    "open_book",
    "read_book",
    "read_xlsx",
    "rows_of",
]

HEADER_WITHIN = 20
PLACE = ("file", "sheet", "line", "raw")


@dataclass(frozen=True)
class Book:
    """An open workbook; `formulas` is it again as written, where a cell may hold a formula never worked out.

    `remarks` is what was met beside its sheets.
    """

    values: object
    formulas: object | None
    remarks: tuple[Finding, ...] = ()

    @property
    def sheets(self) -> list[tuple]:
        """Every sheet with itself as written, or None."""
        written = self.formulas.worksheets if self.formulas else [None] * len(self.values.worksheets)
        return list(zip(self.values.worksheets, written, strict=True))

    @property
    def epoch(self) -> int:
        """The year its day numbers count from: 1900, or 1904 on old Macs."""
        return 1904 if self.values.epoch.year == 1904 else 1900


@dataclass
class _Read:
    """What was found in a workbook so far; a hidden sheet is (its title, its return, its rows)."""

    tables: list[Table] = field(default_factory=list)
    skipped: list[tuple[str, Skipped]] = field(default_factory=list)
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    hidden: list[tuple[str, str, int]] = field(default_factory=list)


def open_book(path: Path) -> Book:
    """Open a workbook to be read as a stream; raises Unreadable F015-F019 where it is none or is not safe."""
    excel_parts.refuse_unsafe(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            values = _open(path, data_only=True)
            formulas = _open(path, data_only=False) if excel_parts.has_formulas(path) else None
            return Book(values, formulas, tuple(excel_parts.remarks(path)))
        except Exception as problem:  # noqa: BLE001 - a damaged workbook fails in any way it likes
            raise Unreadable(
                "F017", f"The workbook cannot be opened ({type(problem).__name__}). Save it again."
            ) from None


def _open(path: Path, data_only: bool):
    """The library's own way to open one, but for the texts its cells share: of those it makes ten objects each."""
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.xml.constants import SHARED_STRINGS

    reader = ExcelReader(BytesIO(path.read_bytes()), read_only=True, data_only=data_only)

    def read_strings() -> None:
        if (part := reader.package.find(SHARED_STRINGS)) is not None:
            reader.shared_strings = excel_strings.strings(partial(reader.archive.open, part.PartName[1:]))

    reader.read_strings = read_strings
    reader.read()
    return reader.wb


def read_xlsx(sent: Sent, out: Path) -> Reading:
    """Every visible sheet whose header is a return's; raises Unreadable where none is."""
    return read_book(open_book(sent.path), sent, out)


def read_book(book: Book, sent: Sent, out: Path) -> Reading:
    """The same of a workbook that is open already."""
    read = _Read()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, (sheet, written) in enumerate(book.sheets):
            _sheet(book, sheet, written, sent, out / f"{sent.path.name}.{number}.csv", read)
    if not read.tables:
        raise Unreadable("S113", f"No sheet holds a return of the standard. Sheets found: {_titles(book)}.")
    first = read.tables[0].return_name
    read.findings += [(first, remark) for remark in book.remarks]
    _tell_hidden(sent, read)
    return Reading("xlsx", "utf-8", None, None, tuple(read.tables), tuple(read.skipped), tuple(read.findings))


def _titles(book: Book) -> str:
    hidden = {sheet.title for sheet, _ in book.sheets if sheet.sheet_state != "visible"}
    return ", ".join(f"{t} (hidden)" if t in hidden else t for t in book.values.sheetnames)


def _sheet(book: Book, sheet, written, sent: Sent, data: Path, read: _Read) -> None:
    """One sheet into what was read: its rows, or that it is hidden, or nothing where it holds no return."""
    seen = Seen()
    rows = cells_of(sheet, written, seen)
    found = _header(rows)
    if found is None:
        return
    cells, header_line = found
    if sheet.sheet_state != "visible":
        name = headers.identify(cells).name
        read.hidden.append((sheet.title, name, sum(any(map(text_of, row)) for _, row in rows)))
        return
    width = max(i for i, c in enumerate(cells) if c) + 1
    header = headers.identify(cells[:width], header_line)
    _refuse_second(header, sheet.title, read)
    remarks = Remarks(sent.name, sheet.title)
    taken, blank = _write(data, sent, header, rows, remarks, book.epoch)
    seen.refuse(sheet.title, header_line)
    name = header.name
    read.tables.append(Table(name, data, header.columns, taken, sent.name, sheet.title))
    if blank:
        read.skipped.append((name, Skipped(sent.name, sheet.title, "blank line", blank)))
    of_header = [replace(f, sheet=sheet.title) for f in header.findings]
    told = [*of_header, *_of_sheet(sheet.title, header_line, seen), *remarks.all()]
    read.findings += [(name, finding) for finding in told]


def _header(rows: Iterator[tuple[int, list[Given]]]) -> tuple[list[str], int] | None:
    """The header's texts and its row, if one stands near the top."""
    for line, row in rows:
        cells = [text_of(cell) for cell in row]
        if headers.looks_like_header(cells):
            return cells, line
        if line >= HEADER_WITHIN:
            return None
    return None


def _refuse_second(header: Header, title: str, read: _Read) -> None:
    """Two sheets of one return would be two submissions, the later in the place of the earlier."""
    for table in read.tables:
        if table.return_name == header.name:
            says = f"Two sheets hold {header.name}: {table.sheet!r} and {title!r}. Put all its rows on one sheet."
            raise Unreadable("S113", says)


def _write(data: Path, sent: Sent, header: Header, rows, remarks: Remarks, epoch: int) -> tuple[int, int]:
    """Rows as a CSV file of ours: how many were taken, how many were blank."""
    columns = readers(header.columns, standard()[header.name], epoch, remarks)
    watched = [(place, column.of_text) for place, column in enumerate(columns) if column.of_text]
    blank = taken = 0
    with data.open("w", encoding="utf-8", newline="") as f:
        f.write(as_csv([*PLACE, *header.columns]))
        for line, row in rows:
            texts = _texts(columns, watched, row, line)
            if not any(texts):
                blank += 1
                continue
            texts += [""] * (len(columns) - len(texts))
            f.write(as_csv([sent.name, remarks.sheet, str(line), "", *texts]))
            taken += 1
    return taken, blank


def _texts(columns: list[Column], watched: list[tuple], row: list[Given], line: int) -> list[str]:
    for place, watch in watched:
        if place < len(row) and row[place].__class__ is str:
            watch(row[place], line)
    if row.__class__ is Texts:
        return row[: len(columns)]
    return [
        cell if cell.__class__ is str else "" if cell is EMPTY else column.of_cell(cell, line)
        for column, cell in zip(columns, row, strict=False)
    ]


def _of_sheet(title: str, header_line: int, seen: Seen) -> Iterator[Finding]:
    """What is told of a sheet as a whole."""
    if header_line > 1:
        says = f"The header was found on row {header_line} of sheet {title!r}."
        yield Finding("S108", "warning", says, sheet=title)
    yield from hidden_rows(title, header_line, seen)


def hidden_rows(title: str, header_line: int, seen: Seen) -> Iterator[Finding]:
    """A word on rows the sender may not have seen, and sent."""
    if hidden := [line for line in seen.hidden if line > header_line]:
        says = f"{len(hidden):,} rows of sheet {title!r} are hidden (by hand or a filter) and were read with the rest."
        yield Finding(
            "S112", "warning", f"{says} Show all rows before you send it.", sheet=title, line=hidden[0]
        )


def _tell_hidden(sent: Sent, read: _Read) -> None:
    """Hidden sheets that hold a return: their rows are counted and set aside, and the sender is told."""
    there = [table.return_name for table in read.tables]
    for title, name, rows in read.hidden:
        to = name if name in there else there[0]
        says = f"The sheet {title!r} is hidden and was not read. Unhide it and send the workbook again."
        read.findings.append((to, Finding("S112", "warning", says, sent.name, title)))
        if rows:
            read.skipped.append((to, Skipped(sent.name, title, "row of a hidden sheet", rows)))
