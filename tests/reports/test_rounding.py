"""13 of 16 schools is 81.25 %: the warehouse keeps it whole, and whatever prints it rounds a half up."""

from decimal import Decimal

from reports.annual.model import Cell
from reports.evidence import sentences
from reports.rounding import half_up

SHARE = "% of secondary schools"


def test_the_evidence_says_one_decimal_place():
    found = {"evidence": "I34", "evidence_name": "Schools", "unit": SHARE, "value": 81.25}
    told = dict.fromkeys(("recommendation_ref", "title", "status", "assessment", "plan_ref", "action"), "")
    one = told | {"status_date": None, "evidence": [found | {"value_status": "received"}]}
    lines = list(sentences({"area": "Rotherham", "year": "2024-25", "recommendations": [one]}))
    assert lines[-1] == f"  I34 Schools: 81.3 {SHARE} (received)"


def test_the_annual_report_gives_a_share_to_one_decimal_place_and_a_count_to_none():
    assert [Cell("81.25", SHARE).shown, Cell("13", "school").shown, Cell("12.75", "FTE").shown] == [
        "81.3",
        "13",
        "12.75",
    ]


def test_a_half_goes_up_wherever_it_is_printed():
    assert [str(half_up(v, 1)) for v in (81.25, Decimal("81.35"), 2.5, 0.05)] == [
        "81.3",
        "81.4",
        "2.5",
        "0.1",
    ]
    assert Cell("81.25", "episodes per 10,000").shown == "81.3"
