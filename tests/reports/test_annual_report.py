import re
from datetime import datetime

import pytest
from lxml import html
from openpyxl import load_workbook

from refusal import Refusal
from reports.annual_report import annual_report
from reports.release import release


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
    assert grid(counts) == [
        ["Count", "Unit", "Rotherham", "Barnsley", "Doncaster", "Sheffield", "South Yorkshire"],
        ["CSE complaints", "complaint", "41", "0", "[x]not received", "17part received", "59part received"],
        ["Police officers on CSE", "FTE", "12.5", *["[x]not received"] * 4],
        ["Police officers on CSE", "person", "14", *["[x]not received"] * 4],
    ]
    assert grid(complaints)[0] == ["Area", "2023-24", "2024-25"]
    assert grid(complaints)[1] == ["Rotherham", "1,234", "41"]


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
    ]
    assert not any(sheet.merged_cells.ranges for sheet in book.worksheets)
    assert not any(None in row for sheet in book.worksheets[1:] for row in table_of(sheet))


def test_the_workbook_says_the_same_figures_as_numbers(book):
    assert table_of(book["Table_1"])[1] == [
        *("CSE complaints", "complaint", "flow", 41, 0, "[x]", 17, 59),
        "Doncaster not received; Sheffield part received; South Yorkshire part received",
    ]
    assert table_of(book["Table_2"])[1] == ["Rotherham", 1234, 41, "All received"]
    assert table_of(book["Table_2"])[-1][0].startswith("South Yorkshire [note ")
    assert table_of(book["Table_3"])[1][1:] == ["[x]", 12.5, "2023-24 not received"]


def test_what_was_not_received_is_named_by_return_and_organisation(page, book):
    assert grid(list(page.iter("table"))[-1])[1:] == [["2024-25", "R04 SYP, R09 DON"]]
    assert table_of(book["Table_5"])[1:] == [["2024-25", "R04 SYP, R09 DON"]]


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
