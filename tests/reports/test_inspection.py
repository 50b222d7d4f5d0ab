"""Lists of children for an inspectorate, from a small made core: who stands on each, what is empty, and why."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ingest.excel import open_book
from ingest.national import is_annex_a
from refusal import Refusal
from reports.exchanges.inspection import PRESETS, inspection_lists, lists_of
from tests.reports.conftest import submit, warehouse

assert warehouse  # the fixture; here with a core of its own beside it
CORE = """
create schema if not exists reference;
create table core.dim_organisations as from (values ('ROT', 'council', '372'), ('BAR', 'council', '370'), ('SYP', 'police', null))
    t(organisation_code, organisation_kind, area_code);
create table core.dim_children as from (values ('k1', date '2010-06-01', 'F', 'White'), ('k2', date '2012-01-01', 'M', 'Asian'))
    t(child_key, birth_month, sex, ethnicity_group);
create table reference.codes as from (values ('sex', 'F', 'Female'), ('legal_status', 'C2', 'Full care order'),
    ('cp_category_of_abuse', 'SAB', 'Sexual abuse'), ('cse_model', 'GROUP', 'By a group')) t(list, code, label);
create table core.fct_referrals as from (values
    ('R1', '372', 'k1', date '2025-01-10', '6', false, false), ('R2', '372', 'k1', date '2025-02-01', '=1+1', false, true),
    ('R3', '372', 'k1', date '2024-05-31', '6', false, false), ('R4', '372', 'k2', date '2025-03-01', '1A', true, null),
    ('R5', '370', 'k2', date '2025-03-01', '1A', false, false), ('R6', '372', null, date '2025-06-02', '6', false, null),
    ('R7', '372', 'k2', date '2025-06-03', '6', false, false))
    t(referral_id, area_code, child_key, referral_date, referral_source, is_contact_only, is_no_further_action);
create table core.fct_assessments as from (values
    ('A1', '372', 'k1', date '2024-01-01', date '2024-02-01'), ('A2', '372', 'k1', date '2024-05-01', date '2024-07-01'),
    ('A3', '372', 'k2', date '2023-01-01', null), ('A4', '372', 'k2', date '2025-05-01', date '2025-06-09'))
    t(assessment_id, area_code, child_key, start_date, authorised_date);
create table core.fct_protection_events as from (values
    ('E1', 'ROT', '372', 'k1', 'STRAT', date '2025-01-11', null, null, null, null, null),
    ('E2', 'ROT', '372', 'k1', 'S47', date '2025-01-13', 'E1', false, null, null, null),
    ('E3', 'ROT', '372', 'k1', 'ICPC', date '2025-01-20', 'E2', null, null, null, null),
    ('E4', 'ROT', '372', 'k1', 'CPP_START', date '2025-01-20', 'E3', null, 'SAB', 'SAB', 1),
    ('E5', 'ROT', '372', 'k1', 'REVIEW', date '2025-04-01', 'E4', null, null, null, null),
    ('E6', 'ROT', '372', 'k2', 'S47', date '2025-03-01', null, true, null, null, null),
    ('E7', 'ROT', '372', 'k2', 'CPP_START', date '2023-01-01', null, null, 'NEG', 'NEG', 0),
    ('E8', 'ROT', '372', 'k2', 'CPP_END', date '2024-06-03', 'E7', null, 'NEG', 'NEG', 0))
    t(event_id, organisation_code, area_code, child_key, event_type, event_date, linked_event_id,
        is_conference_not_required, initial_category, latest_category, previous_plans);
create table core.fct_looked_after_episodes as from (values
    ('L1', '372', 'k1', date '2023-01-01', date '2024-08-01', 'S', 'X1', 'V2', true, 'U4', 'foster', 'PR1', 'in', false),
    ('L2', '372', 'k1', date '2024-08-01', date '2025-02-01', 'L', 'X1', 'C2', true, 'U4', 'foster', 'PR1', 'in', false),
    ('L3', '372', 'k1', date '2025-02-01', null, 'P', null, 'C2', true, 'K2', 'residential', 'PR4', 'out', false),
    ('L4', '372', 'k2', date '2024-01-01', date '2024-05-01', 'S', 'E4A', 'V2', true, 'U4', 'foster', 'PR1', 'in', false),
    ('L5', '370', 'k2', date '2025-01-01', null, 'S', null, 'V2', true, 'U4', 'foster', 'PR1', 'in', false))
    t(record_ref, area_code, child_key, start_date, end_date, start_reason, end_reason, legal_status, is_counted,
        placement, placement_group, place_provider, placed, is_unaccompanied);
create table core.fct_missing_episodes as from (values
    ('council', '372', 'k1', true, date '2025-02-02'), ('council', '372', 'k1', true, date '2025-03-02'),
    ('council', '372', 'k1', false, date '2025-03-09'), ('council', '372', 'k1', true, date '2024-06-01'),
    ('police', 'U', 'k1', true, date '2025-02-02')) t(source, area_code, child_key, is_missing, start_date);
create table core.fct_interview_duties as from (values
    ('372', 'k1', date '2025-02-02', 'M1', true, true), ('372', 'k1', date '2025-03-02', 'M2', true, false))
    t(area_code, child_key, start_date, episode_ref, is_offered, is_completed);
create table core.fct_cse_cases as from (values
    ('C1', '372', 'k1', date '2025-01-05', null, date '2025-01-02', ['GROUP', 'PARTY'], true),
    ('C2', '372', 'k2', date '2024-01-05', date '2025-06-03', date '2024-01-02', [], false),
    ('C3', '372', 'k2', date '2023-01-05', date '2025-06-02', date '2023-01-02', [], false))
    t(case_id, area_code, child_key, opened_date, closed_date, identified_date, cse_models, has_safety_plan);
alter table core.fct_cse_cases add column exploited_from_date date; alter table core.fct_cse_cases add column risk_level varchar;
alter table core.fct_cse_cases add column risk_tool varchar; alter table core.fct_cse_cases add column assessed_date date;
alter table core.fct_cse_cases add column next_due_date date; alter table core.fct_cse_cases add column risk_indicators varchar[];
alter table core.fct_cse_cases add column safety_plan_date date; alter table core.fct_cse_cases add column lead_agency varchar;
create table marts.fct_coverage as
    select code as return_code, who as organisation_code, strftime(m, '%Y-%m') as period, 'received' as status
    from (values ('R09', 'ROT'), ('R10', 'ROT'), ('R11', 'ROT'), ('R12', 'ROT'), ('R13', 'ROT'), ('R14', 'ROT'), ('R05', 'SYP'))
        t(code, who), generate_series(date '2024-01-01', date '2025-05-01', interval 1 month) g(m)"""


@pytest.fixture
def core(warehouse):
    """What was received last came on 2 June 2025, so the lists look from there twelve months back."""
    warehouse.execute(CORE)
    submit(warehouse, 5, "ROT", "R14", "2024-25", "2025-06-02T10:30:00Z", "1.0", "accepted")
    warehouse.execute(
        "insert into staging.stg_submissions select 5, 'R14', 'ROT', '2024-25', '2025-06-02T10:30:00Z', false"
    )
    return warehouse


@pytest.fixture
def made(core, tmp_path):
    def make(preset: str, area: str = "ROT") -> list[Path]:
        return inspection_lists(core, preset, area, None, tmp_path / "releases", tmp_path / "out")

    return make


def rows(files: list[Path], name: str) -> list[dict]:
    """The rows of a list, each with what is not empty."""
    (path,) = [p for p in files if p.name.endswith(f"-{name}.csv")]
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]


def test_contacts_and_referrals_of_the_twelve_months_stand_apart(made):
    files = made("annex-a")
    who = {"Child Unique ID": "k2", "Gender": "M", "Ethnicity": "Asian", "Age of Child (Years)": "13"}
    assert rows(files, "list-1") == [who | {"Date of Contact": "01/03/2025", "Contact Source": "1A"}]
    told = [
        (
            r.get("Child Unique ID"),
            r["Date of referral"],
            r.get("Referral NFA?"),
            r["Number of Referrals in Last 12 Months"],
        )
        for r in rows(files, "list-3")
    ]
    assert told == [
        ("k1", "10/01/2025", "No", "2"),
        ("k1", "01/02/2025", "Yes", "2"),
        (None, "02/06/2025", None, "0"),
    ]
    assert rows(files, "list-3")[0]["Gender"] == "F: Female"


def test_assessments_open_or_ended_in_the_twelve_months(made):
    heads = ("Continuous Assessment Start Date", "Continuous Assessment Date of Authorisation")
    assert [tuple(r.get(h) for h in heads) for r in rows(made("annex-a"), "list-4")] == [
        ("01/01/2023", None),
        ("01/05/2024", "01/07/2024"),
        ("01/05/2025", None),
    ]


def test_enquiries_with_the_conference_and_plan_that_go_back_to_them(made):
    first, second = rows(made("annex-a"), "list-5")
    head = "Strategy discussion initiating Section 47 Enquiry Start Date"
    assert (first[head], second[head]) == ("11/01/2025", "01/03/2025")
    assert first["Date of Initial Child Protection Conference"] == "20/01/2025"
    assert first["Did the Initial Child Protection Conference Result in a Child Protection Plan"] == "Yes"
    assert second["Was an Initial Child Protection Conference deemed unnecessary?"] == "Yes"
    counts = ("Number of Section 47 Enquiries in the last 12 months", "Number of ICPCs in the last 12 months")
    assert [tuple(r[c] for c in counts) for r in (first, second)] == [("1", "1"), ("1", "0")]


def test_plans_open_on_the_day_or_ended_in_the_twelve_months(made):
    ended, open_now = rows(made("annex-a"), "list-7")
    assert (ended["Child Protection Plan End Date"], ended["Initial Category of Abuse"]) == (
        "03/06/2024",
        "NEG",
    )
    assert "Child Protection Plan End Date" not in open_now
    assert open_now["Latest Category of Abuse"] == "SAB: Sexual abuse"
    assert open_now["Date of latest review conference"] == "01/04/2025"
    assert open_now["Number of Previous Child Protection Plans"] == "1"


def test_a_child_in_care_stands_once_with_its_latest_placement_and_its_absences(made):
    (child,) = rows(made("annex-a"), "list-8")
    missing = "Number of Episodes the Child has been '{}' from their Placement in the last 12 months"
    assert {k: v for k, v in child.items() if k not in ("Gender", "Ethnicity", "Age of Child (Years)")} == {
        "Child Unique ID": "k1",
        "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)": "No",
        "Date Started to be Looked After": "01/01/2023",
        "Start date of current legal status": "01/08/2024",
        "Child's Legal Status": "C2: Full care order",
        "Start Date of Most Recent Placement": "01/02/2025",
        "Placement Type": "K2",
        "Placement Provider": "PR4",
        "Placement Location": "b) Out",
        missing.format("Missing"): "2",
        missing.format("Absent"): "1",
        "Was the child offered a Return Interview after their last missing episode (Y/N)?": "Yes",
    }


def test_children_at_risk_are_those_with_an_open_case(made):
    one, two = rows(made("jtai"), "children-at-risk")
    assert (two["Child Unique ID"], two["Case opened"]) == ("k1", "05/01/2025")
    assert two["Kinds of exploitation"] == "GROUP: By a group; PARTY"
    wanted = (
        "Looked after on the day",
        "Placement",
        "Child protection plan on the day",
        "Safety plan in place",
    )
    assert [two[w] for w in wanted] == ["Yes", "residential", "Yes", "Yes"]
    counts = ("Missing episodes in 12 months: council", "Missing episodes in 12 months: police")
    assert [tuple(r[c] for c in counts) for r in (one, two)] == [("0", "0"), ("2", "1")]
    assert one["Looked after on the day"] == "No"  # by this council: another looks after the child


def test_where_a_month_has_not_come_none_is_not_said_and_what_has_come_is(made, core):
    core.execute("delete from marts.fct_coverage where period = '2025-05' and return_code in ('R14', 'R13')")
    core.execute(
        "update marts.fct_coverage set status = 'refused' where period = '2024-07' and return_code = 'R14'"
    )
    files = made("jtai")
    one, two = rows(files, "children-at-risk")
    assert "Missing episodes in 12 months: council" not in one and "Looked after on the day" not in one
    assert one["Missing episodes in 12 months: police"] == "0"
    assert two["Missing episodes in 12 months: council"] == "2" and two["Looked after on the day"] == "Yes"
    about = dict(load_workbook(files[0])["About"].iter_rows(values_only=True))
    assert about["Not received"] == (
        "R13 ROT: 1 month; R14 ROT: 2 months. What is not here has not come; it does not mean none."
    )


def test_the_workbook_is_an_annex_a_with_every_list_and_says_what_is_not_held(made):
    book = made("annex-a")[0]
    assert is_annex_a(open_book(book))
    workbook = load_workbook(book)
    assert workbook.sheetnames == ["About", *(f"List {n}" for n in range(1, 12))]
    about = dict(workbook["About"].iter_rows(values_only=True))
    assert about["List 2: Early help assessments"] == (
        "Not held. The core data set has no return for early help assessments."
    )
    assert about["List 8, not held: Placement postcode"] == "Never held: it would name the child."
    assert about["List 3: Referrals"] == "3 rows"
    assert about["As at"] == "02/06/2025, looking back to 02/06/2024"


def test_every_sheet_and_page_says_it_is_restricted_and_nothing_is_a_formula(made):
    files = made("annex-a")
    for sheet in load_workbook(files[0]):
        assert (
            "RESTRICTED" in sheet.oddHeader.center.text and sheet.sheet_properties.tabColor.rgb == "FFB10E1E"
        )
        assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f" or c.hyperlink]
    assert load_workbook(files[0])["List 3"]["G3"].value == "=1+1"
    assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}


def test_it_is_cut_as_a_restricted_release_and_cut_again_the_same(made, tmp_path):
    first = [p.read_bytes() for p in made("annex-a")]
    (folder,) = (tmp_path / "releases").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert folder.name == "inspection-annex-a-ROT-2025-06-02-vintage-20250602T103000Z"
    assert manifest["protection"].startswith("Restricted: one row for each child, under pseudonym.")
    assert (manifest["area_code"], manifest["submissions"]) == ("372", 3)
    assert [p.read_bytes() for p in made("annex-a")] == first
    text = "".join(p.read_text("utf-8") for p in folder.glob("*.csv"))
    assert "2010-06" not in text and "01/06/2010" not in text


def test_a_preset_or_place_that_is_none_is_refused(made):
    with pytest.raises(Refusal, match="There are annex-a, jtai"):
        made("annex-b")
    with pytest.raises(Refusal, match="One council at a time"):
        made("jtai", "SY")


def test_every_column_of_every_list_is_filled_or_says_why_not():
    every = [(one.name, h) for preset in PRESETS for one in lists_of(preset) for h in one.headings]
    assert [(name, h.heading) for name, h in every if not (h.field or h.note)] == []
    assert len(every) == 196
