"""Rows of a sheet that are written plainly, as nearly all are, read from their text; the library reads all others.

The library makes some ten objects of each cell, which takes thirteen seconds for a hundred thousand rows. Expat looks
at every byte first, so what is taken apart here is well formed; a row with a formula, a reference to a letter, rich
text or anything else out of the way goes to the library by itself, and a sheet that is not laid out plainly as a whole.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from xml.etree.ElementTree import fromstring
from xml.parsers import expat

BLOCK, LONGEST = 1 << 20, 16 << 20
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DECLARATION = r'<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?(?: standalone="(?:yes|no)")?\s*\?>'
OPENING = re.compile(rf'(?:{DECLARATION})?\s*(<worksheet(?:\s+[\w:.-]+="[^"<>]*")*\s*>)')
SHARED_OPENING = re.compile(OPENING.pattern.replace("worksheet", "sst"))
SHARED = re.compile(r'<si><t(?: xml:space="preserve")?>([^<\r]*)</t></si>')
SHARED_END, ALL_END = "</si>", "</sst>"
ESCAPE = "x005F_"  # the library takes it out of every shared text
BEGIN, END, ROW_END = "<sheetData>", "</sheetData>", "</row>"
ROW = re.compile(r'\s*<row r="(\d{1,9})"((?: [A-Za-z][\w:]*="[^"<>]*")*)')
HIDDEN = re.compile(r' hidden="(?:1|true)"')
CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d{1,7}"(?: s="(\d{1,9})")?(?: t="([A-Za-z]{1,9})")?'
    r'(?:/>|>(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]+)</t></is>)?</c>)'
)


# The same of a cell that holds a shared text, as most do.
SHARING = re.compile(r'<c r="([A-Z]{1,3})\d{1,7}"(?: s="\d{1,9}")? t="s"><v>(\d{1,9})</v></c>')
TAGS = 4  # of such a cell, and of a shared text


class NotPlain(Exception):
    """The sheet is not laid out as programs do it: the library reads what is left of it."""


@dataclass(frozen=True)
class Layout:
    """What stands before a sheet's rows, and the tag that opens it."""

    before: str
    opening: str

    def around(self, rows: str) -> str:
        """A sheet of its own with these rows alone."""
        return f"{self.opening}{rows}</worksheet>"


def rows(open_sheet: Callable, plain: Callable, other: Callable, rest: Callable) -> Iterator[tuple]:
    """Every row that is in a sheet's file, in order.

    `plain(line, cells, is_hidden)` takes the texts of a plain row's cells (`CELL`, or `SHARING` where it is of such
    cells alone) and gives the row, or None where it is none after all; `other(text)` gives the rows of a sheet with the rows that are not; `rest(file)` is given a
    sheet without any rows, once before the first and once after the last. Raises NotPlain.
    """
    with open_sheet() as file:
        text = _text(file)
        layout, left = _layout(text)
        rest(BytesIO(f"{layout.before}{END}</worksheet>".encode()))
        for piece, is_whole in _pieces(text, left):
            if is_whole is None:
                rest(BytesIO(f"{layout.before}{END}{piece}".encode()))
                return
            found = _taken_apart(piece) if is_whole else None
            row = plain(*found) if found else None
            if row is not None:
                yield row
            else:
                yield from other(layout.around(piece + ROW_END if is_whole else piece))
    raise NotPlain


def shared(file) -> Iterator[str]:
    """The texts that cells share, of a part where each is plain; raises NotPlain."""
    text = _text(file)
    opening = ""
    for block in text:
        opening += block
        if "<si>" in opening or len(opening) > LONGEST:
            break
    opened = SHARED_OPENING.fullmatch(opening[: opening.find("<si>")])
    if not opened or opened[1].count("xmlns=") != 1 or f'xmlns="{MAIN}"' not in opened[1]:
        raise NotPlain
    left = opening[opened.end() :]
    while True:
        whole, end, left = left.rpartition(SHARED_END)
        yield from _shared(whole + end)
        block = next(text, None)
        if block is None:
            break
        left += block
        if len(left) > LONGEST:
            raise NotPlain
    if left.strip() != ALL_END:
        raise NotPlain


def _shared(items: str) -> list[str]:
    found = SHARED.findall(items)
    if items.count("<") != TAGS * len(found):
        raise NotPlain
    if "&" in items:
        found = [fromstring(f"<t>{one}</t>").text or "" if "&" in one else one for one in found]
    return [one.replace(ESCAPE, "") for one in found] if ESCAPE in items else found


def _text(file) -> Iterator[str]:
    """The file's text in blocks, after Expat has found them well formed."""
    decode = codecs.getincrementaldecoder("utf-8")("strict").decode
    parser = expat.ParserCreate(namespace_separator="}")
    more = True
    while more:
        block = file.read(BLOCK)
        more = bool(block)
        try:
            parser.Parse(block, not more)
            text = decode(block, not more)
        except (expat.ExpatError, ValueError, LookupError):
            raise NotPlain from None
        yield text


def _layout(text: Iterator[str]) -> tuple[Layout, str]:
    """What stands before the rows, and what was read beyond it."""
    before = ""
    for block in text:
        before += block
        if BEGIN in before or len(before) > LONGEST:
            break
    before, begun, left = before.partition(BEGIN)
    opened = OPENING.match(before)
    if not begun or not opened or before.count("xmlns=") != 1 or f'xmlns="{MAIN}"' not in opened[1]:
        raise NotPlain
    if "<!" in before or "<?" in before[1:] or "<row" in before:
        raise NotPlain
    return Layout(before + begun, opened[1]), left


def _pieces(text: Iterator[str], left: str) -> Iterator[tuple[str, bool | None]]:
    """Each row without its end, what stands between the last and the end of rows, and then all behind that (None).

    A comment or a marked section may hold what looks like the end of a row: then the sheet is not plain.
    """
    while END not in left:
        *whole, left = _no_marks(left).split(ROW_END)
        yield from ((piece, True) for piece in whole)
        block = next(text, None)
        if block is None or len(left) > LONGEST:
            raise NotPlain
        left += block
    inside, _, behind = left.partition(END)
    *whole, last = _no_marks(inside).split(ROW_END)
    yield from ((piece, True) for piece in whole)
    if last.strip():
        yield last, False
    for block in text:
        behind += block
        if len(behind) > LONGEST:
            raise NotPlain
    yield behind, None


def _no_marks(text: str) -> str:
    """The text, if it has no comment, no marked section and no instruction."""
    if "<!" in text or "<?" in text:
        raise NotPlain
    return text


def _taken_apart(piece: str) -> tuple[int, list[tuple], bool] | None:
    """A row's number, its cells' texts and whether it is hidden; None where anything in it is not plain."""
    head, _, inside = piece.partition(">")
    row = ROW.fullmatch(head)
    if row is None or "xmlns" in head:
        return None
    cells, tags = SHARING.findall(inside), inside.count("<")
    if tags == TAGS * len(cells):
        return int(row[1]), cells, bool(HIDDEN.search(row[2]))
    if "&" in inside or "\r" in inside:
        return None
    cells, begun = CELL.findall(inside), inside.count("<c ")
    known = begun + inside.count("</c>") + 2 * inside.count("</v>") + 4 * inside.count("</is>")
    if len(cells) != begun or tags != known:
        return None
    return int(row[1]), cells, bool(HIDDEN.search(row[2]))


@cache
def place(letters: str) -> int:
    """The number of a column by its letters."""
    from openpyxl.utils.cell import column_index_from_string

    return column_index_from_string(letters)


def numbers(book) -> Callable[[str, str], object]:
    """How the numbers of a workbook are read, by their text and the number of their style: days are dates."""
    from openpyxl.utils.datetime import from_excel
    from openpyxl.worksheet._reader import _cast_number

    days, spans = book._date_formats, book._timedelta_formats

    @lru_cache(1 << 16)
    def number(text: str, style: str):
        value, form = _cast_number(text), int(style or 0)
        if form not in days:
            return value
        try:
            return from_excel(value, book.epoch, timedelta=form in spans)
        except (OverflowError, ValueError):
            return "#VALUE!"

    return number
