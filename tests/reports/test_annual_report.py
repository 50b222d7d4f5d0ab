import re
from datetime import datetime
from decimal import Decimal

import pytest
from lxml import html
from openpyxl import load_workbook

from refusal import Refusal
from reports.annual_figures import Figure
from reports.annual_report import annual_report
from reports.release import release

LAST = ["Place not known", "South Yorkshire"]


@pytest.fixture
def cut(warehouse, tmp_path):
    return release(warehouse, "ROT", "2024-25", None, tmp_path / "releases")


@pytest.fixture
def drawn(cut, tmp_path):
    return annual_report(cut, tmp_path / "report")


@pytest.fixture
def page(drawn):
    return html.fromstring(drawn[0].read_text("utf-8"))


@pytest.fixture
def book(drawn):
    return load_workbook(drawn[1])


def grid(table):
    """A table as the text of its cells, a word for what stands under a figure."""
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table.iter("tr")]


def fills(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def table_of(sheet):
    (table,) = sheet.tables.values()
    return [[cell.value for cell in row] for row in sheet[table.ref]]


def test_the_page_says_the_figures_and_what_was_not_received(page):
    counts, complaints, *_ = page.iter("table")
    absent, part, no_place = "[x]not received", "part received", "–not counted by place"
    assert grid(counts) == [
        ["Count", "Unit", *("Rotherham", "Barnsley", "Doncaster", "Sheffield"), *LAST],
        ["CSE complaints", "complaint", "41", "0", absent, f"17{part}", f"1{part}", f"59{part}"],
        ["CSE crimes", "crime", "20", *[absent] * 4, f"30{part}"],
        ["Police officers on CSE", "FTE", "12.75", *[absent] * 3, no_place, absent],
        ["Police officers on CSE", "person", "14", *[absent] * 3, no_place, absent],
    ]
    assert grid(complaints)[0] == ["Area", "2023-24", "2024-25"]
    assert grid(complaints)[1] == ["Rotherham", "1,234", "41"]


def test_a_count_has_a_row_for_the_place_not_known_only_where_it_has_one(page, book):
    _, complaints, crimes, fte, *_ = page.iter("table")
    assert grid(complaints)[-2:] == [[LAST[0], "0", "1part received"], [LAST[1], "1,236", "59part received"]]
    assert grid(crimes)[-2] == [LAST[0], "3", "[x]not received"]
    assert [row[0] for row in grid(fte)][-2:] == ["Sheffield", LAST[1]]
    assert re.fullmatch(r"Place not known \[note \d+\]", table_of(book["Table_2"])[-2][0])
    assert table_of(book["Table_2"])[-2][1:] == [0, 1, "2024-25 part received"]
    assert table_of(book["Table_3"])[-2][1:] == [3, "[x]", "2024-25 not received"]
    assert table_of(book["Table_4"])[-2][0] == "Sheffield"


def test_without_a_place_not_known_there_is_no_column_and_no_word_of_it(warehouse, tmp_path):
    warehouse.execute("delete from marts.mart_annual_report where area_code = 'U'")
    drawn = annual_report(release(warehouse, "ROT", "2024-25", None, tmp_path), tmp_path / "report")
    page = html.fromstring(drawn[0].read_text("utf-8"))
    assert grid(next(page.iter("table")))[0][-2:] == ["Sheffield", "South Yorkshire"]
    assert "Place not known" not in page.text_content()
    sheets = [fills(sheet) for sheet in load_workbook(drawn[1]).worksheets]
    assert "Place not known" not in str(sheets)


def test_the_dash_is_heard_as_words_and_the_sum_is_explained(page):
    cell = next(cell for cell in page.iter("td") if "–" in cell.text_content())
    assert [(s.text, s.get("aria-hidden")) for s in cell] == [("–", "true"), ("not counted by place", None)]
    assert "– means not counted by place." in page.find(".//caption").text
    said = [note.text for note in page.iter("li")]
    assert (
        "South Yorkshire is counted on its own: it holds what happened there at a place not known, "
        "and counts a child known in two areas once."
    ) in said
    assert "[x] means a return was not received. It does not mean 0." in said


def test_a_report_of_south_yorkshire_marks_its_row(warehouse, tmp_path):
    drawn = annual_report(release(warehouse, "SY", "2024-25", None, tmp_path), tmp_path / "report")
    page = html.fromstring(drawn[0].read_text("utf-8"))
    own = [row[0].text for row in page.find_class("own") if row.tag == "tr"]
    assert own == ["South Yorkshire"] * 4
    first, *_, last = table_of(load_workbook(drawn[1])["Table_2"])[1:]
    assert first[0].startswith("South Yorkshire [note ") and last[0].startswith("Place not known [note ")


def test_the_page_can_be_read_by_everyone(page):
    assert page.get("lang") == "en-GB"
    assert page.find(".//title").text == page.find(".//h1").text
    for table in page.iter("table"):
        assert table.find("caption").text_content()
        assert {th.get("scope") for th in table.find("thead").iter("th")} == {"col"}
        assert {th.get("scope") for th in table.find("tbody").iter("th")} == {"row"}
        assert len({len(row) for row in table.iter("tr")}) == 1  # no cell is merged
    ids = [e.get("id") for e in page.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert {e.get("aria-labelledby") for e in page.iter() if e.get("aria-labelledby")} <= set(ids)


def test_the_page_asks_nothing_of_any_network(drawn):
    text = drawn[0].read_text("utf-8")
    assert not re.search(r"https?:|<script|<link|<img|src=|@import|url\(", text)


def test_each_count_says_unit_and_basis(page):
    captions = [c.text_content() for c in page.iter("caption")]
    assert "By area and financial year. Unit: complaint. Basis: flow, what happened in the year." in captions
    fte = "By area and financial year. Unit: FTE. Basis: stock, as it stood on the last day of the year."
    assert fte in captions


def test_page_and_workbook_say_they_are_restricted_and_of_what_vintage(page, book):
    restricted = "Restricted: small numbers not yet protected. Do not publish."
    assert page.find_class("restricted")[0].text == restricted
    assert "received on 2 May 2025, 10:30 UTC." in page.find_class("facts")[0].text
    for sheet in book.worksheets[3:]:
        assert sheet["A2"].value == restricted
    cover = [row[0] for row in fills(book["Cover"])]
    assert restricted in cover
    assert "Vintage: the last return behind these figures was received on 2 May 2025, 10:30 UTC." in cover
    assert "Returns: R04 version 1.1, R09 version 1.0." in cover


def test_the_workbook_has_one_named_table_to_a_sheet(book):
    assert book.sheetnames == [
        "Cover",
        "Contents",
        "Notes",
        "Table_1",
        "Table_2",
        "Table_3",
        "Table_4",
        "Table_5",
        "Table_6",
    ]
    names = [list(sheet.tables) for sheet in book.worksheets[1:]]
    assert names == [
        ["contents_table"],
        ["notes_table"],
        ["counts"],
        ["table_2"],
        ["table_3"],
        ["table_4"],
        ["table_5"],
        ["table_6"],
    ]
    assert not any(sheet.merged_cells.ranges for sheet in book.worksheets)
    assert not any(None in row for sheet in book.worksheets[1:] for row in table_of(sheet))


def test_the_workbook_says_the_same_figures_as_numbers(book):
    part = "part received"
    assert table_of(book["Table_1"])[1] == [
        *("CSE complaints", "complaint", "flow", 41, 0, "[x]", 17, 1, 59),
        f"Doncaster not received; Sheffield {part}; Place not known {part}; South Yorkshire {part}",
    ]
    assert table_of(book["Table_2"])[1] == ["Rotherham", 1234, 41, "All received"]
    assert table_of(book["Table_2"])[-1][0].startswith("South Yorkshire [note ")
    assert table_of(book["Table_1"])[3][3:9] == [12.75, "[x]", "[x]", "[x]", "[z]", "[x]"]
    assert "[z] means not counted by place." in [row[0] for row in fills(book["Table_1"])]
    assert "[z]" not in str(fills(book["Table_2"]))
    assert table_of(book["Table_4"])[1][1:] == ["[x]", 12.75, "2023-24 not received"]


def test_fte_has_two_decimals_rates_one_and_counts_none(book):
    (table,) = book["Table_1"].tables.values()
    assert [row[3].number_format for row in book["Table_1"][table.ref]][1:] == [
        *("#,##0", "#,##0", "#,##0.00", "#,##0"),
    ]
    (table,) = book["Table_4"].tables.values()
    assert book["Table_4"][table.ref][1][2].number_format == "#,##0.00"
    shown = [
        Figure(Decimal("1012.75"), "received", unit).shown for unit in ("FTE", "crimes per 10,000 aged 0-17")
    ]
    assert shown == ["1,012.75", "1,012.8"]


def test_what_was_not_received_is_named_by_return_and_organisation(page, book):
    assert grid(list(page.iter("table"))[-1])[1:] == [["2024-25", "R04 SYP, R09 DON"]]
    assert table_of(book["Table_6"])[1:] == [["2024-25", "R04 SYP, R09 DON"]]


def test_every_note_named_is_on_the_sheet_notes(book):
    numbers = {row[0] for row in table_of(book["Notes"])[1:]}
    text = " ".join(str(cell) for sheet in book.worksheets[3:] for row in fills(sheet) for cell in row)
    assert {int(n) for n in re.findall(r"\[note (\d+)\]", text)} == numbers


def test_the_workbook_is_dated_by_its_figures_not_by_the_clock(book):
    assert book.properties.created == datetime(2025, 5, 2, 10, 30)
    assert book.properties.title == "Child sexual exploitation in Rotherham: the seven counts, 2024-25"


def test_the_same_release_gives_the_same_bytes(cut, drawn, tmp_path):
    again = annual_report(cut, tmp_path / "again")
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in drawn]


def test_a_release_that_was_touched_is_not_drawn(cut, tmp_path):
    table = cut / "figures.csv"
    table.write_text(table.read_text("utf-8").replace("41", "14"), encoding="utf-8")
    with pytest.raises(Refusal, match=r"figures.csv in annual-ROT.* is not the one its manifest names"):
        annual_report(cut, tmp_path / "report")


def test_text_from_the_warehouse_is_text_on_the_page(warehouse, tmp_path):
    warehouse.execute("update marts.mart_annual_report set definition = '<script>alert(1)</script> =1+1'")
    page, workbook = annual_report(release(warehouse, "ROT", "2024-25", None, tmp_path), tmp_path / "report")
    assert not list(html.fromstring(page.read_text("utf-8")).iter("script"))
    cells = [c for sheet in load_workbook(workbook) for row in sheet.iter_rows() for c in row]
    assert not [c.coordinate for c in cells if c.data_type == "f"]


def test_a_break_the_years_cross_is_noted_once_on_page_and_sheet_and_no_other_is(page, book):
    breaks = [
        "CSE crimes: the series breaks on 2024-07-01. A new form was used.",
        "Police officers on CSE: the series breaks. The day is not known.",
    ]
    notes = [item.text_content() for item in page.iter("li")]
    assert [note for note in notes if "the series breaks" in note] == breaks
    assert [row[1] for row in fills(book["Notes"]) if "the series breaks" in str(row[1])] == breaks
