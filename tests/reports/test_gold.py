"""The Gold Group's pack: thirteen months, every area side by side, and nothing that was not received read as 0."""

import re
from datetime import date

import pytest
from lxml import html
from pypdf import PdfReader

from refusal import Refusal
from reports.charts import Break, month
from reports.gold import gold_pack, page
from reports.gold.lines import LINES
from reports.gold.read import gap, read_pack, thirteen
from reports.gold.sparks import spark
from reports.gold.tell import actions, exceptions, gaps
from tests.browser import chromium
from tests.reports.made_release import figure, release

MONTH, MONTHS = "2025-03", thirteen("2025-03")
DISTRICTS = ("370", "371", "372", "373")
CSE = ("I01", "complaint")
COMPLAINTS = {
    "370": [5, 7, 8, 13, 7, 8, 11, 7, 7, 7, 4, 9, 7],
    "371": [8, 6, 4, 4, 6, 8, 4, 5, 6, 4, 4, 3, 30],
    "372": [8, 7, 11, 6, 10, 7, 12, 8, 12, 13, 14, "x", "x"],
    "373": [20, 6, 19, 10, 14, 25, 18, 17, 25, 18, 17, 14, 0],
    "SY": [41, 26, 43, 34, 37, 48, 45, 37, 51, 42, 40, "x", "x"],
}
OPEN = [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32]  # a stock that rises all the time
ABSENT = {"not_received": "R04 SYP; R09 ROT"}


def figures():
    rows = [
        figure(*CSE, area, at, value, **(ABSENT if value == "x" else {}))
        for area, values in COMPLAINTS.items()
        for at, value in zip(MONTHS, values, strict=True)
    ]
    rows += [figure(*CSE, "U", MONTH, 1)]
    rows += [figure("I03", "defendant", "SY", at, n) for at, n in ((MONTHS[0], 11), (MONTH, 12))]
    rows += [figure("I05", "FTE", "370", at, "15.75" if at == "2024-04" else "x") for at in MONTHS[1:]]
    rows += [figure("I08", "crime", "370", at, n) for at, n in zip(MONTHS, OPEN, strict=True)]
    rows += [
        share("I20", "% of required", "SY", MONTHS[0], 5, 20, lower="11.2", upper="46.9"),
        share("I20", "% of required", "SY", MONTH, 19, 20, lower="76.4", upper="99.1"),
        share("I17", "% of police episodes", "370", MONTH, 1, 3),
        share(
            "I17",
            "% of council episodes",
            "370",
            MONTH,
            2,
            4,
            status="part received",
            provisional="provisional",
        ),
        share("I17", "% of police episodes", "371", MONTH, 5, 8),
        share("I17", "% of council episodes", "371", MONTH, "x", "x"),
        share("I18", "% of episodes", "372", MONTH, 0, 0),
        share("I26", "% of open cases", "373", MONTH, 32, 43),
    ]
    return rows


def share(code, unit, area, at, above, below, **more):
    value = "x" if above == "x" else f"{100 * above / below:.4f}" if below else "z"
    return figure(code, unit, area, at, value, of=(above, below), **more)


def coverage(code, organisation, name, status, at=MONTH):
    told = {"return_code": code, "organisation_code": organisation, "organisation": name, "month": at}
    return told | {"status": status}


def standing(ref, *statuses, year="2024-25"):
    return [
        {"recommendation_ref": ref, "area_code": area, "period": year, "status": status}
        for area, status in zip(DISTRICTS, statuses, strict=True)
    ]


BESIDE = {
    "coverage": [
        coverage("R04", "SYP", "South Yorkshire Police", "not received"),
        coverage("R09", "BAR", "Barnsley", "received"),
        coverage("R09", "DON", "Doncaster", "nil"),
        coverage("R09", "ROT", "Rotherham", "not received"),
        coverage("R12", "ROT", "Rotherham", "not received"),
        coverage("R09", "SHE", "Sheffield", "not received"),
        coverage("R05", "SYP", "South Yorkshire Police", "not received", "2025-02"),
    ],
    "breaks": [
        {
            "indicator_code": "I01",
            "area_code": area,
            "breakdown": part,
            "break_date": day,
            "note": "A new form.",
        }
        for area, part, day in (
            ("373", "all", "2025-01-01"),
            ("372", "sex", "2025-01-01"),
            ("372", "all", "2024-03-01"),
        )
    ],
    "recommendations": [
        {"recommendation_ref": ref, "title": f"What {ref} asks"}
        for ref in ("REC-1", "REC-2", "REC-3", "REC-4")
    ],
    "recommendation_statuses": [
        *standing("REC-1", "ON_TRACK 1", "DONE 1", "DONE 1", "NOT_STARTED 1"),
        *standing("REC-2", "DONE 1", "DONE 1", "NOT_IN_PLAN 1", "DONE 1"),
        *standing("REC-3", "DELAYED 1", "DONE 2, ON_TRACK 1", "DONE 1", "DONE 1"),
        *standing("REC-4", "DELAYED 1", "DELAYED 1", "DELAYED 1", "DELAYED 1", year="2023-24"),
    ],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return release(tmp_path_factory.mktemp("releases"), figures(), **BESIDE)


@pytest.fixture(scope="module")
def pack(made):
    return read_pack(made, MONTH)


@pytest.fixture(scope="module")
def drawn(made, tmp_path_factory):
    return gold_pack(made, MONTH, tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def told(drawn):
    return html.fromstring(drawn[0].read_text("utf-8"))


def words(element):
    """The words of an element, what stands in a drawing left out."""
    kept = element.xpath(".//text()[not(ancestor::*[local-name() = 'svg'])]")
    return " ".join(" ".join(kept).split())


def row(told, title):
    """The cells of a line of the pack as words."""
    (found,) = [r for r in told.xpath("//table[@class='lines']/tbody/tr") if words(r[0]).startswith(title)]
    return [words(cell) for cell in found]


def test_the_areas_stand_side_by_side_in_their_fixed_order(told):
    heads = {
        tuple(words(th) for th in table.iter("th") if th.get("scope") == "col")
        for table in told.find_class("lines")
    }
    whole = ("Barnsley", "Doncaster", "Rotherham", "Sheffield", "Not known", "South Yorkshire")
    assert heads == {("Unit and basis", *whole)}


def test_what_was_not_received_is_never_0_and_the_last_figure_is_named(told):
    assert row(told, "CSE complaints") == [
        *(
            "CSE complaints complaint, in the month",
            "7",
            "30",
            "[x] Jan 2025: 14",
            "0",
            "1",
            "[x] Jan 2025: 40",
        ),
    ]
    assert row(told, "Police officers") == [
        *("Police officers FTE, on its last day", "[x] Apr 2024: 15.75", "–", "–", "–", "–", "–"),
    ]


def test_a_share_says_of_how_many(told):
    assert row(told, "Interviews within 72 hours")[-1] == "95.0 % 19 of 20"
    assert row(told, "From care, both have the episode")[3] == "[z] 0 of 0"
    assert row(told, "Open CSE cases of councils")[4] == "43 32 with a plan"


def test_the_gap_is_police_less_council_and_unknown_where_a_side_is(told):
    assert row(told, "Missing over 24 hours, police")[1:3] == ["1 of 3", "5 of 8"]
    assert row(told, "Missing over 24 hours, council")[1:3] == ["2 of 4; part received", "[x]"]
    assert row(told, "Gap, police less council")[1:4] == ["−1", "[x]", "–"]
    assert [gap("5", "2"), gap("x", "2"), gap("2", "c"), gap("–", "2")] == ["3", "x", "c", "–"]


def test_a_sentence_each_says_no_more_than_the_intervals_allow(told):
    short = [words(li) for li in told.xpath("//h2[starts-with(., 'In short')]/following-sibling::ul[1]/li")]
    assert short == [
        "CSE complaints: [x] in March 2025; 41 complaints in March 2024. Cannot be compared.",
        "Prosecutions: 12 defendants in March 2025; 11 defendants in March 2024. Rose.",
        "Successful prosecutions: no figure in March 2025; no figure in March 2024. Cannot be compared.",
        "Interviews within 72 hours: 19 of 20 (95.0 %) in March 2025; 5 of 20 (25.0 %) in March 2024. Rose.",
    ]


def test_signals_are_told_in_words_and_a_stock_has_none(pack):
    assert exceptions(pack) == (["CSE complaints, Doncaster: March 2025, 30, is above the limits."], [])


def test_a_signal_that_ended_stands_apart(tmp_path):
    values = [10, 14, 10, 40, 16, 12, 16, 12, 16, 12, 16, 12, 16]
    rows = [figure(*CSE, "373", at, n) for at, n in zip(MONTHS, values, strict=True)]
    assert exceptions(read_pack(release(tmp_path, rows), MONTH)) == (
        *([], ["CSE complaints, Sheffield: June 2024, 40, is above the limits."]),
    )


def test_what_was_not_received_is_named_by_who_owes_it_with_the_breaks(pack):
    assert gaps(pack) == [
        "Rotherham, not received: R09 and R12.",
        "Sheffield, not received: R09.",
        "South Yorkshire Police, not received: R04.",
        "CSE complaints, Sheffield: the series breaks in January 2025. A new form.",
    ]


def test_a_release_that_does_not_tell_what_was_due_says_so(tmp_path):
    bare = read_pack(release(tmp_path, [figure(*CSE, "370", MONTH, 1)]), MONTH)
    assert gaps(bare) == ["The release does not tell what was due for March 2025."]
    assert actions(bare) == []


def test_actions_not_ended_are_due_the_delayed_first(pack, told):
    assert actions(pack) == [
        ["REC-3", "What REC-3 asks", "delayed", "2 done, 1 on track", "done", "done"],
        ["REC-1", "What REC-1 asks", "on track", "done", "done", "not started"],
    ]
    (table,) = told.xpath("//div[@class='actions']//table")
    assert words(table.find("caption")) == "As the register stood in 2024-25, delayed first"


def test_it_is_marked_provisional_and_restricted(told, made, tmp_path):
    restricted = "Restricted: small numbers not yet protected. Do not publish."
    assert words(told.find_class("watermark")[0]) == f"Provisional. {restricted}"
    final = read_pack(release(tmp_path, [figure(*CSE, "370", MONTH, 1)]), MONTH)
    assert final.watermark == restricted


def test_the_thirteen_months_of_every_area_stand_on_the_page(told):
    table = told.xpath("//details//table")[0]
    rows = [[words(cell) for cell in r] for r in table.findall("tbody/tr")]
    assert [r[0] for r in rows][:2] == ["March 2024", "April 2024"] and len(rows) == 13
    assert rows[-1] == ["March 2025", "7", "30", "[x]", "0", "1", "[x]"]
    whole = told.xpath("//div[contains(@class, 'months')]//tbody/tr")[0]
    assert [words(cell) for cell in whole] == [
        "CSE complaints",
        *map(str, COMPLAINTS["SY"][:11]),
        "[x]",
        "[x]",
    ]


def test_a_public_release_is_refused(tmp_path):
    public = release(tmp_path, figures(), {"protection": None, "name": "public-2024-25", "periods": ["year"]})
    with pytest.raises(Refusal, match=r"public-2024-25 is a public release: it has no months"):
        gold_pack(public, MONTH, tmp_path / "out")
    years = release(tmp_path, [figure(*CSE, "370", "2024-25", 1)], {"name": "years", "periods": ["year"]})
    with pytest.raises(Refusal, match="years has no months"):
        gold_pack(years, MONTH, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("2025-13", r"2025-13 is not a month. Write it as in 2025-03."),
        ("March", r"March is not a month"),
        ("2025-04", r"has no figures of 2025-04. It has 2024-03 to 2025-03: choose one of them"),
    ],
)
def test_a_month_that_is_none_or_is_not_there_is_refused(made, asked, says):
    with pytest.raises(Refusal, match=says):
        read_pack(made, asked)


def test_the_paper_says_what_the_page_says_on_two_pages(drawn, told):
    pdf = PdfReader(drawn[1])
    assert len(pdf.pages) <= 2
    text = " ".join(" ".join(p.extract_text() for p in pdf.pages).split())
    rows = [[words(cell) for cell in r] for r in told.xpath("//table[@class='lines']/tbody/tr")]
    assert len(rows) == 19
    for cells in rows:
        assert " ".join(filter(None, cells)) in text
    for line in told.xpath("//div[contains(@class, 'months') or @class='actions']//tbody/tr"):
        assert " ".join(words(cell) for cell in line) in text
    assert pdf.metadata.title == "Gold Group pack: March 2025"


def test_every_chart_is_told_in_words(drawn, told):
    import pikepdf

    said = [svg.findtext("{*}desc") for svg in told.iter("{*}svg")]
    assert len(said) == 6 + 2  # five areas' complaints, a stock, prosecutions and interviews of the whole
    assert said[0] == (
        "Barnsley, CSE complaints, March 2024 to March 2025. First: 5 in March 2024. Last: 7 in March 2025. "
        "Least: 4 in January 2025. Most: 13 in June 2024. Mean 7.7, limits 0.6 and 14.8. Signals: none."
    )
    with pikepdf.open(drawn[1]) as pdf:
        alts = [
            str(o.Alt) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"
        ]
    assert sorted(alts) == sorted(said)


def test_everybody_can_read_it(drawn):
    with chromium() as browser:
        assert browser.axe(drawn[0]) == []
        assert browser.too_wide(drawn[0]) == 0


def test_the_same_release_gives_the_same_page(made, drawn):
    assert page(read_pack(made, MONTH)) == drawn[0].read_text("utf-8")


@pytest.mark.parametrize(
    ("status", "more"), [("received", ["35", "78", "7", "35"]), ("part received", ["79", "9", "37"])]
)
def test_however_much_there_is_to_say_it_stays_on_two_pages(tmp_path, status, more):
    wild = [1, 2, 1, 30, 2, 1, 2, 1, 2, 1, 2, 1, 40]
    rows = [
        figure(line.code, line.unit, area, at, n, of=(n, 43), provisional="provisional")
        | {"status": status if at == MONTH else "received"}
        for line in LINES
        if line.code
        for area in (*DISTRICTS, "U", "SY")
        for at, n in zip(MONTHS, wild, strict=True)
    ]
    owing = ("BAR", "CPS", "DON", "HMC", "RCU", "RFF", "RFR", "ROT", "RP5", "SHE", "SYP", "VOL")
    refs = [f"REC-{n}" for n in range(40)]
    beside = {
        "coverage": [
            coverage(f"R{n:02}", o, f"Organisation {o}", "not received") for o in owing for n in range(9)
        ],
        "recommendations": [{"recommendation_ref": ref, "title": "What is asked " * 8} for ref in refs],
        "recommendation_statuses": [
            s for ref in refs for s in standing(ref, *["DELAYED 1, ON_TRACK 215"] * 4)
        ],
    }
    written = gold_pack(release(tmp_path, rows, **beside), MONTH, tmp_path / "out")
    pdf = PdfReader(written[1])
    assert len(pdf.pages) == 2
    text = " ".join(" ".join(p.extract_text() for p in pdf.pages).split())
    assert re.findall(r"(\d+) more stand on the page of this pack", text) == more
    assert (
        len(html.fromstring(written[0].read_text("utf-8")).xpath("//div[@class='actions']//tbody/tr")) == 40
    )


def test_a_spark_breaks_at_a_gap_and_marks_it():
    points = [month(date(2024, n, 1), v, n == 6) for n, v in enumerate(("1", "3", "x", "4", "z", "2"), 1)]
    chart = spark(points, "Barnsley, crimes", "crime", [])
    assert chart.svg.count('stroke-width="1.5"') == 1  # January to February; April and June stand alone
    assert chart.svg.count("<circle") == 2 and chart.svg.count("l4,4m0,-4l-4,4") == 2
    assert chart.alt.endswith("Not received: March 2024. Does not apply: May 2024. A gap is not nought.")
    assert "Part received, may still change: June 2024." in chart.alt


def test_a_signal_has_a_shape_of_its_own_and_no_empty_chart_is_drawn():
    points = [month(date(2024, n, 1), "40" if n == 9 else str(12 + n % 2 * 4)) for n in range(1, 13)]
    assert spark(points, "t", "crime", []).svg.count("l4,4l-4,4l-4,-4Z") == 1
    assert spark(points, "t", "crime", None).svg.count("l4,4l-4,4l-4,-4Z") == 0
    assert spark(points[:1], "t", "crime", []) is None
    halved = spark(points, "t", "crime", [Break("July 2024", "A new form.")])
    assert "Mean" not in halved.alt  # six figures on either side are too few for limits
