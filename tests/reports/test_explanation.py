"""Explaining a figure: the SQL gives its numerator, the rows are as many, and what changed since is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest
import yaml

from refusal import Refusal
from reports.explanation import explain, show
from reports.explanation.keys import KEYS
from reports.explanation.members import members
from reports.explanation.statement import Counted, counting
from tests.reports.made_release import figure, release

ROOT = Path(__file__).parents[2]
WAREHOUSE = """
    create schema core;
    create table core.dim_periods as
    from (values
        ('2023-24', date '2023-04-01', date '2024-03-31', 2023), ('2024-25', date '2024-04-01', date '2025-03-31', 2024)
    ) as v(period, start_date, end_date, mid_year);
    create table core.fct_prosecutions as
    from (values
        ('P1', 'D1', '372', true, date '2024-04-01'), ('P1', 'D2', '372', true, date '2025-03-31'),
        ('P2', 'D3', '372', true, date '2025-04-01'), ('P3', 'D4', '372', false, date '2024-06-01'),
        ('P4', 'D5', null, true, date '2024-06-01'), ('P5', 'D6', 'OUT', true, date '2024-06-01'),
        ('P6', 'D7', '371', true, date '2024-06-01')
    ) as v(case_ref, defendant_key, area_code, is_cse, first_charge_date);
    create table core.fct_convictions as
    from (values
        ('P1', 'D1', 1, '372', true, date '2024-09-01', 1), ('P1', 'D2', 1, '372', true, date '2024-09-01', 0),
        ('P4', 'D5', 1, '372', true, date '2024-09-02', 1)
    ) as v(case_ref, defendant_key, conviction_event, area_code, is_cse, counted_date, conviction_count);
    create table core.fct_cse_identifications as
    from (values
        ('R01', 'SYP', 'a', '372', 'C1', date '2024-05-01', 'White'), ('R09', 'ROT', 'b', '372', 'C1', date '2024-05-02', 'White'),
        ('R09', 'ROT', 'c', '372', 'C2', date '2024-07-01', 'Asian'), ('R09', 'ROT', 'd', '372', 'C3', date '2024-07-01', null),
        ('R09', 'DON', 'e', '371', 'C2', date '2024-08-01', 'Asian')
    ) as v(return_code, organisation_code, record, area_code, child_key, identified_date, ethnicity_group);
    create table core.fct_referral_stages as
    from (values
        ('ROT', 'F1', 'strategy discussion', '372', date '2024-05-01', 3, true),
        ('ROT', 'F2', 'strategy discussion', '372', date '2024-05-01', 9, true),
        ('ROT', 'F3', 'strategy discussion', '372', date '2024-05-01', 4, false)
    ) as v(organisation_code, referral_id, stage, area_code, referral_date, days_from_referral, is_reached);
    create table core.fct_complaints as
    from (values ('K1', '372', date '2024-04-01'), ('K2', '372', date '2024-04-01'), ('K3', '373', date '2024-04-01'))
    as v(complaint_key, area_code, received_date);
    create table core.dim_populations as
    from (values
        ('372', 2024, '0-17', 'mye_rebased_2025', 56000), ('372', 2024, '0-17', 'mye_2020_original', 57000),
        ('372', 2023, '0-17', 'mye_rebased_2025', 55000)
    ) as v(area_code, mid_year, population_ages, population_series, population);
    create table core.fct_looked_after_episodes as
    from (values
        ('E1', 'ROT', '372', 'C1', date '2020-01-01', null, true), ('E2', 'ROT', '372', 'C2', date '2020-01-01', date '2025-03-31', true),
        ('E3', 'ROT', '372', 'C3', date '2025-04-01', null, true)
    ) as v(record_ref, organisation_code, area_code, child_key, start_date, end_date, is_counted);
"""
SUBMISSION = {
    "organisation_code": "CPS",
    "return_code": "R06",
    "standard_version": "1.0",
    "provisional": "final",
}
COVERAGE = [
    {"return_code": "R06", "organisation_code": "CPS", "area_code": "SY", "month": f"2024-{m:02}", "status": "received"}
    for m in range(4, 13)
] + [
    {"return_code": "R09", "organisation_code": o, "area_code": a, "month": "2024-05", "status": "nil"}
    for o, a in (("ROT", "372"), ("DON", "371"))
]  # fmt: skip


def submission(number: int, period: str, sha256: str, received: str, **more) -> dict:
    return (
        SUBMISSION
        | {"submission_id": str(number), "period": period, "sha256": sha256, "received_at": received}
        | more
    )


BEFORE = [
    submission(1, "2023-24", "aa", "2024-05-01T09:00:00+00:00"),
    submission(2, "2024-25", "bb", "2025-04-01T09:00:00+00:00", provisional="provisional"),
    submission(3, "2024-25", "cc", "2025-04-01T09:00:00+00:00", organisation_code="DON", return_code="R09"),
]
NOW = [
    BEFORE[0],
    submission(4, "2024-25", "dd", "2025-05-01T09:00:00+00:00"),
    submission(5, "2025-26-Q1", "ee", "2025-07-01T09:00:00+00:00"),
    BEFORE[2],
]


@pytest.fixture(scope="module")
def warehouse():
    with duckdb.connect() as connection:
        connection.execute(WAREHOUSE)
        yield connection


@pytest.fixture(scope="module")
def now(tmp_path_factory):
    part = ("ethnicity", "Asian", "Asian")
    figures = [
        figure("I03", "defendant", "372", "2024-25", 2, lower=0.2, upper=7.2),
        figure("I03", "defendant", "SY", "2024-25", 4, lower=1.1, upper=10.2),
        figure("I13", "child", "372", "2024-25", 1, part=part),
        figure("I13", "child", "371", "2024-25", "x", status="not received", not_received="R09 DON"),
    ]
    breaks = [
        {
            "indicator_code": "I03",
            "area_code": "372",
            "breakdown": "all",
            "break_date": "2024-10-01",
            "note": "A flag.",
        }
    ]
    told = {"submissions": NOW, "coverage": COVERAGE, "breaks": breaks}
    return release(tmp_path_factory.mktemp("now"), figures, {"vintage": "2025-07-01T09:00:00+00:00"}, **told)


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    figures = [figure("I03", "defendant", "372", "2024-25", 1)]
    told = {"submissions": BEFORE, "coverage": COVERAGE}
    more = {"name": "restricted-2024-25-before", "vintage": "2025-04-01T09:00:00+00:00"}
    return release(tmp_path_factory.mktemp("before"), figures, more, **told)


def listed(code: str, unit: str) -> dict:
    """A line of the catalogue as a release tells it."""
    with (ROOT / "seeds" / "indicators.csv").open(encoding="utf-8", newline="") as file:
        row = next(r for r in csv.DictReader(file) if (r["indicator_code"], r["unit"]) == (code, unit))
    return row | {"counted": row["numerator"], "counted_of": row["denominator"]}


@pytest.mark.parametrize(
    ("code", "unit", "area", "part", "numbers", "counts", "ids"),
    [
        ("I03", "defendant", "372", None, (2,), "rows", [("P1", "D1"), ("P1", "D2")]),
        ("I03", "defendant", "U", None, (1,), "rows", [("P4", "D5")]),
        ("I03", "defendant", "SY", None, (4,), "rows", [("P1", "D1"), ("P1", "D2"), ("P4", "D5"), ("P6", "D7")]),
        ("I04", "defendant", "372", None, (2,), "sum", [("P1", "D1", 1, 1.0), ("P1", "D2", 1, 0.0), ("P4", "D5", 1, 1.0)]),
        ("I13", "child", "372", None, (3,), "distinct",
         [("C1", ["R01 SYP a", "R09 ROT b"]), ("C2", ["R09 ROT c"]), ("C3", ["R09 ROT d"])]),
        # A child known in two areas is one child of South Yorkshire.
        ("I13", "child", "SY", ("ethnicity", "Asian"), (1,), "distinct", [("C2", ["R09 DON e", "R09 ROT c"])]),
        ("I13", "child", "372", ("ethnicity", "Unknown"), (1,), "distinct", [("C3", ["R09 ROT d"])]),
        ("I13", "% of children with known ethnicity", "372", ("ethnicity", "Asian"), (1, 2), "distinct", [("C2", ["R09 ROT c"])]),
        ("I13", "% of children with known ethnicity", "372", ("ethnicity", "Unknown"), (1, None), "distinct", [("C3", ["R09 ROT d"])]),
        ("I01", "complaints per 10,000 aged 0-17", "372", None, (2, 56000), "rows", [("K1",), ("K2",)]),
        ("I01", "complaints per 10,000 aged 0-17", "372", ("population series", "mye_2020_original"), (2, 57000), "rows", [("K1",), ("K2",)]),
    ],
)  # fmt: skip
def test_the_statement_gives_the_figure_and_the_rows_come_to_it(
    warehouse, code, unit, area, part, numbers, counts, ids
):
    counted = Counted(listed(code, unit), area, "2024-25", *(part or ("all", "all")))
    assert warehouse.execute(counting(counted)).fetchone() == numbers
    found = members(warehouse, counted)
    assert (found.counts, [tuple(row.values()) for row in found.ids]) == (counts, ids)
    assert found.total == numbers[0]


def test_a_median_names_the_rows_it_is_of_and_counts_none(warehouse):
    line = next(r for r in _catalogue() if r["numerator"] == "median(days_from_referral)")
    line |= {"counted": line["numerator"], "counted_of": "", "row_filter": "is_reached"}
    counted = Counted(line, "372", "2024-25", "stage", "strategy discussion")
    assert warehouse.execute(counting(counted)).fetchone() == (6,)
    found = members(warehouse, counted)
    assert found.total is None and [row["referral_id"] for row in found.ids] == ["F1", "F2"]


def test_what_is_open_at_the_end_has_not_ended_by_it(warehouse):
    line = next(
        r
        for r in _catalogue()
        if (r["relation"], r["period_match"]) == ("fct_looked_after_episodes", "open at end")
    )
    line |= {"counted": "count(distinct child_key)", "counted_of": "", "row_filter": "is_counted"}
    counted = Counted(line, "372", "2024-25", "all", "all")
    assert warehouse.execute(counting(counted)).fetchone() == (1,)
    assert members(warehouse, counted).ids == ({"child_key": "C1", "records": ["ROT E1"]},)


def test_every_key_is_the_one_its_model_is_held_to():
    models = ROOT / "dbt_project" / "models" / "core"
    for relation, key in KEYS.items():
        (model,) = yaml.safe_load((models / f"{relation}.yml").read_text("utf-8"))["models"]
        tests = [test["one_row_for_each"] for test in model["data_tests"] if "one_row_for_each" in test]
        assert key.split() == tests[0]["arguments"]["columns"], relation
    assert {row["relation"] for row in _catalogue()} <= KEYS.keys()


def test_a_relation_not_listed_is_named_by_what_names_something(warehouse, monkeypatch):
    monkeypatch.delitem(KEYS, "fct_prosecutions")
    found = members(warehouse, Counted(listed("I03", "defendant"), "U", "2024-25", "all", "all"))
    assert found.ids == ({"case_ref": "P4", "defendant_key": "D5", "area_code": None},)


def test_an_explanation_holds_all_a_figure_rests_on(now, warehouse):
    told = explain(now, "I03", area="ROT", period="2024-25", warehouse=warehouse, may_see_rows=True)
    assert dict(told.meaning)["Definition"] == "prosecution" and told.returns == ("R06",)
    assert "(select * from core.fct_prosecutions where is_cse) as facts" in told.sql
    assert told.release["vintage"] == "2025-07-01T09:00:00+00:00" and told.release["name"] == now.name
    # The later quarter is of another period; the council's return is of no concern to prosecutions.
    assert [(s.submission_id, s.sha256) for s in told.submissions] == [(4, "dd")]
    assert told.coverage == {"received": 9}
    assert told.breaks == ("Breaks on 2024-10-01: A flag.",)
    assert len(told.members.ids) == 2 == int(told.figure.numerator)
    assert not any("not told" in said or "now is" in said for said in told.says)


def test_rows_are_told_to_nobody_who_may_not_see_them(now, warehouse):
    told = explain(now, "I03", area="ROT", period="2024-25", warehouse=warehouse)
    assert told.members is None
    assert "The rows of the numerator are not told: this role may not see rows." in told.says
    told = explain(now, "I03", area="ROT", period="2024-25", may_see_rows=True)
    assert told.members is None and "a release holds none, and no warehouse is open" in told.says[-1]


def test_rows_that_do_not_come_to_the_released_number_say_so(now, warehouse, tmp_path):
    other = release(tmp_path, [figure("I03", "defendant", "372", "2024-25", 5)])
    told = explain(other, "I03", area="ROT", period="2024-25", warehouse=warehouse, may_see_rows=True)
    assert any("come to 2, the release says 5" in said for said in told.says)


def test_returns_are_those_of_the_area_and_of_the_county(now):
    told = explain(now, "I13", unit="child", area="DON", period="2024-25")
    assert [s.submission_id for s in told.submissions] == [3]
    assert told.coverage == {"nil": 1}
    assert "Value [x]: not received." in told.says
    assert "Status: not received. Not received, which does not mean 0: R09 DON." in told.says
    assert (
        explain(
            now, "I13", unit="child", area="ROT", period="2024-25", breakdown="ethnicity=Asian"
        ).submissions
        == ()
    )


def test_what_changed_and_because_of_which_submission(now, before):
    since = explain(now, "I03", area="ROT", period="2024-25", against=before).since
    assert since.then.value == "1"
    assert [(s.submission_id, s.became, s.covers) for s in since.came] == [
        (4, "replaced", True),
        (5, "new", False),
    ]
    assert since.gone == ()
    assert since.says[:2] == (
        "It was 1 and is now 2.",
        "Of its returns 2 submissions came since and 0 count no more.",
    )


def test_that_nothing_came_is_said_too(now, before):
    since = explain(now, "I03", area="ROT", period="2024-25", against=now).since
    assert since.says == (
        "The figure is the same in both releases.",
        "No submission of its returns came since.",
    )
    with pytest.raises(Refusal, match="is later than"):
        explain(before, "I03", area="ROT", period="2024-25", against=now)
    assert explain(now, "I03", area="SY", period="2024-25", against=before).since.says[0] == (
        "restricted-2024-25-before holds no such figure."
    )


def test_a_public_release_explains_its_marks_in_words(tmp_path):
    manifest = {"protection": None, "profile": {"name": "public", "round_base": 5}}
    manifest |= {"marks": {"c": "hidden, so that nobody can be found"}, "name": "public-2024-25"}
    made = release(tmp_path, [figure("I03", "defendant", "372", "2024-25", "c", lower="c")], manifest)
    told = explain(made, "I03", area="372", period="2024-25")
    assert told.says[:2] == (
        "Value [c]: hidden, so that nobody can be found.",
        "Numerator [c]: hidden, so that nobody can be found.",
    )
    assert (
        "Counts in this release are rounded to 5: the rows behind it may be a few more or fewer." in told.says
    )
    assert told.release["protection"] == "profile public"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"area": "all"}, "all is not one of our areas. They are: Barnsley, Doncaster"),
        ({"period": "2023-24"}, "It holds figures by year from 2024-25 to 2024-25."),
        ({"breakdown": "ethnicity"}, "Say which ethnicity: --breakdown 'ethnicity=…'"),
    ],
)
def test_one_figure_at_a_time(now, asked, says):
    with pytest.raises(Refusal) as said:
        explain(now, "I03", **{"area": "ROT", "period": "2024-25"} | asked)
    assert says in str(said.value)


def test_text_and_json_tell_the_same(now, before, warehouse, capsys):
    told = explain(
        now, "I03", area="ROT", period="2024-25", warehouse=warehouse, may_see_rows=True, against=before
    )
    show(told)
    text = capsys.readouterr().out
    assert "I03 CSE prosecutions, defendant: Rotherham, 2024-25\nFigure: 2\n95 % interval: 0.2 to 7.2" in text
    assert "P1        D2" in text and "final, replaced" in text and "It was 1 and is now 2." in text
    show(told, as_json=True)
    data = json.loads(capsys.readouterr().out)
    assert data["schema_version"] == 1 and data["figure"]["value"] == "2"
    assert [row["defendant_key"] for row in data["members"]["ids"]] == ["D1", "D2"]
    assert data["since"]["came"][0]["became"] == "replaced" and data["sql"] == told.sql


def _catalogue() -> list[dict]:
    with (ROOT / "seeds" / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
