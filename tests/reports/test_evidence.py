import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from refusal import Refusal
from reports.evidence import evidence, sentences, show

COLUMNS = """recommendation_ref varchar, source_document varchar, number varchar, title varchar, assessment varchar,
    action varchar, plan_ref varchar, area_code varchar, period varchar, status varchar, status_date date,
    evidence_kind varchar, evidence varchar, evidence_name varchar, unit varchar, value double,
    value_status varchar"""
SCHOOLS = ("REC-12", "The response", "12", "Awareness work in schools", "not found", "13 of 16 schools")
HOMES = ("REC-4", "The response", "4", "Residential care", "not found", "not found")
TEXTLESS = ("OCC-2", "The Commissioner", "2", "Text not in the brief", "accepted", "not found")
TENTH = ("OCC-10", *TEXTLESS[1:2], "10", *TEXTLESS[3:])
DONE = date(2025, 3, 31)


def row(recommendation, plan, status, day, *found, area="372", year="2024-25"):
    return (
        *recommendation,
        plan,
        area,
        year,
        status,
        day,
        *(found or (None,) * 5 + ("no evidence is named",)),
    )


def schools(*found, **where):
    return row(SCHOOLS, "not found", "DONE 1", DONE, *found, **where)


ROWS = [
    schools(
        "indicator", "I34", "Secondary schools with work", "% of secondary schools", 81.25, "part received"
    ),
    schools("indicator", "I33", None, None, None, "no data exists"),
    schools("return", "R21", "Returns received", "of 4 returns due", 3.0, "not received, received"),
    schools("indicator", "I36", "In time", "% of conferences", None, "received"),
    schools("rule", "X03", "It does not agree.", "finding", 0.0, "in what was received"),
    schools(
        "indicator", "I34", "Secondary schools with work", "% of secondary schools", 50.0, "received", area="SY"
    ),
    schools(
        "indicator", "I34", "Secondary schools with work", "% of secondary schools", None, "not received",
        year="2025-26",
    ),
    row(TENTH, "not found", "not found", None),
    row(TEXTLESS, "not found", "not found", None),
    row(HOMES, "not in plan", "NOT_IN_PLAN", None, "indicator", "I27", "In homes", "% of looked-after children",
        None, "not received"),
]  # fmt: skip


@pytest.fixture
def marts(warehouse):
    warehouse.execute(f"create table marts.mart_recommendations ({COLUMNS})")
    warehouse.executemany(f"insert into marts.mart_recommendations values ({', '.join('?' * 17)})", ROWS)
    return warehouse


def test_each_recommendation_has_its_status_and_what_the_data_says(marts):
    assert list(sentences(evidence(marts, "ROT", "2024-25"))) == [
        "What the data says of each recommendation: Rotherham, 2024-25",
        "",
        "REC-4  Residential care",
        "  Status: NOT_IN_PLAN. Plan: not in plan.",
        "  I27 In homes: [x] % of looked-after children (not received)",
        "",
        "REC-12  Awareness work in schools",
        "  Status: DONE 1 (2025-03-31). Action: 13 of 16 schools.",
        "  I34 Secondary schools with work: 81.3 % of secondary schools (part received)",
        "  I36 In time: none to count, % of conferences (received)",
        "  R21 Returns received: 3 of 4 returns due (not received, received)",
        "  X03 It does not agree: 0 finding (in what was received)",
        "  No data exists: I33.",
        "",
        "OCC-2  Text not in the brief",
        "  Status: not found. Answer: accepted.",
        "  No data exists: no indicator, return or rule is its evidence.",
        "",
        "OCC-10  Text not in the brief",
        "  Status: not found. Answer: accepted.",
        "  No data exists: no indicator, return or rule is its evidence.",
    ]


def test_without_a_year_the_latest_with_a_figure(marts):
    assert evidence(marts, "372", None)["year"] == "2024-25"


def test_an_area_has_its_own_figures(marts):
    (one,) = evidence(marts, "SY", "2024-25")["recommendations"]
    assert [(f["evidence"], f["value"]) for f in one["evidence"]] == [("I34", 50.0)]


def test_a_machine_gets_figures_and_null_where_there_is_none(marts, capsys):
    show(evidence(marts, "ROT", "2024-25"), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["schema_version"], told["year"]) == (1, "2024-25")
    schools, textless = told["recommendations"][1], told["recommendations"][2]
    assert (schools["status_date"], schools["evidence"][1]["value"]) == ("2025-03-31", 81.25)
    assert schools["evidence"][0]["value"] is None
    assert textless["evidence"] == []


@pytest.mark.parametrize(
    ("area", "year", "says"),
    [
        ("ROT", "2030-31", "There is nothing for 2030-31. Write a financial year with returns, as 2024-25."),
        ("LDS", "2024-25", "There is no area LDS. The areas are BAR, DON, ROT, SHE, SY."),
        ("BAR", None, "No figure has been received for any year."),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(marts, area, year, says):
    with pytest.raises(Refusal, match=says):
        evidence(marts, area, year)


def test_the_mart_has_the_columns_read_here():
    path = Path(__file__).parents[2] / "dbt_project" / "models" / "marts" / "mart_recommendations.yml"
    (model,) = yaml.safe_load(path.read_text("utf-8"))["models"]
    told = [f"{c['name']} {c['data_type']}" for c in model["columns"]]
    assert told == [" ".join(column.split()) for column in COLUMNS.split(",")]
