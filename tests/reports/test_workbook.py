import re
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from refusal import Refusal
from reports.workbook import Book, Noted, Sheet, cell, write_workbook

COUNTS = Sheet(
    name="Table_1",
    title="Table 1: complaints",
    notes=("Years end on 31 March.",),
    columns=("Area", "2023-24", "2024-25", "Rate", "Remarks"),
    rows=(
        ("Rotherham", 1234, cell("41"), cell("7.5"), "All received"),
        ("Barnsley", cell("0"), cell("x"), cell("12", places=1), "2024-25 not received"),
        (Noted("Place not known", ("Never imputed.",)), cell("c"), cell("u"), cell("*"), ""),
    ),
    subtitles=("Protected.",),
    scope="Reports of child sexual exploitation.",
    source="Release R.",
)
OTHER = Sheet(
    name="Table_2",
    title="Table 2: crimes",
    notes=("Counted once.", "Years end on 31 March."),
    columns=("Area", "Figure"),
    rows=(("Rotherham", 5), ("Sheffield", Decimal("2.25"))),
)
BOOK = Book(
    title="Figures of 2024-25",
    created=datetime(2025, 5, 2, 10, 30),
    intro=("Protected.",),
    about=("Vintage: 2 May 2025.",),
    sheets=(COUNTS, OTHER),
    subject="Child sexual exploitation",
    keywords=("children", "statistics"),
)


@pytest.fixture
def book(tmp_path):
    return load_workbook(write_workbook(BOOK, tmp_path / "book.xlsx"))


def table_of(sheet):
    (table,) = sheet.tables.values()
    return [[c.value for c in row] for row in sheet[table.ref]]


def lines_of(sheet):
    return [row[0].value for row in sheet.iter_rows()]


def with_rows(*rows, **more):
    return replace(BOOK, sheets=(replace(OTHER, rows=rows, **more),))


def test_the_sheets_are_cover_contents_notes_and_the_tables(book):
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Table_1", "Table_2"]
    assert lines_of(book["Cover"]) == [
        "Figures of 2024-25",
        "Introductory information",
        "Protected.",
        "About these data",
        "Vintage: 2 May 2025.",
    ]
    assert [row[0] for row in table_of(book["Contents"])] == ["Sheet name", "Table_1", "Table_2"]


def test_the_figures_are_these_cells(book):
    assert table_of(book["Table_1"]) == [
        ["Area", "2023-24", "2024-25", "Rate", "Remarks"],
        ["Rotherham", 1234, 41, 7.5, "All received"],
        ["Barnsley", 0, "[x]", 12, "2024-25 not received"],
        ["Place not known [note 2]", "[c]", "[u]", "[c]", "[z]"],
    ]
    assert table_of(book["Table_2"]) == [["Area", "Figure"], ["Rotherham", 5], ["Sheffield", 2.25]]


def test_numbers_are_numbers_with_their_decimals(book):
    (table,) = book["Table_1"].tables.values()
    cells = [c for row in book["Table_1"][table.ref] for c in row if c.data_type == "n"]
    assert [(c.value, c.number_format) for c in cells] == [
        (1234, "#,##0"),
        (41, "#,##0"),
        (7.5, "#,##0.0"),
        (0, "#,##0"),
        (12, "#,##0.0"),
    ]
    assert book["Table_2"]["B5"].number_format == "#,##0.00"


def test_a_note_has_one_number_in_all_sheets(book):
    assert table_of(book["Notes"]) == [
        ["Note number", "Note text"],
        [1, "Years end on 31 March."],
        [2, "Never imputed."],
        [3, "Counted once."],
    ]
    assert book["Table_1"]["A1"].value == "Table 1: complaints [note 1]"
    assert book["Table_2"]["A1"].value == "Table 2: crimes [note 3][note 1]"


def test_each_sheet_says_what_its_shorthand_means(book):
    assert lines_of(book["Table_1"])[1:9] == [
        "Protected.",
        "This sheet has one table. The notes are on the sheet Notes.",
        "[c] means hidden, so that nobody can be found.",
        "[x] means not received. It does not mean 0.",
        "[z] means does not apply.",
        "[u] means of too few for a rate or a median.",
        "Release R.",
        "Reports of child sexual exploitation.",
    ]
    assert not any("means" in str(line) for line in lines_of(book["Table_2"]))


def test_everyone_can_read_it(book):
    told = book.properties
    assert (told.title, told.creator, told.language) == (BOOK.title, "South Yorkshire core data set", "en-GB")
    assert (told.subject, told.keywords) == ("Child sexual exploitation", "children, statistics")
    assert told.created == told.modified == BOOK.created
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges and sheet.freeze_panes is None and not sheet.auto_filter.ref
        assert not any(d.hidden for d in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
        assert sheet.sheet_state == "visible" and lines_of(sheet)[0]
        assert all(any(c.value is not None for c in row) for row in sheet.iter_rows())
        for table in sheet.tables.values():
            assert all(c.value not in (None, "") for row in sheet[table.ref] for c in row)
    names = [name for sheet in book.worksheets for name in sheet.tables]
    assert names == ["contents_table", "notes_table", "table_of_table_1", "table_of_table_2"]


def test_the_same_book_is_the_same_bytes(tmp_path):
    first, again = (write_workbook(BOOK, tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == again
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.faults(79)
def test_nothing_in_a_text_becomes_a_formula_a_link_or_a_note(tmp_path):
    texts = ["=1+1", "+44", "-1 day", "@SUM(A1)", "[see](http://example.org)", "$$a$$ b", "12", "https://a.b"]
    book = with_rows(*((text, text) for text in texts))
    sheet = load_workbook(write_workbook(book, tmp_path / "book.xlsx"))["Table_2"]
    (table,) = sheet.tables.values()
    cells = list(sheet[table.ref])[1:]
    shown = [*texts[:4], "[see] (http://example.org)", "$a$ b", *texts[6:]]
    assert [[c.value for c in row] for row in cells] == [[text, text] for text in shown]
    assert {c.data_type for row in cells for c in row} == {"s"}
    assert all(c.hyperlink is None for row in cells for c in row)
    with zipfile.ZipFile(tmp_path / "book.xlsx") as parts:
        assert not re.search(rb"<f>", parts.read("xl/worksheets/sheet4.xml"))


def test_a_long_text_is_wrapped(tmp_path):
    book = with_rows(("Rotherham", "long " * 60))
    sheet = load_workbook(write_workbook(book, tmp_path / "book.xlsx"))["Table_2"]
    assert sheet.column_dimensions["B"].width < 82
    assert sheet["B4"].alignment.wrap_text


@pytest.mark.parametrize(
    ("book", "says"),
    [
        (replace(BOOK, sheets=(COUNTS, COUNTS)), "Two sheets of the workbook would have the same name."),
        (replace(BOOK, sheets=(replace(COUNTS, name="notes"),)), "would have the same name."),
        (with_rows(("a", 1), name="Table 2"), "Table 2: a sheet's name is of letters, digits and _"),
        (with_rows(), "Table_2: a table needs rows"),
        (with_rows(("a", 1), columns=("A", "A")), "Table_2: a table needs rows"),
        (with_rows(("a",)), "Table_2: every row needs a cell for each of 2 columns."),
        (with_rows(("a", float("nan"))), "Table_2: nan is not a number. Give its mark."),
        (with_rows(("a", "–")), "Table_2: the cell – is of signs alone. Say it in words."),
        (with_rows(("a", 1), notes=()), "give at least one note"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, book, says):
    with pytest.raises(Refusal, match=re.escape(says)):
        write_workbook(book, tmp_path / "book.xlsx")
    assert not (tmp_path / "book.xlsx").exists()


@pytest.mark.parametrize(
    ("text", "places", "written"),
    [
        ("1234", 0, "1234"),
        ("12", 1, "12.0"),
        ("12.50", 0, "12.5"),
        ("12.75", 1, "12.75"),
        ("-3", 0, "-3"),
        ("c", 1, "[c]"),
        ("*", 0, "[c]"),
        ("", 0, "[z]"),
        (None, 0, "[z]"),
        ("R04 SYP", 0, "R04 SYP"),
    ],
)
def test_a_releases_text_becomes_a_cell(text, places, written):
    assert str(cell(text, places)) == written
