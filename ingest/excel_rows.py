"""The rows of a sheet as its file holds them: only the cells that are there, however far apart they stand.

The library's own rows are filled up to the last cell anybody ever touched: one in the last corner of a sheet
makes them 17 thousand million.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

from ingest.reading import Unreadable

COLUMNS_MAX = 200
RANGE = re.compile(r"[A-Z]+(\d+)(?::[A-Z]+(\d+))?")
YES = ("1", "true")


class Cell(NamedTuple):
    """A cell: its value, its formula where one is without its result, and its style's number format."""

    value: object = None
    formula: str = ""
    format: str = "General"


EMPTY = Cell()


@dataclass
class Seen:
    """What was met beside the rows: hidden rows with something in them, a cell too far to the right, merges."""

    hidden: list[int] = field(default_factory=list)
    far: int | None = None
    merged: tuple[str, ...] = ()

    def refuse(self, title: str, header_line: int) -> None:
        """Raise Unreadable where rows cannot be trusted to be what the sender sees; after the last row is read."""
        if self.far:
            says = f"Sheet {title!r} has cells right of column {COLUMNS_MAX} (row {self.far}). "
            raise Unreadable("S115", f"{says}Delete the columns to the right and save it again.", self.far)
        for merged in self.merged:
            found = RANGE.fullmatch(merged)
            if found and int(found[2] or found[1]) > header_line:
                says = f"The cells {merged} of sheet {title!r} are merged, so all but the first are empty. "
                says += "Unmerge them, fill in every cell and send it again."
                raise Unreadable("S114", says, int(found[1]))


def cells_of(sheet, written, seen: Seen) -> Iterator[tuple[int, list[Cell]]]:
    """Every row of a sheet with its number; a row that is not in the file is empty.

    Raises Unreadable F017 where the sheet breaks, in whatever way it does.
    """
    try:
        yield from _rows(sheet, written, seen)
    except Unreadable:
        raise
    except Exception as problem:  # noqa: BLE001 - a damaged sheet fails in any way it likes
        says = (
            f"The sheet {sheet.title!r} cannot be read ({type(problem).__name__}). Save the workbook again."
        )
        raise Unreadable("F017", says) from None


def _rows(sheet, written, seen: Seen) -> Iterator[tuple[int, list[Cell]]]:
    parser, last = _parser(sheet), 0
    formulas = _parser(written).parse() if written else None
    formats = _formats(sheet)
    for line, found in parser.parse():
        as_written = {c["column"]: c for c in next(formulas)[1]} if formulas else {}
        if line <= last:
            says = f"Row {line} of sheet {sheet.title!r} is not in its place. Save the workbook again."
            raise Unreadable("F017", says, line if line > 0 else None)
        for gap in range(last + 1, line):
            yield gap, []
        last, told = line, parser.row_dimensions.pop(str(line), {})
        row = _row(found, as_written, formats, line, seen)
        if told.get("hidden") in YES and any(c.value is not None for c in row):
            seen.hidden.append(line)
        yield line, row
    seen.merged = tuple(m.ref for m in parser.merged_cells.mergeCell) if parser.merged_cells else ()


def _parser(sheet):
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    return WorkSheetParser(
        sheet._get_source(),
        sheet._shared_strings,
        data_only=book.data_only,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )


def _formats(sheet) -> list[str]:
    """The number format of each style, by its place; only of formats a workbook makes for itself."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS_MAX_SIZE

    own, first = sheet.parent._number_formats, BUILTIN_FORMATS_MAX_SIZE
    ids = [style.numFmtId for style in sheet.parent._cell_styles]
    return [own[i - first] if first <= i < first + len(own) else "General" for i in ids]


def _row(found: list[dict], as_written: dict, formats: list[str], line: int, seen: Seen) -> list[Cell]:
    row: list[Cell] = []
    for cell in found:
        value, place = cell["value"], cell["column"]
        formula = "" if value is not None or cell["data_type"] == "str" else _formula(as_written.get(place))
        if value is None and not formula:
            continue
        if place > COLUMNS_MAX:
            seen.far = seen.far or line
            continue
        if place > len(row):
            row.extend([EMPTY] * (place - len(row)))
        style = cell["style_id"]
        row[place - 1] = Cell(value, formula, formats[style] if style < len(formats) else "General")
    return row


def _formula(cell: dict | None) -> str:
    """A formula that was never worked out, as written; one worked out to an empty text is none (its type says so)."""
    if cell is None or cell["data_type"] != "f":
        return ""
    value = cell["value"]
    return value if isinstance(value, str) else getattr(value, "text", None) or "="


def text_of(cell: Cell) -> str:
    """A cell as text: dates as ISO, whole numbers without a point; a formula never worked out shows itself."""
    match cell.value:
        case None:
            return cell.formula
        case bool():
            return "Y" if cell.value else "N"
        case datetime():
            value = cell.value
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return cell.value.isoformat()
        case float():
            value = cell.value
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case _:
            return str(cell.value)


def rows_of(sheet, written, seen: Seen | None = None) -> Iterator[tuple[int, list[str]]]:
    """Every row of a sheet as text, with its number, each as wide as the widest before it."""
    width = 0
    for line, cells in cells_of(sheet, written, Seen() if seen is None else seen):
        width = max(width, len(cells))
        yield line, [*map(text_of, cells), *[""] * (width - len(cells))]
