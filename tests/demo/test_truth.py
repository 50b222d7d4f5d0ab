"""The truth beside the county adds up, and every rule is broken by a planted row with its own words."""

from __future__ import annotations

from collections import defaultdict

import pytest

from demo.examples import rule_of
from expectations.standard import standard

AREAS = ("370", "371", "372", "373")


def figures(county, **wanted) -> list[dict]:
    return [f for f in county.truth["indicators"] if all(f[k] == v for k, v in wanted.items())]


@pytest.mark.parametrize("code", ["I01", "I02", "I03", "I04", "I08", "I09"])
def test_south_yorkshire_is_the_sum_of_its_areas_and_the_unknown(county, code):
    found = figures(county, indicator_code=code, breakdown="all")
    parts: dict[tuple, float] = defaultdict(float)
    for f in found:
        if f["area_code"] != "SY":
            parts[f["unit"], f["period"]] += f["value"]
    totals = {(f["unit"], f["period"]): f["value"] for f in found if f["area_code"] == "SY"}
    assert totals
    assert totals == parts


def test_months_and_quarters_add_up_to_their_year(county):
    by_kind: dict[tuple, float] = defaultdict(float)
    for f in figures(county, indicator_code="I01", area_code="SY", breakdown="all", unit="complaint"):
        kind = (
            "quarter"
            if "-Q" in f["period"]
            else "year"
            if f["value"] is not None and _is_year(f["period"])
            else "month"
        )
        by_kind[kind] += f["value"]
    assert by_kind["month"] == by_kind["quarter"] == by_kind["year"] > 0


def _is_year(period: str) -> bool:
    return len(period) == 7 and int(period[5:]) == (int(period[:4]) + 1) % 100


@pytest.mark.parametrize("breakdown", ["age", "sex", "cancelled"])
def test_breakdowns_of_complaints_add_up(county, breakdown):
    parts: dict[tuple, float] = defaultdict(float)
    for f in figures(county, indicator_code="I01", breakdown=breakdown):
        parts[f["area_code"], f["period"]] += f["value"]
    totals = figures(county, indicator_code="I01", breakdown="all", unit="complaint")
    years = {(f["area_code"], f["period"]): f["value"] for f in totals if _is_year(f["period"])}
    assert {k: v for k, v in years.items() if v} == {k: v for k, v in parts.items() if v}


def test_the_seven_counts_are_told_for_every_area_and_year_and_what_never_came_is_not_nought(county):
    seven = county.truth["seven_counts"]
    assert set(seven) == {*AREAS, "SY"}
    missing = [
        (area, year, name)
        for area, years in seven.items()
        for year, counts in years.items()
        for name, value in counts.items()
        if value is None
    ]
    assert missing == [("371", "2021-22", "social_workers"), ("371", "2021-22", "other_specialist_workers")]


def test_rows_are_conserved(county):
    for s in county.truth["submissions"]:
        assert s["rows_read"] == s["rows_accepted"] + s["rows_quarantined"] + s["rows_skipped"]


def test_every_rule_of_every_return_is_broken_by_a_planted_row_in_its_words(county):
    planted = {(f["rule_code"], f.get("says")) for f in county.truth["findings"]}
    for r in standard().values():
        for example in r.refused:
            assert (rule_of(r, example).code, example.because) in planted
        written = {(rule.code, rule.says) for rule in r.rules}
        assert written <= planted, r.name


def test_planted_faults_are_under_one_row_in_twenty(county):
    for s in county.truth["submissions"]:
        assert s["rows_quarantined"] <= 0.05 * s["rows_read"]


def test_findings_point_at_the_value_that_was_sent(county):
    lines: dict[str, list[str]] = {}
    for f in county.truth["findings"]:
        if f["line"] and f["value"]:
            text = lines.setdefault(
                f["file"], (county.folder / f["file"]).read_text("utf-8-sig").splitlines()
            )
            assert f["value"] in text[f["line"] - 1]


def test_each_discrepancy_between_returns_is_counted(county):
    codes = {c["rule_code"] for c in county.truth["cross_return"]}
    between = {f"X{n:02d}" for n in (*range(1, 16), 17, 18, 20, 22)}
    assert codes == between


def test_below_a_tenth_nothing_is_planted(make_county, tmp_path):
    county = make_county(tmp_path, scale=0.05)
    assert county.truth["refused"] == []
    assert not any(s["rows_quarantined"] for s in county.truth["submissions"])
