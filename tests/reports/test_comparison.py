"""Comparing areas: exact figures and words, ours and published; what is refused, and what is said when told to go on."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest

from refusal import Refusal
from reports.comparison import compare, written
from reports.comparison.pictures import pictures
from reports.periods import of_return, span
from tests.reports.made_release import figure, release

SHARE = ("I20", "% of required")
OTHER = ("I20", "% of completed")
FACTOR_11A = dict(
    zip(range(2017, 2025), ("282", "219", "283", "231", "161", "134", "100", "76"), strict=True)
)
ASSESSED = "Published: assessed episodes. Ours: children identified."
SINCE_2022 = {"areas": "ROT,SY", "since": "2022-23"}


def share(
    area: str, period: str, above: int, lower: float, upper: float, below: int = 100, code=SHARE, **more
) -> dict:
    """A share with its interval of 95 %."""
    value = f"{100 * above / below:g}"
    return figure(*code, area, period, value, of=(above, below), lower=lower, upper=upper, **more)


def published(series: str, code: str, of: str, area: tuple, year: int, value: str, **more) -> dict:
    """A figure others published of a financial year."""
    return {
        "series": series, "title": f"Title of {series}", "indicator_code": code, "indicator_unit": of,
        "area_code": area[0], "area": area[1], "level": area[2], "period_kind": "financial_year",
        "period": f"{year}-{(year + 1) % 100}", "end_date": date(year + 1, 3, 31), "value": value,
        "unit": of, "vintage": "a release of 2025", "source": "where it was found",
    } | more  # fmt: skip


ROT, DON, TAMESIDE = (("372", "Rotherham"), ("371", "Doncaster"), ("357", "Tameside"))
ROT, DON, TAMESIDE = ((*a, "district") for a in (ROT, DON, TAMESIDE))
ENGLAND = ("E92000001", "England", "country")
FIGURES = [
    share("370", "2024-25", 45, 35.6, 54.8),
    share("371", "2023-24", 65, 55.3, 73.6),
    share("371", "2024-25", 70, 60.4, 78.1),
    share("372", "2023-24", 60, 50.2, 69.1),
    share("372", "2024-25", 40, 30.9, 49.8, provisional="provisional"),
    share("373", "2024-25", 45, 35.6, 54.8),
    share("SY", "2023-24", 200, 45.1, 54.9, 400),
    share("SY", "2024-25", 200, 45.1, 54.9, 400),
    share("372", "2024-25", 4, 20, 80, 8, OTHER),
    share("370", "2024-25", 9, 40, 90, 10, ("I36", "% of conferences")),
    share("371", "2024-25", 5, 20, 70, 10, ("I36", "% of conferences")),
    share("372", "2024-25", 7, 60, 80, 10, ("I36", "% of conferences")),
    share("SY", "2024-25", 60, 50.2, 69.1, 100, ("I36", "% of conferences")),
    figure("I13", "child", "372", "2024-25", 87, lower=69.7, upper=107.3),
    share("371", "2023-24", 0, 0, 0, 1, ("I21", "% of victims"))
    | {"value": "x", "numerator": "x", "lower": "x", "upper": "x", "status": "not received", "not_received": "R08 VSP"},
    share("371", "2024-25", 5, 20, 70, 10, ("I21", "% of victims")),
    share("372", "2023-24", 2, 1, 60, 10, ("I21", "% of victims")),
    share("372", "2024-25", 8, 65, 97, 10, ("I21", "% of victims"), status="part received", not_received="R08 VSP"),
    share("SY", "2024-25", 13, 40, 80, 20, ("I21", "% of victims")),
    *(figure("I02", "crime", "372", f"{y}-{y - 1999}", n, lower=n - 5, upper=n + 5)
      for y, n in ((2022, 20), (2023, 22), (2024, 60))),
    *(figure("I02", "crime", "372", f"2024-25-Q{q}", 15, lower=8, upper=25) for q in (1, 2, 3, 4)),
    *(figure("I01", "child", "372", "2024-25", n, part=("sex", code, label), lower=1, upper=99)
      for code, label, n in (("F", "Girls", 30), ("M", "Boys", 9))),
    *(figure("I15", "episode", "372", f"{y}-{y - 1999}", 9, lower=4, upper=17) for y in (2023, 2024)),
]  # fmt: skip
BREAKS = [
    {
        "indicator_code": "I02",
        "area_code": a,
        "breakdown": "all",
        "break_date": date(2024, 4, 1),
        "note": "The flag.",
    }
    for a in ("372", "SY")
] + [
    {
        "indicator_code": "I01",
        "area_code": "372",
        "breakdown": "sex",
        "break_date": None,
        "note": "Codes of sex.",
    },
    {
        "indicator_code": "I15",
        "area_code": "372",
        "breakdown": "all",
        "break_date": None,
        "note": "No day known.",
    },
]
PUBLISHED = [
    *(
        published("factor_11A", "I13", "child", ROT, y, n, unit="episode", differs=ASSESSED)
        for y, n in FACTOR_11A.items()
    ),
    published("conferences", "I36", "% of conferences", ROT, 2024, "75.1"),
    published(
        "conferences", "I36", "% of conferences", DON, 2024, "c", symbol_meaning="Confidential: suppressed"
    ),
    published("conferences", "I36", "% of conferences", TAMESIDE, 2024, "88.2"),
    published("conferences", "I36", "% of conferences", ENGLAND, 2024, "81.4"),
    published("sample", "I21", "% of victims", ENGLAND, 2024, "30", differs="A sample of councils."),
]
NEIGHBOURS = [
    {"model_year": m, "area_code": "372", "neighbour_code": c, "neighbour_name": n, "closeness_order": o, "closeness": "Very close"}
    for m, o, c, n in (("2021", 1, "371", "Doncaster"), ("2025", 2, "370", "Barnsley"), ("2025", 1, "357", "Tameside"))
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("releases")
    return release(folder, FIGURES, breaks=BREAKS, published=PUBLISHED, neighbours=NEIGHBOURS)


def told(made, code: str, *names: str, **asked) -> list[tuple]:
    """Some columns of the rows of a comparison."""
    return [tuple(getattr(row, name) for name in names) for row in compare(made, code, **asked).rows]


def refused(made, code: str, **asked) -> tuple[int, str]:
    with pytest.raises(Refusal) as said:
        compare(made, code, **asked)
    return said.value.code, str(said.value)


def test_districts_stand_against_south_yorkshire_in_a_fixed_order(made):
    rows = told(
        made, "I20", "area", "value", "benchmark", "compared", unit=SHARE[1], areas="all", since="2024-25"
    )
    assert rows == [
        ("Barnsley", "45", "50", "similar"),
        ("Doncaster", "70", "50", "better"),
        ("Rotherham", "40", "50", "worse"),
        ("Sheffield", "45", "50", "similar"),
        ("South Yorkshire", "50", "50", "the benchmark"),
    ]


def test_the_area_asked_next_is_the_benchmark(made):
    asked = {"unit": SHARE[1], "areas": "ROT,Doncaster,SY", "since": "2024-25"}
    assert compare(made, "i20", **asked).benchmark == "Doncaster (ours)"
    assert told(made, "i20", "area", "compared", **asked) == [
        ("Rotherham", "worse"), ("Doncaster", "the benchmark"), ("South Yorkshire", "worse")
    ]  # fmt: skip


def test_a_change_is_told_on_the_same_period_a_year_before(made):
    names = ("area_code", "period", "year_before", "change")
    assert told(made, "I20", *names, unit=SHARE[1], areas="372,371", since="2023-24") == [
        ("372", "2023-24", "", "no figure a year before"),
        ("372", "2024-25", "60", "fell"),
        ("371", "2023-24", "", "no figure a year before"),
        ("371", "2024-25", "65", "changed by no more than chance allows"),
    ]
    # Asked from its own year on, the year before is read but not shown.
    assert told(made, "I20", *names, unit=SHARE[1], areas="372", since="2024-25") == [
        ("372", "2024-25", "60", "fell")
    ]


def test_neighbours_are_of_the_latest_model_the_closest_first_ours_beside_published(made):
    found = compare(made, "I36", areas="ROT,neighbours,england", since="2024-25")
    assert [(r.area, r.whose, r.value, r.compared) for r in found.rows] == [
        ("Rotherham", "ours", "70", "worse"),
        ("Rotherham", "published", "75.1", "not compared"),
        ("Tameside", "published", "88.2", "not compared"),
        ("Barnsley", "ours", "90", "similar"),
        ("England", "published", "81.4", "not compared"),
    ]
    assert found.benchmark == "England (published)"
    assert found.rows[3].stands_for == "statistical neighbour 2 of Rotherham (very close)"
    assert any("model of 2025, the closest first: Tameside, Barnsley." in said for said in found.notices)


def test_published_figures_keep_their_marks_and_what_they_mean(made):
    rows = told(made, "I36", "whose", "value", "note", "lower", areas="DON", since="2024-25")
    assert rows == [("ours", "50", "", "20"), ("published", "c", "Confidential: suppressed", "")]


def test_factor_11a_of_rotherham_stands_published_and_never_as_ours(made):
    found = compare(made, "I13", areas="ROT,england", since="2017-18")
    series = [r.value for r in found.rows if r.whose == "published"]
    assert series == ["282", "219", "283", "231", "161", "134", "100", "76"]
    assert [(r.period, r.value) for r in found.ours] == [("2024-25", "87")]
    assert {(r.unit, r.differs) for r in found.rows if r.whose == "published"} == {("episode", ASSESSED)}
    # What is counted otherwise is no benchmark, and a count is held against no other area's.
    assert found.benchmark == "none" and found.rows[0].compared == "not compared"
    assert f"What was published is counted otherwise, and not held against ours: {ASSESSED}" in found.notices


def test_what_is_counted_otherwise_or_in_part_is_held_against_nothing(made):
    found = compare(made, "I21", areas="ROT,england", since="2024-25", without_coverage=True)
    assert found.benchmark == "South Yorkshire (ours)"
    assert [(r.value, r.benchmark, r.compared) for r in found.rows] == [
        ("80", "65", "not compared"), ("30", "", "not compared")
    ]  # fmt: skip


def test_south_yorkshire_alone_is_held_against_nothing(made):
    found = compare(made, "I20", unit=SHARE[1], areas="SY", since="2024-25")
    assert (found.benchmark, found.rows[0].compared) == ("none", "not compared")
    assert "Nothing is there to hold these figures against: ask a second area." in found.notices


def test_where_nothing_is_published_it_is_said(made):
    said = compare(made, "I20", unit=SHARE[1], areas="ROT,neighbours,england", since="2024-25").notices
    assert "We hold no published figure of I20 (% of required) for: Tameside, England." in said


def test_a_break_is_refused_and_named_until_told_to_go_on(made):
    code, said = refused(made, "I02", areas="ROT", since="2022-23")
    assert code == 3
    assert "I02 (crime) breaks on 2024-04-01: The flag." in said and "--across-breaks" in said
    asked = SINCE_2022 | {"areas": "ROT", "across_breaks": True}
    found = compare(made, "I02", **asked)
    assert [r.change for r in found.rows] == [
        "no figure a year before",
        "changed by no more than chance allows",
        "rose (across a series break)",
    ]
    assert found.notices[0].startswith("Compared across a break in the series, as asked. I02 (crime) breaks")
    assert found.breaks == ({"date": date(2024, 4, 1), "note": "The flag.", "areas": ["372", "SY"]},)


def test_before_or_after_a_break_nothing_is_refused_but_no_change_is_told_over_it(made):
    assert told(made, "I02", "period", "value", areas="ROT", since="2022-23", until="2023-24") == [
        ("2022-23", "20"), ("2023-24", "22")
    ]  # fmt: skip
    assert told(made, "I02", "period", "change", areas="ROT", since="2024-25") == [
        ("2024-25", "not compared: the series breaks on 2024-04-01")
    ]


def test_a_break_of_a_breakdown_counts_for_it_alone_and_one_of_no_day_over_periods(made):
    rows = told(
        made, "I01", "breakdown_label", "value", unit="child", areas="ROT", since="2024-25", breakdown="sex"
    )
    assert rows == [("Girls", "30"), ("Boys", "9")]
    assert told(made, "I01", "value", unit="child", areas="ROT", since="2024-25", breakdown="sex=boys") == [
        ("9",)
    ]
    code, said = refused(made, "I15", unit="episode", areas="ROT", since="2023-24")
    assert code == 3 and "I15 (episode) breaks on a day that is not known: No day known." in said
    assert told(made, "I15", "change", unit="episode", areas="ROT", since="2024-25") == [
        ("not compared: the series breaks on a day that is not known",)
    ]


def test_missing_coverage_is_refused_by_name_until_told_to_go_on(made):
    asked = {"areas": "DON,ROT", "since": "2023-24"}
    code, said = refused(made, "I21", unit="% of victims", **asked)
    assert code == 3
    assert "Returns were not received, which does not mean 0: R08 VSP (2023-24 to 2024-25)." in said
    assert "--without-coverage" in said and "--across-breaks" not in said
    found = compare(made, "I21", without_coverage=True, **asked)
    assert [(r.area_code, r.value, r.compared, r.change, r.not_received) for r in found.rows] == [
        ("371", "x", "not compared", "no figure a year before", "R08 VSP"),
        ("371", "50", "not compared", "not compared: not received", ""),
        ("372", "20", "the benchmark", "no figure a year before", ""),
        ("372", "80", "the benchmark", "not compared: part received", "R08 VSP"),
    ]
    assert "R08 VSP (2023-24 to 2024-25)" in found.notices[0]


@pytest.mark.parametrize(
    ("code", "asked", "says"),
    [
        ("I20", {}, 'Say which with --unit: "% of completed"; "% of required"'),
        ("I20", {"unit": "% of requird"}, "Did you mean % of required?"),
        ("I2O", {}, "There is no indicator I2O. There are: I01, I02, I13, I15, I20, I21, I36."),
        ("missing episode", {}, "Did you mean Missing episodes?"),
        ("I36", {"areas": "Rothram"}, "There is no area Rothram. Did you mean Rotherham?"),
        ("I36", {"areas": "neighbours"}, "Whose neighbours? Name a district before them"),
        ("I36", {"areas": "SHE,neighbours"}, "holds no statistical neighbours of Sheffield"),
        ("I36", {"since": "2024-26"}, "2024-26 is no period. Write a financial year (2024-25)"),
        ("I36", {"until": "2021-22"}, "2021-22 is over before 2024-25 begins"),
        ("I36", {"by": "quater"}, "Did you mean quarter?"),
        ("I36", {"by": "quarter"}, "It holds figures by year from 2024-25 to 2024-25."),
        ("I01", {"unit": "child", "breakdown": "sexx"}, "Did you mean sex?"),
        ("I01", {"unit": "child"}, "I01 (child) has no total. Ask one of its breakdowns: sex."),
        ("I01", {"unit": "child", "breakdown": "sex=X"}, "its values: F, M."),
    ],
)
def test_what_is_not_there_is_refused_with_what_is_near(made, code, asked, says):
    exit_code, said = refused(made, code, **{"areas": "ROT", "since": "2024-25"} | asked)
    assert exit_code == 2 and says in said


def test_csv_json_and_table_tell_the_same_figures(made):
    found = compare(made, "I20", unit=SHARE[1], areas="ROT,SY", since="2024-25")
    rows = list(csv.DictReader(io.StringIO(written(found, "csv"))))
    assert [(r["area"], r["value"], r["lower"], r["compared"]) for r in rows] == [
        ("Rotherham", "40", "30.9", "worse"), ("South Yorkshire", "50", "45.1", "the benchmark")
    ]  # fmt: skip
    data = json.loads(written(found, "json"))
    assert data["schema_version"] == 1 and data["benchmark"] == "South Yorkshire (ours)"
    assert [r["numerator"] for r in data["rows"]] == ["40", "200"]
    lines = written(found, "table").splitlines()
    line = next(line for line in lines if line.startswith("Rotherham"))
    assert line.split(None, 7)[1:6] == ["ours", "2024-25", "40.0", "40", "100"]
    assert "worse (50.0)" in line and "fell (from 60.0)" in line and "received, provisional" in line
    assert lines[0].startswith("Restricted: small numbers")


def test_the_page_has_its_rows_words_and_pictures(made):
    found = compare(made, "I20", unit=SHARE[1], areas="all", since="2024-25")
    drawn = pictures(found)
    assert [p.title for p in drawn] == ["Independent return interviews within 72 hours, districts"]
    against = {row["Area"]: row["Against chance"] for row in drawn[0].table}
    assert against["Doncaster"] == "outside 99.8 % limits" and "South Yorkshire" not in against
    page = written(found, "html")
    assert page.count('<tr><th scope="row">Rotherham') == 2 and "<td>better (50.0)</td>" in page
    assert "Restricted: small numbers" in page and "<svg" in page


def test_several_periods_are_drawn_as_panels_and_one_series_as_a_run_cut_at_its_break(made):
    quarters = compare(made, "I02", areas="ROT", since="2024-25", by="quarter", across_breaks=True)
    assert [p.title for p in pictures(quarters)] == ["CSE investigations: crimes recorded, Rotherham"]
    years = compare(made, "I02", areas="ROT", since="2022-23", across_breaks=True)
    assert "Series break at 2024-25: The flag." in pictures(years)[0].alt
    panels = compare(made, "I20", unit=SHARE[1], areas="ROT,DON", since="2023-24")
    assert pictures(panels)[0].title == "Independent return interviews within 72 hours"


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2024-25", "financial_year", date(2024, 4, 1), date(2025, 3, 31)),
        ("2011-12", "financial_year", date(2011, 4, 1), date(2012, 3, 31)),
        ("2024-25-q4", "quarter", date(2025, 1, 1), date(2025, 3, 31)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024", "calendar_year", date(2024, 1, 1), date(2024, 12, 31)),
        ("AY2023-24", "academic_year", date(2023, 9, 1), date(2024, 8, 31)),
    ],
)
def test_periods_are_read_as_they_are_written(text, kind, first, last):
    found = span(text)
    assert (found.kind, found.first, found.last) == (kind, first, last)


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "2024-26-Q1", "2024-25-Q5", "24-25", ""])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(Refusal, match="is no period"):
        span(text)
    assert of_return(text) is None
