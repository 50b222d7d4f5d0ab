"""Pages of ours: what stands on one is text, it asks nothing of any network, and anybody can read it."""

import re

import jinja2
import pytest
from lxml import html

from reports import pages
from reports.charts import Point, run_chart
from tests.browser import chromium

PAGE = """
{% extends "base.html" %}
{% from "parts.html" import table, picture, notice %}
{% block title %}Made-up & <plain>{% endblock %}
{% block main %}
<h1>Made-up</h1>
{{ notice(words) }}
<h2>Counts</h2>
{{ table("By area", columns, rows, ["[x] means not received."]) }}
{{ table("Nothing", ["Area", "Crimes"], []) }}
<h2>Chart</h2>
{{ picture(chart, "crimes") }}
{% endblock %}
"""
ROWS = [["Barnsley", "crime", "1,234", "52.4", "40.7 to 76.6"], ["Doncaster", "crime", "[x]", None, "[z]"]]
COLUMNS = ["Area", "Unit", "Crimes", "Share", "95 % interval"]


def drawn(**more):
    points = [Point(f"2024-{n:02}", str(n * 3 % 7)) for n in range(1, 13)]
    told = {
        "watermark": "Provisional: figures may change",
        "footer": "Release made",
        "words": "<script>alert(1)</script>",
        "columns": COLUMNS,
        "rows": ROWS,
        "chart": run_chart(points, title="Crimes by month", unit="crime"),
    }
    return pages._environment().from_string(PAGE).render(told | more)


@pytest.fixture(scope="module")
def text():
    return drawn()


@pytest.fixture(scope="module")
def page(text):
    return html.fromstring(text)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.mark.faults(80)
def test_text_is_text_wherever_it_stands(text, page):
    assert not list(page.iter("script"))
    assert "Note <script>alert(1)</script>" in " ".join(page.text_content().split())
    assert page.find(".//title").text == "Made-up & <plain>"
    # A style sheet knows no entities: what stands above a printed page is escaped its own way.
    assert r'@top-left { content: "Made-up \26  \3c plain\3e "; }' in text


@pytest.mark.parametrize(
    ("words", "is_quoted"),
    [('say "x"\n \\ now', r'"say \22 x\22  \5c  now"'), ("</style>", r'"\3c /style\3e "'), ("", '""')],
)
def test_words_of_a_style_sheet_cannot_end_it(words, is_quoted):
    assert pages.quoted(words) == is_quoted


def test_what_is_not_told_is_an_error_not_a_gap():
    told = pages._environment().from_string(PAGE)
    with pytest.raises(jinja2.UndefinedError, match="'watermark' is undefined"):
        told.render(footer="Release made", words="", columns=[], rows=[], chart=None)


def test_a_watermark_stands_on_the_page_and_above_each_printed_one(text, page):
    assert page.find_class("watermark")[0].text == "Provisional: figures may change"
    assert '@top-right { content: "Provisional: figures may change"; }' in text
    without = drawn(watermark=None)
    assert 'class="watermark"' not in without and '@top-right { content: ""; }' in without


def test_a_table_has_a_caption_and_its_headers_say_what_they_head(page):
    first, empty, of_chart = page.iter("table")
    assert first.find("caption").text == "By area"
    assert [th.get("scope") for th in first.find("thead").iter("th")] == ["col"] * 5
    assert [th.get("scope") for th in first.find("tbody").iter("th")] == ["row"] * 2
    assert [td.text for td in first.findall(".//td")][:4] == ["crime", "1,234", "52.4", "40.7 to 76.6"]
    assert [td.text for td in first.findall(".//td")][4:] == ["crime", "[x]", None, "[z]"]
    assert [td.text for td in empty.findall(".//td")] == ["None."]
    assert len(of_chart.findall("tbody/tr")) == 12


def test_figures_and_marks_stand_to_the_right_and_words_to_the_left(page):
    first = next(page.iter("table"))
    assert [th.get("class") for th in first.find("thead").iter("th")] == [None, None, *["figure"] * 3]
    assert pages.of_figures([["a", "12", ""], ["b", "12 of 30", ""]]) == set()
    assert pages.of_figures([["a", "−1,203.5", "£12"], ["b", "[c]", "52.4 %"]]) == {1, 2}


def test_a_chart_brings_its_words_and_its_figures(page):
    (chart,) = page.iter("{*}svg")
    assert chart.get("aria-labelledby") == "crimes-title crimes-desc"
    details = page.find(".//details")
    assert details.find("summary").text_content() == "The figures of this chart: Crimes by month"
    ids = [e.get("id") for e in page.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_a_page_asks_nothing_of_any_network(text):
    said = text.replace("http://www.w3.org/", "")
    assert not re.search(r"https?:|//\w|<script|<link|<iframe|src=|@import|url\((?!#)", said)
    assert "default-src 'none'" in text


def test_the_colours_are_those_of_the_charts(text):
    assert "--dark-blue: #12436D;" in text and "--dark-pink: #801650;" in text
    assert set(re.findall(r"var\(--([\w-]+)\)", text)) <= set(pages.COLOURS)


def test_the_same_telling_gives_the_same_text(text):
    assert drawn() == text


def test_everybody_can_read_it_in_a_browser(browser, text, tmp_path):
    place = tmp_path / "page.html"
    place.write_text(text, "utf-8")
    assert browser.axe(place) == []
    assert browser.too_wide(place) == 0
    with browser.page(place) as (page, complaints):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.emulate_media(media="print")
        assert page.locator("figure table").is_visible()  # closed on screen, open on paper
        assert complaints == []


def test_a_page_that_is_bad_is_found_bad(browser, tmp_path):
    place = tmp_path / "bad.html"
    place.write_text(
        '<!doctype html><html><title>x</title><h1>x</h1><p style="color:#aaa">pale</p><img src="http://example.org/a.png">'
    )
    found = browser.axe(place)
    rules = {line.split(":")[0] for line in found}
    assert {"html-has-lang", "image-alt", "color-contrast", "region"} <= rules
    assert "request: http://example.org/a.png" in found
