"""How the rows of one sheet are read: a plain row from its text, all others by the library's own parser of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from xml.etree.ElementTree import ParseError, fromstring

from ingest import excel_plain
from ingest.excel_values import EMPTY, Cell, Given, Texts

COLUMNS_MAX = 200
YES = ("1", "true")
SHARED = "s"
# The kinds of plain cells.
KNOWN = frozenset((SHARED, "", "n", "inlineStr", "str", "e", "b"))


@dataclass(frozen=True)
class Way:
    """How the rows of one sheet are read: by the library's parser of its values, and of its formulas where it may
    have any; `number` reads the number of a plain cell."""

    values: object
    formulas: object | None
    strings: list[str]
    formats: list[str]
    number: Callable[[str, str], object]
    seen: object

    def whole(self, sheet, written) -> Iterator[tuple[int, list[Given], bool]]:
        """Every row by the library."""
        self.values.source = sheet._get_source()
        if written:
            self.formulas.source = written._get_source()
        formulas = self.formulas.parse() if written else None
        for line, found in self.values.parse():
            yield self._row(line, found, next(formulas)[1] if formulas else [])

    def others(self, text: str) -> Iterator[tuple[int, list[Given], bool]]:
        """The rows of a sheet of a few, by the library."""
        from openpyxl.worksheet._reader import ROW_TAG

        try:
            rows = fromstring(text)
        except ParseError:
            raise excel_plain.NotPlain from None
        for row in rows:
            if row.tag != ROW_TAG:
                raise excel_plain.NotPlain
            line, found = self.values.parse_row(row)
            yield self._row(line, found, self.formulas.parse_row(row)[1] if self.formulas else [])

    def around(self, file) -> None:
        """What stands around the rows, by the library."""
        self.values.source = file
        try:
            for _ in self.values.parse():
                raise excel_plain.NotPlain
        except ParseError:
            raise excel_plain.NotPlain from None

    def _row(self, line: int, found: list[dict], as_written: list[dict]) -> tuple[int, list[Given], bool]:
        told = self.values.row_dimensions.pop(str(line), {})
        by_place = {c["column"]: c for c in as_written}
        return line, _row(found, by_place, self.formats, line, self.seen), told.get("hidden") in YES

    def plain(self, line: int, found: list[tuple], is_hidden: bool) -> tuple[int, list[Given], bool] | None:
        """A row of plain cells; None where one is of a kind that only the library knows."""
        row: list[Given] = []
        if found:
            letters, styles, kinds, *texts = zip(*found, strict=True)
            if not KNOWN.issuperset(kinds):
                return None
            row = _placed(letters, list(map(self.value, styles, kinds, *texts)), line, self.seen)
        return self._counted(line), row, is_hidden

    def sharing(self, line: int, places: list[str | None], is_hidden: bool) -> tuple[int, list[Given], bool]:
        """A row by the places of its shared texts among them all; None where a column has no cell."""
        strings = self.strings
        return self._counted(line), Texts([strings[int(n)] if n else "" for n in places]), is_hidden

    def _counted(self, line: int) -> int:
        """The row's number, which the library's parsers count on from."""
        self.values.row_counter = line
        if self.formulas:
            self.formulas.row_counter = line
        return line

    def value(self, style: str, kind: str, text: str, inline: str) -> Given | None:
        """The value of a plain cell; None where it holds nothing."""
        if kind == SHARED:
            return self.strings[int(text)] if text else None
        if kind == "inlineStr":
            return inline or None
        if not text or kind in ("str", "e"):
            return text or None
        value = bool(int(text)) if kind == "b" else self.number(text, style)
        return value if isinstance(value, str) else Cell(value, "", _format(self.formats, int(style or 0)))


def way_of(sheet, written, seen) -> Way:
    return Way(
        _parser(sheet),
        _parser(written) if written else None,
        sheet._shared_strings,
        _formats(sheet),
        _numbers(sheet.parent),
        seen,
    )


def _numbers(book) -> Callable[[str, str], object]:
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


def _parser(sheet):
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    return WorkSheetParser(
        None,
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


def _format(formats: list[str], style: int) -> str:
    return formats[style] if style < len(formats) else "General"


def _row(found: list[dict], as_written: dict, formats: list[str], line: int, seen) -> list[Given]:
    row: list[Given] = []
    for cell in found:
        value, place = cell["value"], cell["column"]
        formula = "" if value is not None or cell["data_type"] == "str" else _formula(as_written.get(place))
        if isinstance(value, str):
            _put(row, place, value, line, seen)
        elif value is not None or formula:
            _put(row, place, Cell(value, formula, _format(formats, cell["style_id"])), line, seen)
    return row


def _placed(letters: tuple[str, ...], values: list[Given | None], line: int, seen) -> list[Given]:
    """A row of the values of cells in those columns."""
    if (spread := _spread(letters)) and None not in values:
        return spread(values)
    row: list[Given] = []
    for place, value in zip(map(_place, letters), values, strict=True):
        if value is not None:
            _put(row, place, value, line, seen)
    return row


@lru_cache(1 << 12)
def _spread(letters: tuple[str, ...]) -> Callable[[list], list] | None:
    """What makes a row of the values of cells in these columns, all at once: the rows of a sheet have few patterns.

    None where a cell stands too far to the right, or twice.
    """
    places = {_place(one): n for n, one in enumerate(letters)}
    last = max(places)
    if last > COLUMNS_MAX or len(places) < len(letters):
        return None
    if [*places] == [*range(1, last + 1)]:
        return list
    pick = itemgetter(*(places.get(place, -1) for place in range(1, last + 1)))
    return lambda values: [*pick([*values, EMPTY])]


@cache
def _place(letters: str) -> int:
    """The number of a column by its letters."""
    from openpyxl.utils.cell import column_index_from_string

    return column_index_from_string(letters)


def _put(row: list[Given], place: int, value: Given, line: int, seen) -> None:
    """A cell into its place, the last where it stands twice; one too far to the right is noted alone."""
    if place > COLUMNS_MAX:
        seen.far = seen.far or line
    elif place == len(row) + 1:
        row.append(value)
    else:
        row.extend([EMPTY] * (place - len(row)))
        row[place - 1] = value


def _formula(cell: dict | None) -> str:
    """A formula that was never worked out, as written; one worked out to an empty text is none (its type says so)."""
    if cell is None or cell["data_type"] != "f":
        return ""
    value = cell["value"]
    return value if isinstance(value, str) else getattr(value, "text", None) or "="
