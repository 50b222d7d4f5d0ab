"""What is planted in the returns of trusts and councils about services, and what the truth makes of it."""

from __future__ import annotations

import csv

import pytest

YEARS = ("2020-21", "2021-22", "2022-23", "2023-24", "2024-25")
RATE = "diagnoses per 1,000 attendances"


def one(county, **wanted) -> dict:
    """The one figure with these values, of the totals where nothing else is asked."""
    wanted = {"breakdown": "all", **wanted}
    (found,) = (f for f in county.truth["indicators"] if all(f[k] == v for k, v in wanted.items()))
    return found


def sent(county, code: str, org: str, year: str) -> list[dict[str, str]]:
    (path,) = county.folder.glob(f"inbox/{org}/{year}/*/SYCSE_{code}_{org}_{year}_v01.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_a_trust_suppressed_is_suppressed_in_every_sum_it_is_part_of(county):
    assert any(row["sti_diagnoses"] == "c" for row in sent(county, "R17", "RP5", "2021-22"))
    year = {"indicator_code": "I31", "period": "2021-22", "unit": RATE}
    whole = one(county, **year)
    assert (whole["status"], whole["value"], whole["denominator"]) == ("suppressed by sender", None, None)
    by_age = {
        value: one(county, **year, breakdown="age group", breakdown_value=value)["status"]
        for value in ("under 16", "16-17")
    }
    assert by_age == {"under 16": "received", "16-17": "suppressed by sender"}
    assert one(county, **{**year, "period": "2022-23"})["value"] > 0


def test_no_small_count_is_sent_as_a_number(county):
    for year in YEARS:
        for row in sent(county, "R17", "RFR", year):
            numbers = [
                v for k, v in row.items() if k[:4] in ("sti_", "atte", "firs", "repe", "refe") and v.isdigit()
            ]
            assert all(int(v) % 5 == 0 for v in numbers)


def test_rotherham_reached_13_of_its_16_schools_in_a_year(county):
    told = one(county, indicator_code="I34", unit="% of secondary schools", area_code="372", period="2023-24")
    assert (told["numerator"], told["denominator"], told["value"]) == (13, 16, 81.25)
    schools: dict[str, int] = {}
    for row in sent(county, "R21", "ROT", "2023-24"):
        if row["setting_type"] == "SECONDARY" and row["year_group"] in ("Y6", "Y7", "Y8"):
            schools[row["urn"]] = schools.get(row["urn"], 0) + int(row["sessions"])
    assert (len(schools), sum(n > 0 for n in schools.values())) == (16, 13)


def test_a_school_nothing_was_told_of_still_counts(county):
    told = {r["urn"] for r in sent(county, "R21", "ROT", "2021-22") if r["setting_type"] == "SECONDARY"}
    year = {
        "indicator_code": "I34",
        "unit": "% of secondary schools",
        "area_code": "372",
        "period": "2021-22",
    }
    assert (len(told), one(county, **year)["denominator"]) == (15, 16)


def test_training_expires_and_targets_are_stated_again(county):
    rows = [row for year in YEARS for row in sent(county, "R20", "ROT", year) if row["staff_group"] == "SW"]
    targets = [int(row["headcount_target"]) for row in rows if row["headcount_target"]]
    assert any(row["expires_on"] < "2025-03-31" for row in rows)
    assert min(targets) < targets[0]
    ever = sum(int(row["headcount_trained"]) for row in rows)
    year = {"indicator_code": "I33", "area_code": "372", "period": "2024-25", "breakdown": "staff group"}
    assert one(county, **year, breakdown_value="SW")["numerator"] < ever


def test_licences_decided_late_are_told_as_warnings_and_do_not_count(county):
    late = [f for f in county.truth["findings"] if f["rule_code"] == "R22.07" and "2025-26" not in f["file"]]
    assert len(late) >= 5
    for year in YEARS:
        told = one(county, indicator_code="I37", area_code="SY", period=year)
        assert 0 < told["numerator"] < told["denominator"]


def test_a_year_without_licensing_actions_is_a_nil_return_and_a_nought(county):
    (nil,) = (s for s in county.truth["submissions"] if (s["return_code"], s["status"]) == ("R22", "nil"))
    assert (nil["organisation_code"], nil["period"]) == ("BAR", "2020-21")
    told = one(county, indicator_code="I37", area_code="370", period="2020-21")
    assert (told["numerator"], told["denominator"], told["value"], told["status"]) == (0, 0, None, "received")


def test_posts_for_all_children_are_sent_and_not_counted(county):
    rows = sent(county, "R19", "ROT", "2023-24")
    scopes = {row["scope"] for row in rows}
    assert scopes == {"", "CSE", "ALL_CHILDREN"}
    counted = sum(
        float(r["fte_in_post"]) for r in rows if r["role"].startswith("SW") and r["scope"] != "ALL_CHILDREN"
    )
    told = one(county, indicator_code="I06", unit="FTE", area_code="372", period="2023-24")
    assert told["value"] == counted


@pytest.mark.parametrize("unit", ["% of attendances under 16", "% of attendances under 18"])
def test_patients_from_elsewhere_are_none_of_south_yorkshires(county, unit):
    assert any(row["la"] == "384" for row in sent(county, "R16", "RFF", "2023-24"))
    areas = [
        one(county, indicator_code="I30", unit=unit, area_code=area, period="2023-24")["denominator"]
        for area in ("370", "371", "372", "373", "U", "SY")
    ]
    assert sum(areas[:-1]) == areas[-1]
