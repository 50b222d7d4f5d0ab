"""The static site: every page there, every link leads somewhere, every figure the release's, every page for everyone."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from refusal import Refusal
from reports.indicators import grids, pictures
from reports.indicators.catalogue import asked_by, catalogue, find, updates
from reports.indicators.series import series
from reports.site import write_site
from tests.browser import chromium
from tests.reports.explored_release import explored

DICTIONARY = (
    '# Data dictionary\n\n- [R04](#pol_incident)\n\n<a id="pol_incident"></a>\n\n## R04 `pol_incident`: Reports\n\n'
    "| column | what it is |\n|---|---|\n| `incident_ref` | Its reference <script>alert(1)</script>. |\n"
)
QUALITY_ROW = {
    "aspect": "coverage", "area_code": "371", "organisation_code": "DON", "return_code": "R09", "period": "2024-05",
    "subject": "not received", "part": None, "whole": None, "value": None, "unit": None, "status": "not received",
    "says": None, "act_order": 2, "area_name": "Doncaster",
}  # fmt: skip
SET_ASIDE = QUALITY_ROW | {
    "subject": "R09.02 error",
    "part": 7.0,
    "whole": 1200.0,
    "says": "Ask again.",
    "act_order": 4,
}
QUALITY = {
    "area": "all areas",
    "act_first": [QUALITY_ROW, QUALITY_ROW | {"return_code": "R10"}, SET_ASIDE],
    "rest": ["Returns due: 2. 2 not received."],
    "rows": [QUALITY_ROW],
}


@dataclass
class Page(HTMLParser):
    """What a page says: its links, its ids, its tables by caption as rows of cells, its text."""

    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    text: str = ""

    def __post_init__(self):
        super().__init__()
        self.within, self.said, self.rows = "", "", []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.tags.add(tag)
        self.links += [told[name] for name in ("href", "src") if name in told and tag != "svg"]
        self.ids += [told["id"]] if "id" in told else []
        if tag == "table":
            self.rows = []
        if tag == "tr":
            self.rows.append([])
        if tag in ("caption", "th", "td"):
            self.within, self.said = tag, ""

    def handle_endtag(self, tag):
        if tag != self.within:
            return
        self.within = ""
        if tag == "caption":
            self.tables[self.said] = self.rows
        else:
            self.rows[-1].append(self.said.strip())

    def handle_data(self, data):
        self.said += data
        self.text += data


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return explored(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def site(release, tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "pages"
    write_site(release, out, quality=QUALITY, dictionary=DICTIONARY)
    return out


def test_there_is_a_page_for_everything(site):
    assert sorted(str(p.relative_to(site)) for p in site.rglob("*.html")) == [
        "areas.html", "areas/370.html", "areas/371.html", "areas/372.html", "areas/373.html", "areas/sy.html",
        "areas/u.html", "dictionary.html", "index.html", "indicators/i01-complaint.html", "indicators/i13-child.html",
        "indicators/i20-percent-of-required.html", "indicators/i35-percent-of-referrals.html", "published.html",
        "quality.html",
    ]  # fmt: skip
    assert sorted(p.name for p in (site / "figures").iterdir()) == [
        "data_quality.csv", "i01-complaint.csv", "i13-child.csv", "i20-percent-of-required.csv",
        "i35-percent-of-referrals.csv", "published.csv",
    ]  # fmt: skip


def test_every_link_leads_to_a_file_of_the_site_and_nothing_else_is_asked_for(site):
    pages = {p: read(p) for p in site.rglob("*.html")}
    followed = 0
    for path, page in pages.items():
        assert "script" not in page.tags
        assert len(page.ids) == len({*page.ids}), path.name
        for link in page.links:
            told = urlsplit(link)
            assert (told.scheme, told.netloc, told.path.startswith("/")) == ("", "", False), link
            to = (path.parent / told.path).resolve() if told.path else path
            assert to.is_file() and to.is_relative_to(site), link
            assert not told.fragment or told.fragment in pages[to].ids, link
            followed += 1
    assert followed == 130


def test_areas_stand_side_by_side_with_what_may_be_said_of_them(site):
    page = read(site / "indicators" / "i20-percent-of-required.html")
    assert page.tables["Independent return interviews within 72 hours, 2024-25, by area"] == [
        [
            "Area",
            "% of required",
            "95 % interval",
            "Numerator",
            "Denominator",
            "Against South Yorkshire",
            "Since the period before",
            "Standing",
        ],
        [
            "Barnsley",
            "38.5",
            "26.5 to 52.0",
            "20",
            "52",
            "similar",
            "changed by no more than chance allows",
            "final",
        ],
        [
            "Doncaster",
            "18.2",
            "9.5 to 32.0",
            "8",
            "44",
            "worse",
            "changed by no more than chance allows",
            "final",
        ],
        ["Rotherham", "75.0", "64.5 to 83.2", "60", "80", "better", "rose", "final"],
        ["Sheffield", "[z]", "[z]", "0", "0", "not compared", "cannot be compared", "final"],
        ["South Yorkshire", "50.0", "42.7 to 57.3", "88", "176", "the benchmark", "rose", "final"],
    ]
    assert page.tables["By care, 2024-25. Unit: % of required"][1] == (
        ["Missing from care", "38.5", "18.2", "75.0", "[z]", "50.0"]
    )
    assert "Returns needed" in page.text and "Wilson's" in page.text
    assert "Last update: 2 June 2025: the last return behind these figures came then." in page.text
    assert "Next update: With the returns of April 2025" in page.text


def test_what_was_not_received_is_never_nothing_and_no_break_is_crossed(site):
    page = read(site / "indicators" / "i01-complaint.html")
    rows = page.tables["CSE complaints, 2024-25, by area"]
    assert rows[1:] == [
        ["Barnsley", "[c]", "1.0 to 2,000.0", "first period", "final"],
        ["Doncaster", "[x]", "[x]", "first period", "final; not received: not R09 DON"],
        ["Rotherham", "1,234", "1.0 to 2,000.0", "not compared: series break", "final"],
        ["Sheffield", "17", "1.0 to 2,000.0", "first period", "final"],
        ["Place in South Yorkshire not known", "3", "1.0 to 2,000.0", "first period", "final"],
        ["South Yorkshire", "1,300", "1.0 to 2,000.0", "changed by no more than chance allows", "final"],
    ]
    assert page.tables["Breaks in the series"][1] == [
        "2024-04-01",
        "Rotherham",
        "the whole",
        "Now counted otherwise.",
    ]
    assert page.tables["Returns behind it, by financial year"][1:] == [
        ["R04", "SYP", "1 of 1"],
        ["R09", "DON", "0 of 1"],
    ]
    assert "[x]: not received: it does not mean 0." in page.text


def test_parts_without_a_whole_have_their_intervals(site):
    page = read(site / "indicators" / "i35-percent-of-referrals.html")
    assert page.tables["By stage, 2024-25. Unit: % of referrals"] == [
        ["Stage", "Rotherham", "South Yorkshire"],
        ["Referral accepted", "100.0", "100.0"],
        ["Assessment", "98.1", "98.1"],
    ]
    told = page.tables["Safeguarding funnel: referrals that reach each stage, Assessment, 2024-25, by area"]
    assert told[1][:5] == ["Rotherham", "98.1", "90.2 to 100.0", "53", "54"]


def test_a_file_has_the_very_figures_of_the_release(site, release):
    with (site / "figures" / "i01-complaint.csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    held = release.ask("from figures where indicator_code = 'I01'")
    assert len(told) == 20
    assert [(r["area_code"], r["period"], r["value"], r["not_received"]) for r in told] == [
        (r["area_code"], r["period"], r["value"], r["not_received"] or "") for r in held
    ]


def test_the_index_the_areas_and_the_published_figures(site):
    index = read(site / "index.html")
    assert list(index.tables) == [
        "Indicators: The seven counts",
        "Indicators: PROTECT",
        "Indicators: Ethnicity, age and sex",
    ]
    assert index.tables["Indicators: PROTECT"][2] == (
        [
            "I35 Safeguarding funnel: referrals that reach each stage",
            "% of referrals",
            "2024-25",
            "–",
            "by part only",
        ]
    )
    areas = read(site / "areas.html")
    assert areas.tables["Latest figures: The seven counts"][1] == (
        ["I01 CSE complaints", "complaint", "2024-25", "[c]", "[x]", "1,234", "17", "3", "1,300"]
    )
    assert "I20 Independent return interviews within 72 hours" in read(site / "areas" / "372.html").text
    published = read(site / "published.html").tables[
        "Assessed episodes with factor 11A. Unit: episode. Vintage: 2025"
    ]
    assert published == [["Period", "Rotherham", "England"], ["2024-25", "76", "12400"]]


@pytest.mark.faults(80)
def test_the_nights_quality_and_the_dictionary(site):
    quality = read(site / "quality.html")
    assert quality.tables["2 returns"] == [
        ["Organisation", "Period", "Returns"],
        ["DON", "2024-05", "R09, R10"],
    ]
    assert quality.tables["1 findings"][1] == (
        ["R09.02 error", "DON", "R09", "2024-05", "Doncaster", "7 of 1,200", "Ask again."]
    )
    dictionary = read(site / "dictionary.html")
    assert "pol_incident" in dictionary.ids
    assert "<script>alert(1)</script>" in dictionary.text  # as words, not as a tag
    assert "script" not in dictionary.tags


def test_the_same_release_gives_the_same_bytes_and_an_earlier_site_goes(site, release, tmp_path):
    write_site(release, tmp_path / "again", quality=QUALITY, dictionary=DICTIONARY)
    assert {p.relative_to(site): p.read_bytes() for p in site.rglob("*.*")} == {
        p.relative_to(tmp_path / "again"): p.read_bytes() for p in (tmp_path / "again").rglob("*.*")
    }
    (tmp_path / "again" / "notes.txt").write_text("mine")
    files = write_site(release, tmp_path / "again")
    assert not (tmp_path / "again" / "quality.html").exists()
    assert (tmp_path / "again" / "notes.txt").exists()
    assert {*files} == {p for p in (tmp_path / "again").rglob("*.*") if p.name != "notes.txt"}


def test_what_is_refused(release, tmp_path):
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(Refusal, match="holds other files already"):
        write_site(release, tmp_path)
    for_all = explored(tmp_path / "public", {"name": "public-2024-25-made", "protection": None})
    with pytest.raises(Refusal, match="for the public"):
        write_site(for_all, tmp_path / "site", quality=QUALITY)
    with pytest.raises(Refusal, match="no figures of I99"):
        find(catalogue(release), "I99", "child")


def test_words_of_references_and_updates(release):
    assert asked_by("S1-8 S1-app 9 S2-58") == (
        "Rotherham's response of June 2013, recommendation 8, appendix 1.9; "
        "The Department for Education's evidence (LCG 06), paragraph 58"
    )
    assert asked_by("Our decision") == "Our decision"
    assert updates(release)[0] == (
        "2 June 2025: the last return behind these figures came then. Figures run to 31 March 2025."
    )


def test_pictures_are_drawn_of_what_can_be_drawn(release):
    listed = catalogue(release)
    counts, shares = (
        series(release, find(listed, *k)) for k in (("I01", "complaint"), ("I20", "% of required"))
    )
    assert pictures.funnel(counts, "financial_year", "2024-25") is None
    funnel = pictures.funnel(shares, "financial_year", "2024-25")
    assert [row["Against chance"] for row in funnel.table] == (
        ["within 95 % limits", "outside 99.8 % limits", "outside 99.8 % limits", "not compared"]
    )
    run = pictures.trend(counts, "372", "month")
    assert [row["Period"] for row in run.table[:2]] == ["April 2024", "May 2024"]
    assert run.table[0]["complaint"] == "90" and run.table[0]["Mean"] != ""
    assert [p["Area"] for p in pictures.side_by_side(counts, "financial_year").table[::2]] == (
        ["Barnsley", "Doncaster", "Rotherham", "Sheffield"]
    )
    grid = grids.through(counts, "financial_year")
    assert grid.rows == [
        ["2023-24", "–", "–", "900", "–", "–", "900"],
        ["2024-25", "[c]", "[x]", "1,234", "17", "3", "1,300"],
    ]


def test_a_median_is_not_judged_since_it_has_no_interval(release):
    shares = series(release, find(catalogue(release), "I20", "% of required"))
    figure = shares.at("372", "financial_year", "2024-25")
    assert grids.since(shares, figure) == "rose"
    medians = replace(shares, indicator=replace(shares.indicator, counted="median(days)"))
    assert grids.since(medians, figure) == "not judged: no interval"


def test_every_kind_of_page_is_for_everyone(site):
    kinds = [
        "index.html",
        "areas.html",
        "areas/372.html",
        "published.html",
        "dictionary.html",
        "quality.html",
    ]
    kinds += ["indicators/i01-complaint.html", "indicators/i35-percent-of-referrals.html"]
    with chromium() as browser:
        assert {
            kind: (browser.axe(site / kind), browser.too_wide(site / kind)) for kind in kinds
        } == dict.fromkeys(kinds, ([], 0))


def test_a_csv_written_by_hand_is_read_back():
    from reports.indicators.files import rows_csv

    assert list(csv.reader(io.StringIO(rows_csv(["a", "b"], [["x, y", None]]).decode()))) == [
        ["a", "b"],
        ["x, y", ""],
    ]
