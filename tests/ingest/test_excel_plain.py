"""A sheet read from its text is the sheet the library reads: row for row, cell for cell, refusal for refusal."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ingest import excel_plain, excel_strings
from ingest.excel import open_book
from ingest.excel_rows import Seen, in_file
from ingest.excel_values import EMPTY
from ingest.excel_ways import way_of
from ingest.reading import Unreadable
from tests.faults.bad.spreadsheets import SHEET, VARIANTS, reworked

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
HEAD = f'<worksheet xmlns="{excel_plain.MAIN}"><dimension ref="A1:C9"/><sheetData>'
TAIL = "</sheetData></worksheet>"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
VALUES = st.one_of(
    st.none(),
    TEXTS,
    st.sampled_from(["=1+1", "#N/A", "a & b", "_x005F_x000D_", " two\nlines ", "<v>", "]]>", "0012"]),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2999, 12, 31)),
    st.datetimes(datetime(1900, 3, 1), datetime(2999, 12, 31)),
    st.times(),
)
FORMATS = st.sampled_from(["", "yyyy-mm-dd", "000000", "0.00", "[h]:mm", "General"])
CELLS = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 30) | st.just(250)), st.tuples(VALUES, FORMATS), max_size=12
)


def told(rows, seen: Seen) -> tuple:
    """The rows as far as they came, no cell as an empty one; what ended them, and what was seen beside them."""
    found, ended = [], None
    try:
        for row in rows:
            line, cells, is_hidden = row
            found.append((line, ["" if cell == EMPTY else cell for cell in cells], is_hidden))
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is the same
        ended = type(problem)
    return found, ended, seen.far


def compare(content: bytes, folder: Path) -> list[tuple]:
    """Each sheet read in both ways; what was read, nothing of a workbook that cannot be opened."""
    path = folder / "book.xlsx"
    path.write_bytes(content)
    try:
        book, read = open_book(path), []
    except Unreadable:
        return []
    for sheet, written in book.sheets:
        ours, theirs = Seen(), Seen()
        way = way_of(sheet, written, theirs)
        found = told(in_file(sheet, written, ours), ours)
        assert repr(found) == repr(told(way.whole(sheet, written), theirs))
        merged = way.values.merged_cells
        assert ours.merged == (tuple(m.ref for m in merged.mergeCell) if merged and not found[1] else ())
        read.append(found)
    return read


def by_xlsxwriter(cells: dict, hidden: set[int], merged: bool) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for (row, column), (value, form) in cells.items():
            style = book.add_format({"num_format": form}) if form else None
            if isinstance(value, date | time):
                sheet.write_datetime(row, column, value, style)
            elif isinstance(value, str) and not value.startswith("="):
                sheet.write_string(row, column, value, style)
            else:
                sheet.write(row, column, value, style)
        for row in hidden:
            sheet.set_row(row, None, None, {"hidden": True})
        if merged:
            sheet.merge_range(3, 4, 5, 6, "together")
    return made.getvalue()


@given(cells=CELLS, hidden=st.sets(st.integers(0, 9), max_size=3), merged=st.booleans())
def test_any_workbook_is_read_as_the_library_reads_it(cells, hidden, merged, tmp_path_factory):
    compare(by_xlsxwriter(cells, hidden, merged), tmp_path_factory.mktemp("any"))


@given(rows=st.lists(st.lists(VALUES, max_size=5), max_size=5))
def test_so_is_one_whose_texts_stand_in_its_cells(rows, tmp_path_factory):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("R04")
    with suppress(openpyxl.utils.exceptions.IllegalCharacterError):
        for row in rows:
            sheet.append(row)
    made = BytesIO()
    book.save(made)
    compare(made.getvalue(), tmp_path_factory.mktemp("inline"))


CELL = '<c r="A1" t="inlineStr"><is><t>{}</t></is></c>'
ODD = {
    "a comment": '<row r="1"><!-- </row> --><c r="A1"><v>1</v></c></row>',
    "a marked section": '<row r="1">' + CELL.format("<![CDATA[</row>]]>") + "</row>",
    "an instruction": '<row r="1"><?x </row>?><c r="A1"><v>1</v></c></row>',
    "references": '<row r="1">' + CELL.format("a&amp;b&#13;&#x41;") + "</row>",
    "line ends": '<row r="1">\r\n' + CELL.format("a\r\nb\rc") + "\r\n</row>",
    "rich text": '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>',
    "attributes in another order": '<row hidden="1" r="2"><c t="n" r="C2" s="0"><v>1</v></c></row>',
    "no references": "<row><c><v>1</v></c><c/><c><v>2</v></c></row><row><c><v>3</v></c></row>",
    "a row with a reference, then none": '<row r="4"><c r="B4"><v>1</v></c></row><row><c><v>3</v></c></row>',
    "what is no cell": '<row r="1"><c r="A1"><v>1</v></c><x><v>2</v></x><v>3</v></row>',
    "what is no row": '<row r="1"><c r="A1"><v>1</v></c></row><x/><row r="2"><c r="A2"><v>1</v></c></row>',
    "empty rows": '<row r="1"/><row r="2" hidden="1"/><row r="3"><c r="A3"><v>1</v></c></row><row r="4"/>',
    "another namespace": '<row r="1" xmlns="urn:other"><c r="A1"><v>1</v></c></row>',
    "a cell twice": '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c></row>',
    "a row out of its place": '<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
    "a cell far away": '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>',
    "no number": '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>x</v></c></row>',
    "no such shared text": '<row r="1"><c r="A1" t="s"><v>9999</v></c></row>',
    "numbers": '<row r="1"><c r="A1"><v> 1e400 </v></c><c r="B1"><v>1_0</v></c><c r="C1"><v></v></c></row>',
    "kinds": '<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c><c r="C1" t="d">'
    '<v>2024-05-01</v></c><c r="D1" t="odd"><v>1</v></c><c r="E1" t="inlineStr"><v>1</v></c></row>',
    "an empty text": '<row r="1" hidden="true">' + CELL.format("") + "</row>",
    "a shared formula": '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1</f></c></row>'
    '<row r="2"><c r="A2"><f t="shared" si="0"/></c><c r="B2" t="str"><f>A1</f><v></v></c></row>',
    "not well formed": '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</c></row>',
    "an attribute twice": '<row r="1" r="2"><c r="A1"><v>1</v></c></row>',
    "a prefix never told": '<row r="1" x:y="1"><c r="A1"><v>1</v></c></row>',
    "a control character in a text": '<row r="1">' + CELL.format("\x01") + "</row>",
}


WIDE = "".join(f'<c r="{column}1" t="s"><v>0</v></c>' for column in "ABCDEFGHIJ")
ONE = '<row r="{0}"{1}><c r="B{0}" s="3" t="s"><v>1</v></c><c r="D{0}" t="s"><v>0</v></c></row>'
# After a row that tells how many columns there are: rows of shared texts, which their pattern finds, and what spoils them.
SHARING = {
    "all plain": "".join(ONE.format(n, "") for n in range(2, 9)),
    "a row left out, another without cells": ONE.format(2, "") + '<row r="5"></row>' + ONE.format(6, ""),
    "hidden": ONE.format(2, ' hidden="1"') + ONE.format(3, ' ht="9" hidden="true"') + ONE.format(4, ' hidden="0"'),
    "space between": f"\n {ONE.format(2, '')}\t{ONE.format(3, '')}\r\n",
    "space nobody writes": ONE.format(2, "") + "\u00a0" + ONE.format(3, ""),
    "text between": f"{ONE.format(2, '')}x{ONE.format(3, '')}",
    "a control character between": f"{ONE.format(2, '')}\x01{ONE.format(3, '')}",
    "a control character at the end": f"{ONE.format(2, '')}\x1c",
    "an attribute twice": ONE.format(2, "") + ONE.format(3, ' spans="1:2" spans="1:2"'),
    "the number twice": ONE.format(2, "") + ONE.format(3, ' r="4"'),
    "a prefix never told": ONE.format(2, "") + ONE.format(3, ' x:y="1"'),
    "a reference": ONE.format(2, "") + ONE.format(3, ' ht="&#49;"'),
    "half a reference": ONE.format(2, "") + ONE.format(3, ' ht="&"'),
    "a character no text has": ONE.format(2, "") + ONE.format(3, ' ht="\uffff"'),
    "another namespace": ONE.format(2, "") + ONE.format(3, ' xmlns="urn:other"') + ONE.format(4, ""),
    "a comment around": f"{ONE.format(2, '')}<!-- {ONE.format(3, '')} -->{ONE.format(4, '')}",
    "a marked section around": f"{ONE.format(2, '')}<![CDATA[{ONE.format(3, '')}]]>{ONE.format(4, '')}",
    "within another element": f"{ONE.format(2, '')}<x>{ONE.format(3, '')}{ONE.format(4, '')}</x>",
    "within one never closed": f"{ONE.format(2, '')}<x>{ONE.format(3, '')}{ONE.format(4, '')}",
    "no such text": ONE.format(2, "") + ONE.format(3, "").replace("<v>1", "<v>2"),
    "a number of many digits": ONE.format(2, "") + ONE.format(3, "").replace("<v>1", "<v>0000000000001"),
    "digits of another script": ONE.format(2, "") + ONE.format(3, "").replace("<v>1", "<v>\u0661"),
    "no text": ONE.format(2, "") + ONE.format(3, "").replace("<v>1</v>", "<v></v>"),
    "a cell twice": ONE.format(2, "") + ONE.format(3, "").replace("D3", "B3"),
    "cells out of order": ONE.format(2, "") + ONE.format(3, "").replace("D3", "A3"),
    "a wider row": ONE.format(2, "") + ONE.format(3, "").replace("D3", "Z3") + ONE.format(4, "").replace("D4", "Y4"),
    "a cell far away": ONE.format(2, "") + ONE.format(3, "").replace("D3", "GS3") + ONE.format(4, ""),
    "a number among them": ONE.format(2, "") + ONE.format(3, "").replace(' t="s"', "") + ONE.format(4, ""),
    "a row out of its place": ONE.format(3, "") + ONE.format(2, ""),
    "one without a number after": ONE.format(7, "") + "<row><c><v>1</v></c></row>",
    "not well formed after": f"{ONE.format(2, '')}{ONE.format(3, '')}<row>",
}  # fmt: skip


@pytest.fixture(scope="module")
def plain() -> bytes:
    return by_xlsxwriter({(0, 0): ("a", ""), (1, 0): ("b", "")}, set(), False)


@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_rows_out_of_the_way_are_the_librarys(rows, plain, tmp_path):
    before = '<row r="1"><c r="A1"><v>7</v></c></row>' if rows.startswith('<row r="3"') else ""
    ((found, ended, _),) = compare(reworked(plain, **{SHEET: HEAD + before + rows + TAIL}), tmp_path)
    assert found or ended or "urn:other" in rows


@pytest.mark.parametrize("rows", SHARING.values(), ids=SHARING)
def test_so_are_rows_of_shared_texts_alone(rows, plain, tmp_path):
    wide = f'<row r="1">{WIDE}</row>'
    ((found, _, _),) = compare(reworked(plain, **{SHEET: HEAD + wide + rows + TAIL}), tmp_path)
    assert found[0] == (1, ["a"] * 10, False)


@given(
    pieces=st.lists(st.sampled_from(["".join(rows) for rows in (*SHARING.values(), *ODD.values())]), max_size=4),
    at=st.integers(0, 3_000), instead=st.sampled_from(["", "<", ">", '"', "&", "/", " ", "\x02", "é", "</row>", "<!--"]),
)  # fmt: skip
def test_so_is_any_sheet_of_them_spoilt_anywhere(pieces, at, instead, plain, tmp_path_factory):
    sheet = f'{HEAD}<row r="1">{WIDE}</row>{"".join(pieces)}{TAIL}'
    spoilt = sheet[:at] + instead + sheet[at + 1 :]
    compare(reworked(plain, **{SHEET: spoilt}), tmp_path_factory.mktemp("spoilt"))


@pytest.mark.parametrize(
    "sheet",
    [
        HEAD.replace("<worksheet", '<?xml version="1.0" encoding="UTF-16"?><worksheet')
        + ODD["references"]
        + TAIL,
        (HEAD + ODD["references"] + TAIL)
        .replace("xmlns=", "xmlns:x=")
        .replace("<", "<x:")
        .replace("<x:/", "</x:"),
        HEAD.replace("<sheetData>", '<sheetData x="1">') + ODD["kinds"] + TAIL,
        HEAD.replace("<sheetData>", '<y xmlns="urn:other"><sheetData>')
        + ODD["kinds"]
        + "</sheetData></y></worksheet>",
        HEAD.replace("<sheetData>", '<cols><col min="x"/></cols><sheetData>') + ODD["kinds"] + TAIL,
        HEAD + ODD["kinds"] + '</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>',
        HEAD + ODD["kinds"] + f"</sheetData>{ODD['empty rows']}</worksheet>",
        HEAD + ODD["kinds"] + "</sheetData><mergeCells>",
        HEAD + ODD["kinds"],
        HEAD[:40],
    ],
)
def test_so_are_sheets_laid_out_in_another_way(sheet, plain, tmp_path):
    coded = sheet.encode("utf-16" if "UTF-16" in sheet else "utf-8")
    compare(reworked(plain, **{SHEET: coded}), tmp_path)


@pytest.mark.parametrize("name", VARIANTS)
def test_so_is_every_faulty_workbook(name, tmp_path):
    compare(VARIANTS[name]("2024-05"), tmp_path)


def test_so_are_the_samples(tmp_path):
    books = sorted(SAMPLES.rglob("*.xlsx")) if SAMPLES.is_dir() else []
    for path in books:
        compare(path.read_bytes(), tmp_path)


def test_rows_over_blocks_are_whole(plain, tmp_path):
    """Larger than what is read at a time."""
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}" t="inlineStr"><is><t>{1}</t></is></c></row>'
    rows = "".join(row.format(n, "ü" * 900) for n in range(1, 1201))
    ((found, _, _),) = compare(reworked(plain, **{SHEET: HEAD + rows + TAIL}), tmp_path)
    assert [line for line, *_ in found] == list(range(1, 1201))


TABLE = f'<sst xmlns="{excel_plain.MAIN}" count="9" uniqueCount="9">'
ODD_ITEMS = {
    "a reference": "<si><t>R&amp;B &#13;&#x41;&lt;/t&gt;</t></si>",
    "space": '<si><t xml:space="preserve"> a\n</t></si>',
    "line ends": "<si><t>a\r\nb\rc</t></si>",
    "rich text": "<si><r><t>a</t></r><r><t>b</t></r></si>",
    "a reading beside it": '<si><t>a</t><phoneticPr fontId="1"/></si>',
    "nothing": "<si/>",
    "an empty text": "<si><t/></si>",
    "another": "<si><t></t></si>",
    "a marked section": "<si><t><![CDATA[</t></si>]]></t></si>",
    "a comment": "<!-- <si><t>no</t></si> --><si><t>a</t></si>",
    "an instruction": "<?x <si><t>no</t></si> ?><si><t>a</t></si>",
    "what is no item": "<x><t>a</t></x>",
    "an item within another": "<x><si><t>a</t></si></x>",
    "text between items": "a <si><t>b</t></si> c",
    "an escape": "<si><t>_x005F_x000D_ x005F_</t></si>",
    "another namespace": '<si xmlns="urn:other"><t>a</t></si>',
}


def by_the_library(table: bytes) -> list[str] | type:
    from openpyxl.reader.strings import read_string_table

    try:
        return read_string_table(BytesIO(table))
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is the same
        return type(problem)


def ours(table: bytes) -> list[str] | type:
    try:
        return excel_strings.strings(lambda: BytesIO(table))
    except Exception as problem:  # noqa: BLE001 - the same
        return type(problem)


@given(items=st.lists(st.sampled_from(list(ODD_ITEMS.values())) | TEXTS.map("<si><t>{}</t></si>".format)))
def test_shared_texts_are_what_the_library_reads(items):
    for table in (f"{TABLE}{''.join(items)}</sst>", f"{TABLE}{''.join(items)}"):
        assert ours(table.encode()) == by_the_library(table.encode())


@pytest.mark.parametrize(
    "table",
    [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        + TABLE
        + ODD_ITEMS["space"]
        + "</sst>\n",
        f"{TABLE}</sst>",
        f"{TABLE} {ODD_ITEMS['space']} <extLst/></sst>",
        f'<x:sst xmlns:x="{excel_plain.MAIN}"><x:si><x:t>a</x:t></x:si></x:sst>',
        '<sst xmlns="urn:other"><si><t>a</t></si></sst>',
        "<sst><si><t>a</t></si></sst>",
        f'<?xml version="1.0" encoding="UTF-16"?>{TABLE}<si><t>a</t></si></sst>',
        f"{TABLE}<si><t>{'ü' * (1 << 20)}</t></si><si><t>a</t></si></sst>",
        "",
    ],
)
def test_so_are_those_of_tables_laid_out_in_another_way(table):
    coded = table.encode("utf-16" if "UTF-16" in table else "utf-8")
    assert ours(coded) == by_the_library(coded)


def test_shared_texts_as_programs_write_them_are_plain():
    """As `test_what_programs_write_is_plain`."""
    table = f'{TABLE}<si><t>a</t></si><si><t xml:space="preserve"> R&amp;B</t></si></sst>'.encode()
    assert list(excel_strings.plain(BytesIO(table))) == ["a", " R&B"]


def test_what_programs_write_is_plain(tmp_path):
    """Nothing of it goes to the library, and rows of texts not even cell by cell, or reading would be as slow as it was."""
    cells = {(r, c): (f"text {r}", "") for r in range(4) for c in range(3)} | {(2, 5): (3.5, "0.00")}
    path = tmp_path / "book.xlsx"
    path.write_bytes(by_xlsxwriter(cells, {1}, True))
    ((sheet, written),) = open_book(path).sheets
    way = way_of(sheet, written, Seen())
    taken = {"sharing": [], "plain": []}

    def noted(name: str):
        return lambda line, *more: taken[name].append(line) or getattr(way, name)(line, *more)

    ours = (noted("sharing"), noted("plain"), lambda text: pytest.fail(text), way.around)
    rows = list(excel_plain.rows(sheet._get_source, *ours))
    assert taken == {"sharing": [2, 4], "plain": [1, 3]}
    assert [(line, is_hidden) for line, _, is_hidden in rows[:3]] == [(1, False), (2, True), (3, False)]
