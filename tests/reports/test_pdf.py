"""A page on paper: tagged as PDF/UA-1 asks, dated by its figures, and the same bytes each time."""

import re
import sys
from datetime import datetime, timedelta, timezone

import pikepdf
import pytest

from refusal import Refusal
from reports import pages
from reports.charts import Point, run_chart
from reports.pdf import write_pdf

PAGE = """
{% extends "base.html" %}
{% from "parts.html" import table, picture, notice %}
{% block title %}Made-up figures & <more>{% endblock %}
{% block main %}
<h1>Made-up figures</h1>
<p>See <a href="#chart">the chart</a>.</p>
<h2>Counts</h2>
{{ table("By area", ["Area", "Unit", "Crimes"], rows) }}
<h2 id="chart">Chart</h2>
{{ picture(chart, "crimes") }}
{% endblock %}
"""
ROWS = [[f"Area {n}", "crime", f"{n}"] for n in range(60)]  # more than a page holds
MOMENT = datetime(2025, 6, 2, 11, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture(scope="module")
def text():
    points = [Point(f"2024-{n:02}", str(n * 3 % 7)) for n in range(1, 13)]
    told = {"chart": run_chart(points, title="Crimes by month", unit="crime"), "rows": ROWS}
    page = pages._environment().from_string(PAGE)
    return page.render(watermark="Provisional", footer="Release made", **told)


@pytest.fixture(scope="module")
def written(text, tmp_path_factory):
    return write_pdf(text, tmp_path_factory.mktemp("pdf") / "made.pdf", MOMENT)


@pytest.fixture(scope="module")
def pdf(written):
    with pikepdf.open(written) as found:
        yield found


@pytest.fixture(scope="module")
def elements(pdf):
    return list(below(pdf.Root.StructTreeRoot.K[0]))


def below(element):
    """Every element of the tree of tags, in the order it is read."""
    yield element
    for kid in element.get("/K", []):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from below(kid)


def of(elements, tag):
    return [e for e in elements if str(e.S) == tag]


def test_it_says_it_is_pdf_ua_and_in_what_language(pdf):
    told = pdf.open_metadata()
    assert told["pdfuaid:part"] == "1"
    assert told["dc:title"] == "Made-up figures & <more>"
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.MarkInfo.Marked == True and pdf.Root.ViewerPreferences.DisplayDocTitle == True  # noqa: E712
    assert str(pdf.docinfo.Title) == "Made-up figures & <more>"
    assert {str(page.Tabs) for page in pdf.pages} == {"/S"}


def test_its_headings_are_tags_and_bookmarks(pdf, elements):
    assert [str(e.S) for e in elements if re.fullmatch(r"/H\d", str(e.S))] == ["/H1", "/H2", "/H2"]
    with pdf.open_outline() as outline:
        (top,) = outline.root
        assert (top.title, [o.title for o in top.children]) == ("Made-up figures", ["Counts", "Chart"])


def test_each_header_of_a_table_says_which_way_it_reads(elements):
    heads = [h for group in of(elements, "/THead") for h in of(below(group), "/TH")]
    sides = [h for group in of(elements, "/TBody") for h in of(below(group), "/TH")]
    assert {str(h.A.Scope) for h in heads} == {"/Column"} and {str(h.A.Scope) for h in sides} == {"/Row"}
    assert len(sides) == 60 + 12
    names = {str(h.ID) for h in heads + sides}
    assert len(names) == len(heads + sides)
    for cell in of(elements, "/TD"):
        assert len(cell.A.Headers) == 2 and {str(h) for h in cell.A.Headers} <= names


def test_a_table_longer_than_a_page_repeats_its_header(pdf, elements):
    assert len(pdf.pages) == 3
    assert len(of(elements, "/Caption")) == 3  # of both tables, once each, and of the chart
    assert len(of(elements, "/THead")) == len(of(elements, "/Table")) == 3  # each part has its header


def test_a_chart_is_told_in_all_its_words(elements):
    (chart,) = of(elements, "/Figure")
    assert str(chart.Alt).startswith("Run chart: Crimes by month, 2024-01 to 2024-12. Unit: crime.")
    assert "Mean 3.2, limits 0 and 12.4." in str(chart.Alt)


def test_a_link_says_where_it_leads_and_is_tagged(pdf, elements):
    (note,) = pdf.pages[0].Annots
    assert (str(note.Subtype), str(note.Contents), str(note.Dest)) == ("/Link", "chart", "chart")
    assert len(of(elements, "/Link")) == 1


def test_what_stands_in_the_margins_is_no_content(pdf, elements):
    marked = {(e.Pg.objgen, int(kid)) for e in elements for kid in e.get("/K", []) if isinstance(kid, int)}
    drawn = set()
    for page in pdf.pages:
        lines = [(str(o), operands) for operands, o in pikepdf.parse_content_stream(page)]
        drawn |= {(page.obj.objgen, int(told[1].MCID)) for o, told in lines if o == "BDC"}
        assert [str(told[0]) for o, told in lines if o == "BMC"].count("/Artifact") >= 3
        assert _is_all_marked(lines)
    assert drawn == marked


def _is_all_marked(lines):
    """Whether every piece of text is drawn as content or as an artifact (ISO 14289-1, 7.1)."""
    depth = 0
    for operator, _ in lines:
        depth += (operator in ("BDC", "BMC")) - (operator == "EMC")
        if operator in ("Tj", "TJ") and not depth:
            return False
    return True


def test_every_page_bears_title_watermark_and_number(written):
    from pypdf import PdfReader

    said = [" ".join(page.extract_text().split()) for page in PdfReader(written).pages]
    assert all("Made-up figures & <more>" in text and "Provisional" in text for text in said)
    assert [re.search(r"Page \d of \d", text)[0] for text in said] == [f"Page {n} of 3" for n in range(1, 4)]


def test_every_font_is_in_the_file(pdf):
    fonts = {name: font for page in pdf.pages for name, font in page.Resources.Font.items()}
    assert fonts
    for font in fonts.values():
        told = font.DescendantFonts[0].FontDescriptor if "/DescendantFonts" in font else font.FontDescriptor
        assert {"/FontFile2", "/FontFile3"} & {*told.keys()} and "/ToUnicode" in font


def test_it_is_dated_by_the_moment_given(pdf):
    assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate) == "D:20250602103000Z"


def test_the_same_page_gives_the_same_bytes(text, written, tmp_path):
    again = write_pdf(text, tmp_path / "again.pdf", MOMENT)
    assert again.read_bytes() == written.read_bytes()


def test_nothing_is_fetched(tmp_path, caplog):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    page = f'<html lang="en-GB"><title>x</title><h1>x</h1><img alt="x" src="{secret.as_uri()}">'
    write_pdf(page, tmp_path / "x.pdf", MOMENT)
    assert "protocol" in caplog.text and "secret.svg" in caplog.text


def test_without_pango_a_person_is_told_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "weasyprint.py").write_text(
        "raise OSError(\"cannot load library 'libpango-1.0-0': libpango-1.0-0: cannot open shared object file\")"
    )
    for name in [n for n in sys.modules if n.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Refusal, match=r"a library of the system is missing \(libpango-1.0-0\)") as said:
        write_pdf("<h1>x</h1>", tmp_path / "x.pdf", MOMENT)
    assert said.value.code == 4 and "libpangoft2-1.0-0" in str(said.value)
    assert not (tmp_path / "x.pdf").exists()
