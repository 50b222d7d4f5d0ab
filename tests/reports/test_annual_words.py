"""What the annual report says of a change: never more than the interval allows, nor of what is broken or not whole."""

import csv

import pytest

from reports.annual import wanted
from reports.annual.contents import contents
from reports.annual.model import Words
from reports.annual.sentences import change, sentence
from reports.annual.shelf import lay_out
from tests.reports.annual_county import county
from tests.reports.made_release import figure, release

COMPLAINTS = ("I01", "complaint")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The county, of whose report the sentences alone are made: a chart takes longer than all the rest."""
    with wanted.SEED.open(encoding="utf-8", newline="") as file:
        rows = [{k: v for k, v in r.items() if k != "source"} for r in csv.DictReader(file)]
    told = [row for row in rows if row["shown"] == "headline"]
    return county(tmp_path_factory.mktemp("releases"), annual_sections=told)


def two(folder, before: dict, now: dict, **tables):
    """A shelf with one measure of Rotherham in two years."""
    values = zip(("2023-24", "2024-25"), (before, now), strict=True)
    return lay_out(
        release(folder, [figure(*COMPLAINTS, "372", year, **told) for year, told in values], **tables),
        "372",
        "2024-25",
    )


def said(shelf) -> str:
    return change(*shelf.row(COMPLAINTS, "372"), shelf)


@pytest.mark.parametrize(
    ("before", "now", "word"),
    [
        ((100, 81, 122), (150, 127, 176), "rose"),
        ((150, 127, 176), (100, 81, 122), "fell"),
        ((100, 81, 122), (140, 118, 165), "changed by no more than chance allows"),
        ((100, 81, 127), (150, 127, 176), "changed by no more than chance allows"),
        ((100, 81, 122), (100, 81, 122), "did not change"),
        (("c", "c", "c"), (100, 81, 122), "cannot be compared"),
        ((100, 81, 122), ("x", "x", "x"), "cannot be compared"),
    ],
)
def test_a_change_is_said_only_where_the_intervals_lie_apart(tmp_path, before, now, word):
    pair = [dict(zip(("value", "lower", "upper"), numbers, strict=True)) for numbers in (before, now)]
    assert said(two(tmp_path, *pair)) == word


def test_nothing_is_compared_across_a_break_or_with_what_is_not_whole(tmp_path):
    far = {"value": 10, "lower": 5, "upper": 18}, {"value": 100, "lower": 81, "upper": 122}
    broken = {"indicator_code": "I01", "area_code": "372", "breakdown": "all", "note": "A new form."}
    for day, word in (("2024-07-01", "cannot be compared: the series breaks"), ("2023-04-01", "rose")):
        shelf = two(tmp_path / day, *far, breaks=[broken | {"break_date": day}])
        assert said(shelf) == word
    part = two(tmp_path / "part", far[0], far[1] | {"status": "part received"})
    assert said(part) == "cannot be compared: not all of it is in"


def test_a_sentence_says_the_figure_how_sure_it_is_and_the_year_before(made):
    shelf = lay_out(made, "ROT", "2024-25")
    assert sentence(("I20", "% of required"), shelf.area, shelf) == (
        "Independent return interviews within 72 hours (% of required): 26.8 % in 2024-25 (11 of 41; 95 % interval "
        "15.7 to 41.9). In 2023-24: 34.8 %. It changed by no more than chance allows."
    )
    assert sentence(("I05", "FTE"), shelf.area, shelf) == (
        "Police officers on CSE (FTE): 12.75 in 2024-25. In 2023-24: 14.00. It fell."
    )


def test_what_is_absent_hidden_or_of_another_place_is_said_to_be(made):
    shelf = lay_out(made, "ROT", "2024-25")
    don, bar = (next(a for a in shelf.areas if a.name == name) for name in ("Doncaster", "Barnsley"))
    assert sentence(("I04", "defendant"), don, shelf) == (
        "CSE convictions (defendant), Doncaster: in 2024-25 not received. It does not mean 0, and absence of data is "
        "not absence of abuse."
    )
    assert sentence(("I04", "defendant"), bar, shelf).endswith(
        "In 2023-24: hidden, so that nobody can be found; nothing can be said of a change."
    )
    assert sentence(("I26", "% of open cases"), shelf.area, shelf) == (
        "I26 (% of open cases): the release has no figure for this area."
    )


def test_no_sentence_of_the_report_says_rose_or_fell_of_overlapping_intervals(made):
    """Of every headline of four areas: where it says so, the release's own ends lie apart, or it has none."""
    checked = 0
    for area in ("BAR", "DON", "ROT", "SHE"):
        shelf = lay_out(made, area, "2024-25")
        lines = [
            line
            for s in contents(made, area, "2024-25").sections
            for p in s.parts
            for i in p.items
            if isinstance(i, Words)
            for line in i.lines
        ]
        for measure in {k[:2] for k in shelf.found}:
            before, now = shelf.row(measure, shelf.area.code)
            named = f"{shelf.indicators[measure]['indicator']} ({measure[1]}): "
            for line in (
                one for one in lines if one.startswith(named) and ("It rose" in one or "It fell" in one)
            ):
                apart = now.lower == "z" or float(now.lower) > float(before.upper)
                assert apart or float(now.upper) < float(before.lower), line
                checked += 1
    assert checked == 7


def test_a_figure_told_for_the_county_alone_is_named_as_the_countys(made):
    lines = [
        i.lines
        for s in contents(made, "ROT", "2024-25").sections
        for p in s.parts
        for i in p.items
        if isinstance(i, Words)
    ]
    assert any(
        one.startswith("Suspects and defendants of CSE (person), South Yorkshire: 315 in 2024-25.")
        for told in lines
        for one in told
    )
