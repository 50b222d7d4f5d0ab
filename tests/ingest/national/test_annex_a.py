"""Ofsted's Annex A as a workbook made here: each list into its returns, its dirt, and what no return holds."""

from __future__ import annotations

from datetime import datetime

import pytest
import xlsxwriter

from ingest import readers
from ingest.excel import open_book
from ingest.national import is_annex_a, read_annex_a
from ingest.readers import Parcel
from ingest.reading import Sent, Unreadable

REFERRALS, ASSESSMENTS, EVENTS = "sc_contact_referral", "sc_assessment", "sc_protection_event"
CARE, COUNTS = "lac_episode", "la_missing_count"
MAY, JUNE, JULY = datetime(2023, 5, 1), datetime(2023, 6, 1), datetime(2023, 7, 1)
OFFERED = "Was the child offered a Return Interview after their last missing episode (Y/N)?"
ACCEPTED = "Did the child accept a Return Interview after their last missing episode (Y/N)?"
MISSING = "Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months"


@pytest.fixture
def read(workbook, out):
    def reading(lists, organisation="ROT", **more):
        sent = workbook(lists, **more)
        return read_annex_a(sent, open_book(sent.path), organisation, out)

    return reading


def told(reading, *codes) -> list[tuple]:
    return [
        (name, f.rule_code, f.sheet, f.line, f.column_name, f.value)
        for name, f in reading.findings
        if f.rule_code in codes
    ]


def test_it_is_known_by_its_headers_and_read_as_one_file(workbook, a_row, out):
    sent = workbook(
        {"Contacts": []}, headers={"Contacts": ["CHILD UNIQUE ID ", "date of\u00a0contact", "Contact Source"]}
    )
    assert is_annex_a(open_book(sent.path))
    reading = readers.read(Parcel((sent,), "ROT", None, "xlsx"), out)
    assert (reading.format, reading.organisation_code, reading.period) == ("annex_a", "ROT", None)
    assert (reading.is_snapshot, reading.holds_several) == (True, True)


def test_a_workbook_of_the_standard_is_no_annex_a(tmp_path):
    path = tmp_path / "own.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("List 1").write_row(0, 0, ["record_ref", "la", "person_key", "referral_date"])
    assert not is_annex_a(open_book(path))


def test_contacts_and_referrals_become_r09(read, rows_of, a_row):
    contact = a_row(**{"Date of Contact": MAY, "Contact Source": "q) 6: Police"})
    referral = a_row(**{"Date of Referral": MAY, "Referral Source": "e) 2A: Schools", "Referral NFA?": "No"})
    need = a_row(
        **{"CIN Start Date": MAY, "Primary Need Code": "N1 - Abuse or Neglect", "CIN Closure Date": JULY,
           "Reason for Closure": "RC5 - Transferred to services of another local authority"}
    )  # fmt: skip
    reading = read(
        {"List 1": [contact], "List 3": [referral], "List 6": [need, {**need, "CIN Start Date": JUNE}]}
    )
    first, second = rows_of(reading, REFERRALS)
    block = {
        "la": "372",
        "person_key": "372|101",
        "birth_month": "2010-02",
        "sex": "F",
        "ethnicity_code": "WBRI",
    }
    assert block.items() <= first.items() and block.items() <= second.items()
    assert (first["sheet"], first["line"], first["record_ref"]) == (
        "List 1",
        "2",
        "372|101|CONTACT|2023-05-01|6",
    )
    assert (first["contact_only"], first["cse_concern"], first["outcome"]) == ("Y", "U", "U")
    assert second["record_ref"] == second["referral_id"] == "372|101|REFERRAL|2023-05-01|2A"
    assert (second["contact_only"], second["nfa"], second["outcome"]) == ("N", "N", "ACCEPTED")
    closed = ("N1", "2023-07-01", "RC5", "U")
    assert (
        tuple(second[c] for c in ("primary_need", "closure_date", "closure_reason", "transferred_to_la"))
        == closed
    )
    skipped = {(s.sheet, s.reason.partition(":")[2].strip(), s.rows) for _, s in reading.skipped}
    assert skipped == {
        ("List 6", "joined to the child's referral of that day in List 3.", 1),
        ("List 6", "no referral of that child and day is in List 3; R09 holds referrals, not cases.", 1),
    }


@pytest.mark.parametrize(
    ("sent", "nfa", "outcome"),
    [
        ("a) Yes", "Y", "NFA"),
        ("b) No", "N", "ACCEPTED"),
        ("c) Unknown", "N", "U"),
        ("perhaps", "perhaps", "U"),
    ],
)
def test_no_further_action_as_sent(read, rows_of, a_row, sent, nfa, outcome):
    referral = a_row(**{"Date of Referral": MAY, "Referral Source": "4: Housing", "Referral NFA?": sent})
    (row,) = rows_of(read({"List 3": [referral]}), REFERRALS)
    assert (row["nfa"], row["outcome"], row["primary_need"], row["referral_source"]) == (
        nfa,
        outcome,
        "N0",
        "4",
    )


def test_assessments_say_no_more_than_the_list(read, rows_of, a_row):
    seen = "Child Seen During Continuous Assessment"
    begun = {"Continuous Assessment Start Date": MAY, "Does the Child have a Disability": "b) No"}
    rows = [
        a_row(**begun, **{seen: "Yes", "Continuous Assessment Date of Authorisation": JUNE}),
        a_row(**begun, **{seen: "b) No", "Child Unique ID": "a-7 "}),
    ]
    first, second = rows_of(read({"List 4": rows}), ASSESSMENTS)
    names = ("record_ref", "referral_id", "authorised_date", "factors", "child_seen_alone", "qualified_sw")
    assert tuple(first[n] for n in names) == (
        "372|101|A|2023-05-01",
        "372|101|REFERRAL",
        "2023-06-01",
        "U",
        "U",
        "U",
    )
    assert tuple(second[n] for n in names) == ("372|A-7|A|2023-05-01", "372|A-7|REFERRAL", "", "", "N", "U")
    assert first["disability_any"] == "N"


def test_an_enquiry_is_a_discussion_an_enquiry_and_a_conference(read, rows_of, a_row):
    began = {"Strategy discussion initiating Section 47 Enquiry Start Date": MAY}
    held = {**began, "Date of Initial Child Protection Conference": JUNE}
    needless = "Was an Initial Child Protection Conference deemed unnecessary?"
    other = {**began, needless: "Yes", "Child Unique ID": 102}
    reading = read({"List 5": [a_row(**held), a_row(**other)]})
    found = [
        (r["line"], r["event_type"], r["event_date"], r["icpc_not_required"])
        for r in rows_of(reading, EVENTS)
    ]
    assert found == [
        ("2", "STRAT", "2023-05-01", ""),
        ("2", "S47", "2023-05-01", "N"),
        ("2", "ICPC", "2023-06-01", ""),
        ("3", "STRAT", "2023-05-01", ""),
        ("3", "S47", "2023-05-01", "Y"),
    ]
    strategy, enquiry, conference, *_ = rows_of(reading, EVENTS)
    assert (strategy["agencies_present"], enquiry["linked_event_id"]) == ("U", strategy["event_id"])
    # Of the conference the day it is held may change from one snapshot to the next; it is the same conference.
    assert (conference["event_id"], conference["linked_event_id"]) == (
        "372|101|ICPC|2023-05-01",
        enquiry["event_id"],
    )
    says = [f.says for _, f in reading.findings if f.rule_code == "AXA02"]
    assert says == [
        "2 rows of List 5 (Section 47 enquiries and initial conferences) made 5 rows of 1 return."
    ]


def test_a_plan_is_its_start_its_end_and_its_latest_review(read, rows_of, a_row):
    plan = {
        "Child Protection Plan Start Date": MAY,
        "Initial Category of Abuse": "c) Sexual abuse",
        "Latest Category of Abuse": "Multiple/not recommended",
        "Number of Previous Child Protection Plans": 1.0,
        "Date of latest review conference": JUNE,
        "Child Protection Plan End Date": JULY,
    }
    start, end, review = rows_of(read({"List 7": [a_row(**plan)]}), EVENTS)
    assert [r["event_type"] for r in (start, end, review)] == ["CPP_START", "CPP_END", "REVIEW"]
    names = ("event_date", "initial_category", "latest_category", "previous_plans", "plan_end_date")
    assert tuple(start[n] for n in names) == ("2023-05-01", "SAB", "MUL", "1", "2023-07-01")
    assert tuple(end[n] for n in names) == ("2023-07-01", "SAB", "MUL", "1", "")
    assert (
        end["linked_event_id"]
        == review["linked_event_id"]
        == start["event_id"]
        == "372|101|CPP_START|2023-05-01"
    )
    assert review["event_id"] == "372|101|REVIEW|2023-05-01|2023-06-01"


def test_care_becomes_the_latest_episode_and_the_counts(read, rows_of, a_row):
    answers = {OFFERED: "Offered and Declined (by YP)", ACCEPTED: "Offered and Declined (by YP)"}
    reading = read({"List 8": [a_row(care=True, **answers)]})
    (episode,) = rows_of(reading, CARE)
    wanted = {
        "person_key": "372|101",
        "child_id_903": "372|101",
        "decom": "2023-05-01",
        "rne": "P",
        "ls": "C2",
        "cin": "N1",
        "place": "U6",
        "place_provider": "PR1",
        "dec": "",
        "rec": "",
        "pl_post_sector": "ZZ1 2",
        "pl_la": "Rotherham",
        "pl_location": "IN",
        "unaccompanied": "N",
        "disability_any": "Y",
    }
    assert wanted.items() <= episode.items()
    assert "ZZ12AB" not in episode["record_ref"].upper()
    (count,) = rows_of(reading, COUNTS)
    names = (
        "missing_count_12m",
        "absent_count_12m",
        "last_rhi_offered",
        "last_rhi_accepted",
        "last_rhi_outcome",
    )
    assert tuple(count[n] for n in names) == ("3", "0", "Y", "N", "OFF_DECL")


@pytest.mark.parametrize(
    ("started", "legal", "placed", "decom", "rne"),
    [
        (MAY, MAY, MAY, "2023-05-01", "S"),
        (MAY, JUNE, JULY, "2023-07-01", "P"),
        (MAY, JULY, JUNE, "2023-07-01", "L"),
        (MAY, JUNE, JUNE, "2023-06-01", "B"),
        (MAY, JUNE, "31/02/2023", "31/02/2023", "S"),
    ],
)
def test_an_episode_begins_with_what_changed_last(read, rows_of, a_row, started, legal, placed, decom, rne):
    row = a_row(
        care=True,
        **{"Date Started to be Looked After": started, "Start date of current legal status": legal,
           "Start Date of Most Recent Placement": placed},
    )  # fmt: skip
    (episode,) = rows_of(read({"List 8": [row]}), CARE)
    assert (episode["decom"], episode["rne"]) == (decom, rne)


def test_names_of_workers_and_birth_dates_never_leave_the_reader(read, a_row, out):
    both = {"Date of Contact": MAY, "Date of Referral": MAY, "Referral Source": "6", "Contact Source": "6"}
    read({name: [a_row(**both)] for name in ("List 1", "List 3")} | {"List 8": [a_row(care=True)]})
    written = "".join(path.read_text("utf-8") for path in out.iterdir())
    assert not [
        word for word in ("Nobody", "Known", "2010-02-05", "zz1 2ab", "ZZ1 2AB", "ZZ12AB") if word in written
    ]


def test_the_lists_of_no_return_are_counted_and_say_why(read, a_row):
    lists = {"List 1": [], "List 2": [a_row()] * 2, "List 9": [a_row()], "List 10": [a_row()] * 3}
    reading = read({**lists, "List 11": [{"Individual adopter identifier": 7}]})
    assert {(name, s.sheet, s.rows) for name, s in reading.skipped} == {
        *(
            (REFERRALS, "List 2", 2),
            (REFERRALS, "List 9", 1),
            (REFERRALS, "List 10", 3),
            (REFERRALS, "List 11", 1),
        ),
    }
    assert all(s.reason.startswith(s.sheet) for _, s in reading.skipped)


def test_blank_lines_and_a_header_lower_down(read, rows_of, a_row):
    contact = a_row(**{"Date of Contact": MAY, "Contact Source": "6"})
    reading = read({"List 1": [{}, {"Gender": "\u00a0"}, contact]}, above=2)
    (row,) = rows_of(reading, REFERRALS)
    assert row["line"] == "6"
    assert [(s.sheet, s.reason, s.rows) for _, s in reading.skipped] == [("List 1", "blank line", 2)]
    assert told(reading, "S108") == [(REFERRALS, "S108", "List 1", 3, None, None)]


def test_formulas_never_worked_out_and_errors_are_told_by_cell(workbook, tmp_path, out, rows_of, read):
    path = tmp_path / "dirt.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("List 3")
        sheet.write_row(
            0,
            0,
            ["Child Unique ID", "Date of Referral", "Referral Source", "Referral NFA?", "Allocated Worker"],
        )
        sheet.write_row(1, 0, [123.0, "01/05/2023", "#N/A", "No", "#N/A"])
        sheet.write_row(2, 0, ["124.0", "", "Police", "No"])
        sheet.write_formula(2, 1, "=A2+5", value="")
        sheet.write_row(3, 0, ["125", 45047, "Police", "No"])
    sent = Sent(path, "dirt.xlsx")
    reading = read_annex_a(sent, open_book(path), "ROT", out)
    first, second, third = rows_of(reading, REFERRALS)
    assert (first["person_key"], first["referral_date"], first["referral_source"]) == (
        "372|123",
        "2023-05-01",
        "#N/A",
    )
    assert (second["person_key"], second["referral_date"]) == ("372|124", "=A2+5")
    assert third["referral_date"] == "2023-05-01"
    assert told(reading, "C206", "C207") == [
        (REFERRALS, "C206", "List 3", 2, "Referral Source", "#N/A"),
        (REFERRALS, "C207", "List 3", 3, "Date of referral", "=A2+5"),
    ]


def test_what_is_left_empty_is_told(read, rows_of, a_row):
    dirt = {"Ethnicity": "a) White", "Date of Birth": "unknown", "Placement postcode": "nope"}
    reading = read({"List 8": [a_row(care=True, **dirt)]})
    (episode,) = rows_of(reading, CARE)
    assert [episode[c] for c in ("ethnicity_code", "ethnicity_scheme", "birth_month", "pl_post_sector")] == [
        ""
    ] * 4
    assert told(reading, "C205", "C215", "C216") == [
        (CARE, "C205", "List 8", 2, "Date of Birth", None),
        (CARE, "C215", "List 8", 2, "Ethnicity", "a) White"),
        (CARE, "C216", "List 8", 2, "Placement postcode", None),
    ]


def test_columns_missing_or_unknown_and_a_return_with_half_its_lists(read, a_row):
    columns = ["Child Unique ID", "Gender", "Date of Contact", "Contact Source", "Date of Birth", "Shoe size"]
    reading = read({"List 1": []}, headers={"List 1": columns})
    assert told(reading, "S105", "S106") == [
        (REFERRALS, "S105", "List 1", 1, "Ethnicity", None),
        (REFERRALS, "S106", "List 1", 1, None, None),
    ]
    assert told(reading, "S113") == [(REFERRALS, "S113", None, None, None, None)]
    assert [t.return_name for t in reading.tables] == [REFERRALS]


def test_a_hidden_sheet_and_one_without_its_header_are_told_and_counted(workbook, a_row, out):
    sent = workbook({"List 1": [], "List 3": [a_row(**{"Date of Referral": MAY})], "List 4": [a_row()]},
                    headers={"List 4": ["Child Unique ID", "Gender"]})  # fmt: skip
    import openpyxl

    book = openpyxl.load_workbook(sent.path)
    book["List 3"].sheet_state = "hidden"
    book.save(sent.path)
    reading = read_annex_a(sent, open_book(sent.path), "ROT", out)
    assert {(s.sheet, s.reason, s.rows) for _, s in reading.skipped} == {
        ("List 3", "row of a hidden sheet", 1),
        ("List 4", "row of a sheet without the header of a list", 2),
    }
    assert {f.rule_code for _, f in reading.findings} >= {"S112", "S113"}


@pytest.mark.parametrize(
    ("lists", "more", "code"),
    [
        ({"List 1": []}, {"organisation": None}, "F010"),
        ({"List 1": []}, {"organisation": "SYP"}, "F010"),
        ({"List 2": []}, {}, "S113"),
        ({"List 1": []}, {"headers": {"List 1": ["Child Unique ID", "Date of Contact", "Surname"]}}, "S107"),
        (
            {"List 1": []},
            {"headers": {"List 1": ["Child Unique ID", "Date of Contact", "Gender", "Sex"]}},
            "S104",
        ),
    ],
)
def test_what_cannot_be_one_annex_a_is_refused(read, lists, more, code):
    with pytest.raises(Unreadable) as refused:
        read(lists, **more)
    assert refused.value.code == code


def test_two_sheets_of_one_list_are_refused(workbook, out):
    columns = ["Child Unique ID", "Date of Contact"]
    sent = workbook({"List 1": [], "List 1 (2)": []}, headers={"List 1 (2)": columns})
    with pytest.raises(Unreadable, match="Two sheets hold List 1"):
        read_annex_a(sent, open_book(sent.path), "ROT", out)


def test_an_interview_accepted_though_never_offered_is_told(read, a_row):
    reading = read({"List 8": [a_row(care=True, **{OFFERED: "b) No", ACCEPTED: "a) Yes", MISSING: 1})]})
    assert [t[1:] for t in told(reading, "AXA03")] == [
        (
            "AXA03",
            "List 8",
            2,
            "Did the child accept a Return Interview after their last missing episode",
            None,
        )
    ]
