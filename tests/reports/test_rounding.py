"""13 of 16 schools is 81.25 %: the warehouse keeps it whole, and whatever prints it rounds a half up."""

from decimal import Decimal

from reports.annual_figures import Figure
from reports.evidence import sentences
from reports.rounding import half_up

SHARE = "% of secondary schools"


def test_the_evidence_says_one_decimal_place():
    found = {"evidence": "I34", "evidence_name": "Schools", "unit": SHARE, "value": 81.25}
    told = dict.fromkeys(("recommendation_ref", "title", "status", "assessment", "plan_ref", "action"), "")
    one = told | {"status_date": None, "evidence": [found | {"value_status": "received"}]}
    lines = list(sentences({"area": "Rotherham", "year": "2024-25", "recommendations": [one]}))
    assert lines[-1] == f"  I34 Schools: 81.3 {SHARE} (received)"


def test_the_annual_report_gives_a_share_in_whole_numbers():
    assert Figure(Decimal("81.25"), "received", SHARE).shown == "81"


def test_a_half_goes_up_wherever_it_is_printed():
    assert [str(half_up(v, 1)) for v in (81.25, Decimal("81.35"), 2.5, 0.05)] == [
        "81.3",
        "81.4",
        "2.5",
        "0.1",
    ]
    assert Figure(Decimal("81.25"), "received", "episodes per 10,000").shown == "81.3"
