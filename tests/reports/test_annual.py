"""The annual report: what page, PDF, workbook and open data say is what the release says, and they agree."""

import csv
import json
import re

import pytest
from lxml import html
from openpyxl import load_workbook
from pypdf import PdfReader

from refusal import Refusal
from reports.annual import annual_report
from reports.annual.book import tables
from reports.annual.contents import contents
from reports.annual.model import Drawn, Table, Words
from reports.rounding import half_up
from reports.words import places
from tests.browser import chromium
from tests.reports.annual_county import FACTOR_11A, county


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return county(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def report(release):
    return contents(release, "ROT", "2024-25")


@pytest.fixture(scope="module")
def files(release, tmp_path_factory):
    return annual_report(release, "ROT", "2024-25", tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(files):
    return html.fromstring(files[0].read_text("utf-8"))


@pytest.fixture(scope="module")
def paper(files):
    return " ".join(" ".join(p.extract_text() for p in PdfReader(files[1]).pages).split())


@pytest.fixture(scope="module")
def book(files):
    return load_workbook(files[2])


def named(report, start) -> Table:
    return next(t for _, t in report.tables if t.title.startswith(start))


def grid(table):
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table.iter("tr")]


def data(files) -> list[dict]:
    rows = []
    for path in files[3:]:
        if path.suffix == ".csv" and not path.name.endswith(".meta.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                told = list(csv.DictReader(file))
            column = next(c for c in told[0] if re.fullmatch(r"figure_(?!status)[a-z]+", c))
            rows += [row | {"figure": row[column]} for row in told]
    return rows


def test_the_page_says_every_table_of_the_report(report, page):
    told = {t.find("caption").text_content(): grid(t) for t in page.iter("table")}
    for _, table in report.tables:
        assert told[table.title] == [list(table.columns), *table.shown], table.title


def test_the_workbook_says_the_same_to_the_same_decimals(report, book):
    for n, (_, table) in enumerate(tables(report), start=1):
        sheet = book[f"Table_{n}"]
        (found,) = sheet.tables.values()
        cells = [[cell.value for cell in row] for row in sheet[found.ref]]
        assert cells[0] == list(table.columns)
        for told, shown, row in zip(cells[1:], table.shown, table.rows, strict=True):
            for value, text, cell in zip(told, shown, row, strict=True):
                if isinstance(value, int | float):
                    assert f"{half_up(value, places(getattr(cell, 'unit', ''))):,}" == text
                else:
                    assert value == text


def test_the_pdf_says_the_rows_of_figures_as_the_page_does(report, paper):
    """Every row of every table but those of detail, which the PDF says it leaves to the others."""
    short = [(t, row) for _, t in report.tables for row in t.shown if len(row[0]) < 30]
    lost = [row for t, row in short if not t.is_detail and " ".join(row[1:]) not in paper]
    assert lost == []
    assert [t.title for _, t in report.tables if t.is_detail and t.title in paper] == []
    assert "Tables of detail stand on the page, in the workbook and in the open data" in paper
    assert report.title in paper


def test_the_open_data_says_every_figure_of_the_report_and_no_other(report, files):
    """By indicator, place, period and breakdown the value is the release's own, every digit of it."""
    told = {
        (r["indicator"].split()[0], r["time_period"], r["figure"])
        for r in data(files)
        if r["figure_status"] != "no total is counted"
    }
    ours = {
        (
            f.indicator_code,
            f"{f.start_date.year}" + ("" if f.period_kind == "month" else f.period[5:]),
            f.value,
        )
        for f in report.figures
    }
    assert told == ours
    complaints = [
        r["figure"]
        for r in data(files)
        if r["la_name"] == "Rotherham"
        and r["time_identifier"] == "Financial year"
        and r["breakdown"] == "Total"
        and r["indicator"].startswith("I01")
    ]
    assert complaints == ["96", "111"]


def test_a_figure_stands_alike_in_all_four(report, page, paper, book, files):
    """72-hour interviews of Rotherham: 11 of 41, an interval of 15.7 to 41.9."""
    row = next(r for r in named(report, "Return interviews: Rotherham").shown if r[0].startswith("I20 "))
    assert row[1:] == ["34.8", "26.8", "11", "41", "15.7 to 41.9", "changed by no more than chance allows"]
    assert " ".join(row[1:6]) in paper
    cells = [[c.value for c in r] for s in book.worksheets[3:] for r in s.iter_rows()]
    assert [34.8, 26.8, 11, 41, "15.7 to 41.9", row[-1]] in [r[1:7] for r in cells if r[0] == row[0]]
    assert "26.8293" in [r["figure"] for r in data(files) if r["indicator"].startswith("I20 ")]


def test_the_same_release_gives_the_same_bytes(release, files, tmp_path):
    again = annual_report(release, "Rotherham", "2024-25", tmp_path)
    assert [p.name for p in again] == [p.name for p in files]
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in files]


def test_marks_stand_in_brackets_and_never_as_0(report, book):
    assert named(report, "I04 CSE convictions").shown == [
        ["Rotherham", "5", "9"],
        ["Barnsley", "[c]", "10"],
        ["Doncaster", "11", "[x]"],
        ["Sheffield", "19", "17"],
        ["South Yorkshire", "44", "36"],
    ]
    assert "[c] means hidden, so that nobody can be found." in report.notes
    assert not [v for s in book.worksheets for r in s.iter_rows() for v in r if v.value == "x"]


def test_what_was_not_received_is_named_where_it_counts(report):
    notes = named(report, "I04 CSE convictions").notes
    assert "Not received, which does not mean 0: 2024-25 Doncaster (R07 HMC)." in notes
    assert "Part received, may still change: 2024-25 South Yorkshire (R07 HMC)." in notes
    assert named(report, "Returns not received").shown == [["2024-25 Courts", "R07"]]
    assert "Provisional, may still change: 2024-25 Sheffield." in named(report, "I03 CSE prosecutions").notes


def test_areas_stand_in_their_order_and_a_place_not_known_only_where_something_is_of_it(report):
    side = named(report, "The seven counts: the areas side by side")
    assert side.columns[1:] == (
        *("Rotherham", "Barnsley", "Doncaster", "Sheffield"), "Place not known", "South Yorkshire"
    )  # fmt: skip
    assert named(report, "Return interviews: the areas").columns[1:] == (
        *("Rotherham", "Barnsley", "Doncaster", "Sheffield"), "South Yorkshire"
    )  # fmt: skip
    sheffield = next(r for r in named(report, "I03").shown if r[0] == "Sheffield")
    assert sheffield == ["Sheffield", "35", "34"]


def test_suspects_are_told_for_the_county_alone(report, page, paper, files):
    assert {f.area_code for f in report.figures if f.indicator_code == "I14"} == {"SY"}
    assert named(report, "I14 Suspects and defendants of CSE (person; flow), by ethnicity").shown == [
        ["White", "200", "215"],
        ["Unknown", "100", "100"],
        ["All", "300", "315"],
    ]
    assert "66" not in {r["figure"] for r in data(files) if r["indicator"].startswith("I14")}
    assert all("66" not in row for t in page.iter("table") for row in grid(t) if "Suspect" in row[0])


def test_published_figures_stand_as_published_and_a_jump_is_flagged(report):
    table = named(report, "Assessed episodes with factor 11A")
    assert table.shown[0] == ["Rotherham", "282", "219", "283", "231", "161", "134", "100", "76"]
    assert [row[0] for row in table.shown] == ["Rotherham", "Barnsley", "Doncaster", "Sheffield", "England"]
    assert [row[1:] for row in table.shown[1:4]] == [list(FACTOR_11A[a]) for a in ("370", "371", "373")]
    assert "Doncaster 2021-22 (51 to 11)" in " ".join(table.notes)
    trafficking = named(report, "Assessed episodes with factor 12A")
    assert trafficking.shown[1] == ["Barnsley", "0", "[c]"]
    assert "c is as published: Confidential: suppressed." in trafficking.notes


def test_the_register_shows_evidence_of_this_release(report):
    rows = {r[0]: r[1:] for r in named(report, "Recommendations and their evidence").shown}
    assert list(rows) == ["REC-3", "REC-8", "REC-18", "APP-1-1"]
    assert rows["REC-18"][1:] == ["done 1 (31 March 2025)", "I03 27 defendant"]
    assert rows["REC-8"][2] == (
        "I20 26.8 % of required; return R05: 2 of 2 months received; held every night by X05"
    )
    assert rows["APP-1-1"][2] == "I26: no figure in this release"
    assert rows["REC-3"][1:] == ["not known", "No data exists: no indicator, return or rule is its evidence."]
    said = [
        line for p in report.sections[-1].parts for i in p.items if isinstance(i, Words) for line in i.lines
    ]
    assert said == ["Other actions that Rotherham returned for 2024-25: 1 done, 2 on track."]


def test_no_chart_is_empty_and_what_cannot_be_drawn_is_said(report):
    drawn = [i.picture for s in report.sections for p in s.parts for i in p.items if isinstance(i, Drawn)]
    assert [p.title for p in drawn] == [
        "I01 CSE complaints, Rotherham, month by month",
        "I03 CSE prosecutions, 2023-24 to 2024-25",
        "I04 CSE convictions, 2023-24 to 2024-25",
        "I20 Independent return interviews within 72 hours, 2023-24 to 2024-25",
        "I20 Independent return interviews within 72 hours",
        "I35 Safeguarding funnel: referrals that reach each stage, Rotherham",
        "Returns received for Rotherham and South Yorkshire, 2024-25",
    ]
    assert all("No figure can be shown" not in p.alt for p in drawn)
    lines = [
        x for s in report.sections for p in s.parts for i in p.items if isinstance(i, Words) for x in i.lines
    ]
    assert "No chart of I02 (crime), Rotherham: the release has too few figures that may be shown." in lines
    assert (
        "No waterfall of police and council records: the release does not tell what one side has alone."
        in lines
    )


def test_every_restricted_file_says_so_and_the_page_asks_nothing(report, files, paper, book):
    mark = "Restricted: small numbers not yet protected. Do not publish."
    text = files[0].read_text("utf-8")
    assert mark in text and mark in paper
    assert {mark} == {next(c.value for c in s["A"] if c.value == mark) for s in book.worksheets[3:]}
    assert mark in json.loads(files[-1].read_text("utf-8"))["description"]
    assert not re.search(r"<script|<link|src=\"?https?:|@import", text)


def test_a_public_release_has_no_mark_and_years_alone(tmp_path):
    row = dict.fromkeys(("breakdown", "value_order", "level", "series", "detail"), "")
    row |= {"row_order": "1", "section": "Only", "part": "This", "shown": "run"}
    row |= {"indicator_code": "I01", "unit": "complaint"}
    told = contents(county(tmp_path, is_public=True, annual_sections=[row]), "SY", "2024-25")
    assert told.watermark == ""
    assert told.title == "Child sexual exploitation in South Yorkshire: annual report, 2024-25"
    assert [t.title for _, t in told.tables] == ["I01 CSE complaints (complaint; flow), 2023-24 to 2024-25"]


def test_the_release_says_itself_what_stands_where(tmp_path):
    row = dict.fromkeys(("breakdown", "value_order", "level", "series", "detail"), "")
    row |= {"row_order": "1", "section": "Only", "part": "This", "shown": "areas"}
    row |= {"indicator_code": "I03", "unit": "defendant"}
    told = contents(county(tmp_path, annual_sections=[row]), "DON", "2024-25")
    assert [(s.title, t.title) for s, t in told.tables] == [
        ("Only", "I03 CSE prosecutions (defendant; flow), 2023-24 to 2024-25")
    ]
    wrong = county(tmp_path / "wrong", annual_sections=[row | {"shown": "pie"}])
    with pytest.raises(Refusal, match="pie is not a way to show"):
        contents(wrong, "DON", "2024-25")


def test_an_area_or_a_year_the_release_has_not_is_refused(release):
    with pytest.raises(Refusal, match=r"There is no area Leeds\. The areas are BAR, DON, ROT, SHE, SY\."):
        contents(release, "Leeds", "2024-25")
    with pytest.raises(Refusal, match=r"has no figures of 2019-20\. It has 2023-24, 2024-25\."):
        contents(release, "ROT", "2019-20")


def test_anyone_can_read_the_page(files):
    with chromium() as browser:
        assert browser.axe(files[0]) == []
        assert browser.too_wide(files[0]) == 0
