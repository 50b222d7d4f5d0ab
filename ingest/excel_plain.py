"""Rows of a sheet that are written plainly, as nearly all are, read from their text; the library reads all others.

The library makes some ten objects of each cell, which takes thirteen seconds for a hundred thousand rows. A row of
shared texts is found by one pattern, from its first letter to its last; Expat looks at all else first, so what is taken
apart here is well formed. A row with a formula, a reference to a letter, rich text or anything else out of the way goes
to the library by itself, and a sheet that is not laid out plainly as a whole.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from xml.parsers import expat

BLOCK, LONGEST = 1 << 20, 16 << 20
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DECLARATION = r'<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?(?: standalone="(?:yes|no)")?\s*\?>'
OPENING = re.compile(rf'(?:{DECLARATION})?\s*(<worksheet(?:\s+[\w:.-]+="[^"<>]*")*\s*>)')
BEGIN, END, ROW_END = "<sheetData>", "</sheetData>", "</row>"
ROW = re.compile(r'\s*<row r="(\d{1,9})"((?: [A-Za-z][\w:]*="[^"<>]*")*)')
HIDDEN = re.compile(r' hidden="(?:1|true)"')
CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d{1,7}"(?: s="(\d{1,9})")?(?: t="([A-Za-z]{1,9})")?'
    r'(?:/>|>(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]+)</t></is>)?</c>)'
)
# A row of cells that hold shared texts, or are not there: most rows are so.
SHARING = (
    r'[ \t\r\n]*+<row r="([0-9]{1,9}+)"((?: [A-Za-z][\w:]*+="[^"<>&]*+")*+)>',
    r'(?><c r="%s[0-9]{1,7}+"(?: s="[0-9]{1,9}+")?+ t="s"><v>([0-9]{1,9}+)</v></c>|)',
    ROW_END,
)
WIDER, WIDEST = 8, 200  # columns of the pattern: as many as rows have, rounded up


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


def rows(
    open_sheet: Callable, sharing: Callable, plain: Callable, other: Callable, rest: Callable
) -> Iterator[tuple]:
    """Every row that is in a sheet's file, in order.

    `sharing(line, numbers, is_hidden)` gives a row by the numbers of its shared texts, None where a column has no
    cell; `plain(line, cells, is_hidden)` one by the texts of its cells (`CELL`), or None where it is none after all;
    `other(text)` the rows of a sheet with the rows that are not plain; `rest(file)` is given a sheet without any
    rows, once before the first and once after the last. Raises NotPlain.
    """
    with open_sheet() as file:
        sheet = _Sheet(_text(file))
        rest(BytesIO(f"{sheet.layout.before}{END}</worksheet>".encode()))
        for found in sheet.pieces():
            if isinstance(found, str):
                apart = _taken_apart(found)
                row = plain(*apart) if apart else None
                if row is None:
                    yield from other(sheet.layout.around(found))
                    continue
                sheet.widen(len(row[1]))
                yield row
            else:
                line, attributes, *numbers = found.groups()[: found.lastindex]
                yield sharing(int(line), numbers, sheet.openings[attributes])
        rest(BytesIO(f"{sheet.layout.before}{END}{sheet.left}".encode()))


class _Sheet:
    """A sheet's text, taken piece by piece; `left` is what was read and not taken.

    Expat is given all of it but rows of shared texts, which are well formed as their pattern is; of those each way
    to open a row, once: `openings`, and whether it hides the row.
    """

    def __init__(self, text: Iterator[str]):
        self.openings: dict[str, bool] = {}
        self._text, self._parser = text, expat.ParserCreate(namespace_separator="}")
        self._pattern, self._width = _sharing(0), 0
        self.layout, self.left = _layout(text)
        self._see(self.layout.before)

    def widen(self, width: int) -> None:
        """Know rows of so many columns."""
        if width > self._width:
            self._width = min(WIDEST, -(-width // WIDER) * WIDER)
            self._pattern = _sharing(self._width)

    def pieces(self) -> Iterator[re.Match | str]:
        """Each row, as the pattern found it or as its text, and what stands between the last and the end of rows.

        A comment or a marked section may hold what looks like the end of a row: then the sheet is not plain.
        """
        at, close = 0, self.left.find(END)
        while True:
            if (found := self._pattern.match(self.left, at)) and self._opens(found[2]):
                at = found.end()
                yield found
            elif (end := self.left.find(ROW_END, at)) >= 0 and (close < 0 or end < close):
                end += len(ROW_END)
                yield self._see(_no_marks(self.left[at:end]))
                at = end
            elif close < 0:
                self.left, at = self.left[at:] + self._more(), 0
                close = self.left.find(END)
            else:
                break
        last = self._see(_no_marks(self.left[at:close]))
        if last.strip():
            yield last
        self.left = self.left[close + len(END) :]
        for block in self._text:
            self.left += block
            _not_longer(self.left)
        self._see(f"{END}{self.left}")
        self._see("", is_all=True)

    def _more(self) -> str:
        _not_longer(self.left)
        block = next(self._text, None)
        if block is None:
            raise NotPlain
        return block

    def _opens(self, attributes: str) -> bool:
        """Whether a row may open so, with its number before."""
        if attributes not in self.openings:
            if "xmlns" in attributes:
                return False
            self._see(f'<row r="1"{attributes}/>')
            self.openings[attributes] = bool(HIDDEN.search(attributes))
        return True

    def _see(self, text: str, is_all: bool = False) -> str:
        _given(self._parser, text, is_all)
        return text


@lru_cache(1 << 5)
def _sharing(width: int) -> re.Pattern:
    """The pattern of a row of shared texts in so many columns at most."""
    from openpyxl.utils.cell import get_column_letter

    before, cell, after = SHARING
    return re.compile(before + "".join(cell % get_column_letter(n) for n in range(1, width + 1)) + after)


def seen(file) -> Iterator[str]:
    """A file's text in blocks, after Expat has found them well formed."""
    parser = expat.ParserCreate(namespace_separator="}")
    for text in _text(file):
        _given(parser, text, False)
        yield text
    _given(parser, "", True)


def _given(parser, text: str, is_all: bool) -> None:
    try:
        parser.Parse(text, is_all)
    except (expat.ExpatError, ValueError, LookupError):
        raise NotPlain from None


def _text(file) -> Iterator[str]:
    """The file's text in blocks, which is UTF-8."""
    decode = codecs.getincrementaldecoder("utf-8")("strict").decode
    more = True
    while more:
        block = file.read(BLOCK)
        more = bool(block)
        try:
            text = decode(block, not more)
        except ValueError:
            raise NotPlain from None
        if text:
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


def _not_longer(text: str) -> None:
    if len(text) > LONGEST:
        raise NotPlain


def _no_marks(text: str) -> str:
    """The text, if it has no comment, no marked section and no instruction."""
    if "<!" in text or "<?" in text:
        raise NotPlain
    return text


def _taken_apart(piece: str) -> tuple[int, list[tuple], bool] | None:
    """A row's number, its cells' texts and whether it is hidden; None where anything in it is not plain."""
    head, _, inside = piece.partition(">")
    row = ROW.fullmatch(head)
    if row is None or "xmlns" in head or "&" in inside or "\r" in inside or not inside.endswith(ROW_END):
        return None
    cells, begun = CELL.findall(inside), inside.count("<c ")
    known = 1 + begun + inside.count("</c>") + 2 * inside.count("</v>") + 4 * inside.count("</is>")
    if len(cells) != begun or inside.count("<") != known:
        return None
    return int(row[1]), cells, bool(HIDDEN.search(row[2]))
