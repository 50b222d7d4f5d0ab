"""XLSX → rows of text with sheet and physical line; read as a stream, by the reader that survives bad files."""

from __future__ import annotations

import csv
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

from ingest import headers
from ingest.reading import Finding, Reading, Sent, Skipped, Table, Unreadable

UNPACKED_MAX, RATIO_MAX, PARTS_MAX, COLUMNS_MAX = 1 << 30, 100, 1000, 200
HEADER_WITHIN = 20
PLACE = ("file", "sheet", "line", "raw")


@dataclass(frozen=True)
class Book:
    """An open workbook; `formulas` is it again as written, where a cell may hold a formula never worked out."""

    values: object
    formulas: object | None

    @property
    def sheets(self) -> list[tuple]:
        """Every sheet with itself as written, or None."""
        written = self.formulas.worksheets if self.formulas else [None] * len(self.values.worksheets)
        return list(zip(self.values.worksheets, written, strict=True))

    @property
    def epoch(self) -> int:
        """The year its day numbers count from: 1900, or 1904 on old Macs."""
        return 1904 if self.values.epoch.year == 1904 else 1900


def open_book(path: Path) -> Book:
    """Open a workbook to be read as a stream; raises Unreadable F016-F018 where it is none or is not safe."""
    import openpyxl

    _refuse_bombs(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            values = openpyxl.load_workbook(BytesIO(path.read_bytes()), read_only=True, data_only=True)
            formulas = (
                openpyxl.load_workbook(BytesIO(path.read_bytes()), read_only=True)
                if _has_formulas(path)
                else None
            )
        except Exception as problem:  # noqa: BLE001 - a damaged workbook fails in any way it likes
            raise Unreadable(
                "F017", f"The workbook cannot be opened ({type(problem).__name__}). Save it again."
            ) from None
    return Book(values, formulas)


def read_xlsx(sent: Sent, out: Path) -> Reading:
    """Every visible sheet whose header is a return's; raises Unreadable where none is."""
    return read_book(open_book(sent.path), sent, out)


def read_book(book: Book, sent: Sent, out: Path) -> Reading:
    """The same of a workbook that is open already."""
    tables, skipped, findings = [], [], []
    for number, (sheet, written) in enumerate(book.sheets):
        found = _sheet(sheet, written, sent, out, number)
        if found:
            table, blank, remarks = found
            tables.append(table)
            findings += [(table.return_name, f) for f in remarks]
            if blank:
                skipped.append((table.return_name, Skipped(sent.name, sheet.title, "blank line", blank)))
    if not tables:
        titles = ", ".join(book.values.sheetnames)
        raise Unreadable("S113", f"No sheet holds a return of the standard. Sheets found: {titles}.")
    return Reading("xlsx", "utf-8", None, None, tuple(tables), tuple(skipped), tuple(findings))


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as z:
            parts = z.infolist()
    except zipfile.BadZipFile:
        raise Unreadable(
            "F017", "The file is named or marked as a workbook but is damaged. Save it again."
        ) from None
    if "xl/workbook.xml" not in {p.filename for p in parts}:
        raise Unreadable(
            "F018", "The file is a zip archive, not a workbook. Send the files themselves, unzipped."
        )
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts) or 1
    if unpacked > UNPACKED_MAX or unpacked / packed > RATIO_MAX or len(parts) > PARTS_MAX:
        raise Unreadable(
            "F016", "The workbook unpacks to far more than its size; it was not opened. Send it as CSV."
        )


def _has_formulas(path: Path) -> bool:
    """A formula without a stored result would read as an empty cell: look whether there is any."""
    with zipfile.ZipFile(path) as z:
        for part in z.namelist():
            if part.startswith("xl/worksheets/sheet"):
                with z.open(part) as f:
                    if any(b"<f" in line for line in iter(lambda f=f: f.read(1 << 20), b"")):
                        return True
    return False


def _sheet(sheet, formulas, sent: Sent, out: Path, number: int):
    if sheet.sheet_state != "visible":
        return None
    rows = rows_of(sheet, formulas)
    for line, cells in rows:
        if headers.looks_like_header(cells):
            return _table(sheet.title, cells, line, rows, sent, out, number)
        if line >= HEADER_WITHIN:
            return None
    return None


def _table(title: str, cells: list[str], header_line: int, rows, sent: Sent, out: Path, number: int):
    width = max(i for i, c in enumerate(cells) if c) + 1
    if width > COLUMNS_MAX:
        raise Unreadable(
            "S115",
            f"Sheet {title!r} is {width} columns wide. Delete the columns to the right and save again.",
        )
    header = headers.identify(cells[:width])
    data = out / f"{sent.path.name}.{number}.csv"
    blank = taken = 0
    with data.open("w", encoding="utf-8", newline="") as f:
        write = csv.writer(f, quoting=csv.QUOTE_ALL, lineterminator="\n")
        write.writerow([*PLACE, *header.columns])
        for line, row in rows:
            row = (row + [""] * width)[:width]
            if not any(row):
                blank += 1
                continue
            write.writerow([sent.name, title, line, "", *row])
            taken += 1
    remarks = list(header.findings)
    if header_line > 1:
        remarks.append(
            Finding(
                "S108",
                "warning",
                f"The header was found on row {header_line} of sheet {title!r}.",
                sheet=title,
            )
        )
    return Table(header.name, data, header.columns, taken, sent.name, title), blank, remarks


def rows_of(sheet, formulas) -> Iterator[tuple[int, list[str]]]:
    """Every row of a sheet as text, with its number."""
    pairs = formulas.iter_rows(values_only=True) if formulas else None
    for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        written = next(pairs) if pairs else None
        cells = [_text(v, written[i] if written and i < len(written) else None) for i, v in enumerate(values)]
        yield line, cells


def _text(value, written) -> str:
    """A cell as text: dates as ISO, whole numbers without a point; a formula never worked out shows itself."""
    match value:
        case None:
            return str(written) if isinstance(written, str) and written.startswith("=") else ""
        case bool():
            return "Y" if value else "N"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case _:
            return str(value)
