"""The rows of a sheet as its file holds them: only the cells that are there, however far apart they stand.

The library's own rows are filled up to the last cell anybody ever touched: one in the last corner of a sheet
makes them 17 thousand million.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from ingest import excel_plain, excel_ways
from ingest.excel_values import Given, text_of
from ingest.excel_ways import COLUMNS_MAX
from ingest.reading import Unreadable

RANGE = re.compile(r"[A-Z]+(\d+)(?::[A-Z]+(\d+))?")


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


def cells_of(sheet, written, seen: Seen) -> Iterator[tuple[int, list[Given]]]:
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


def _rows(sheet, written, seen: Seen) -> Iterator[tuple[int, list[Given]]]:
    last = 0
    for line, row, is_hidden in in_file(sheet, written, seen):
        if line <= last:
            says = f"Row {line} of sheet {sheet.title!r} is not in its place. Save the workbook again."
            raise Unreadable("F017", says, line if line > 0 else None)
        for gap in range(last + 1, line):
            yield gap, []
        last = line
        if is_hidden and any(isinstance(c, str) or c.value is not None for c in row):
            seen.hidden.append(line)
        yield line, row


def in_file(sheet, written, seen: Seen) -> Iterator[tuple[int, list[Given], bool]]:
    """The rows that are in the file: number, cells, hidden or not. The library takes over where they are not plain."""
    taken, way = 0, excel_ways.way_of(sheet, written, seen)
    try:
        for row in excel_plain.rows(sheet._get_source, way.sharing, way.plain, way.others, way.around):
            yield row
            taken += 1
    except excel_plain.NotPlain:
        way = excel_ways.way_of(sheet, written, seen)
        yield from islice(way.whole(sheet, written), taken, None)
    merged = way.values.merged_cells
    seen.merged = tuple(m.ref for m in merged.mergeCell) if merged else ()


def rows_of(sheet, written, seen: Seen | None = None) -> Iterator[tuple[int, list[str]]]:
    """Every row of a sheet as text, with its number, each as wide as the widest before it."""
    width = 0
    for line, cells in cells_of(sheet, written, Seen() if seen is None else seen):
        width = max(width, len(cells))
        yield line, [*map(text_of, cells), *[""] * (width - len(cells))]
