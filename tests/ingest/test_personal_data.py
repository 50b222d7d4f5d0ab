"""Personal data where a code or a reference should stand: the row is set aside, and the value is kept in no table."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest

from expectations import personal_data
from expectations.standard import standard
from ingest import identity, inbox, landing, tables
from ingest.context import prepare
from ingest.night import take_in
from ingest.vault import nowhere

SEEDS = Path(__file__).parents[2] / "seeds"
INCIDENT = standard()["pol_incident"]
GOOD = {k: str(v) for k, v in INCIDENT.accepted.items()} | {"crime_recorded": "N", "crime_ref": ""}
PLANTED = [
    ("P001", "9990000018"),
    ("P001", "999 000 0018"),
    ("P001", "ref 999-000-0018 mother"),
    ("P001", "1112223334 9990000018"),
    ("P001", "A_9990000018"),
    ("P002", "99/1234567A"),
    ("P002", "see 2099/1234567a"),
    ("P003", "ZZ99 9ZZ"),
    ("P003", "zz99 9zz"),
    ("P003", "ZZ999ZZ"),
    ("P003", "at S99 9AA now"),
    ("P004", "07700900123"),
    ("P004", "+44 7700 900123"),
    ("P004", "(01632) 960 123"),
    ("P004", "01632-960123"),
    ("P005", "ann.other@example.org"),
    ("P006", "Ann Other"),
    ("P006", "Other, Ann-Marie"),
    ("P006", "call Zoë O’Other"),
    ("P007", "ZZ123456D"),
    ("P007", "ZZ 12 34 56 D"),
]
RIGHT = [
    "R000123-00001",
    "14/123456/24",
    "SYP-20240501-0123",
    "9990000019",
    "99900000181",
    "07-2024-12345",
    "C1234567A",
    "B01LY00",
    "OP CLOVER",
    "Return Home".upper(),
    "123e4567-e89b-12d3-a456-426614174000",
    "a" * 16 + "9990000018" + "b" * 16,
    "2024-05-01T10:00:00",
]


@pytest.fixture
def county(tmp_path):
    with duckdb.connect() as connection:
        tables.create(connection, standard())

        def night(rows, extra="", more=()):
            folder = tmp_path / "inbox" / "SYP" / "2024-05"
            folder.mkdir(parents=True)
            with (folder / "R04.csv").open("w", newline="", encoding="utf-8") as f:
                write = csv.DictWriter(f, [*INCIDENT.column_names, *more])
                write.writeheader()
                write.writerows(rows)
                f.write(extra)
            now = datetime(2024, 6, 10, tzinfo=UTC)
            out = tmp_path / "read"
            context = prepare(connection, SEEDS, identity.throwaway(), nowhere(out), out, "night", now)
            arrived = inbox.arrivals(tmp_path / "inbox", set(context.organisations))
            return take_in(connection, arrived, context, lambda *_: None)

        yield connection, night


def rows(changes: list[dict]) -> list[dict]:
    """The changed rows, after so many good ones that the file is not refused for them."""
    good = [{} for _ in range(40 * len(changes))]
    return [
        {**GOOD, "record_ref": f"R{n}", "incident_ref": f"I{n}", **c} for n, c in enumerate([*good, *changes])
    ]


def everything(connection) -> str:
    """All text of every table there is, in one string."""
    names = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where not temporary"
    )
    return "\n".join(str(connection.execute(f"from {name}").fetchall()) for (name,) in names.fetchall())


def test_each_kind_is_found_set_aside_and_kept_nowhere(county):
    connection, night = county
    (outcome,) = night(rows([{"dedupe_group": value} for _, value in PLANTED]))
    assert outcome.fate.rows_quarantined == len(PLANTED)
    first = 2 + 40 * len(PLANTED)
    found = connection.execute(
        "select line, rule_code, column_name, value, severity from landing.findings where severity = 'error' order by line"
    ).fetchall()
    assert found == [
        (first + n, code, "dedupe_group", "(withheld)", "error") for n, (code, _) in enumerate(PLANTED)
    ]
    kept = everything(connection)
    assert [value for _, value in PLANTED if value in kept] == []
    assert connection.execute("select distinct dedupe_group from quarantine.pol_incident").fetchall() == [
        ("(withheld)",)
    ]


def test_references_as_they_are_written_are_taken(county):
    connection, night = county
    (outcome,) = night(rows([{"dedupe_group": value} for value in RIGHT]))
    assert outcome.fate.rows_quarantined == 0, connection.execute("from landing.findings").fetchall()


def test_two_columns_of_a_row_are_two_findings(county):
    connection, night = county
    night(
        rows(
            [{"dedupe_group": "Ann Other", "crime_ref": "a@example.org", "nsir_qualifiers": "Q1;Other, Ann"}]
        )
    )
    found = connection.execute(
        "select rule_code, column_name from landing.findings where starts_with(rule_code, 'P') order by all"
    ).fetchall()
    assert found == [("P005", "crime_ref"), ("P006", "dedupe_group"), ("P006", "nsir_qualifiers")]
    failed = dict(
        connection.execute(
            "select rule_code, rows_failed from landing.rule_results where starts_with(rule_code, 'P')"
        ).fetchall()
    )
    assert failed == {"P001": 0, "P002": 0, "P003": 0, "P004": 0, "P005": 1, "P006": 1, "P007": 0}


def test_a_name_or_number_where_a_code_or_date_should_stand_is_withheld_too(county):
    connection, night = county
    wrong = {"disability_any": "9990000018", "incident_type": "Ann Other", "received_at": "ann@example.org"}
    wrong = {k: v for k, v in wrong.items() if k in INCIDENT.column_names}
    assert len(wrong) >= 2
    night(rows([wrong]))
    kept = everything(connection)
    assert [value for value in wrong.values() if value in kept] == []


def test_a_broken_line_that_holds_any_is_not_kept(county):
    connection, night = county
    night(rows([{}]), "R9,I9,Ann Other\r\nR10,I10,plain\r\n")
    raw = connection.execute("select raw from quarantine.pol_incident order by line").fetchall()
    assert raw == [("(withheld)",), ("R10,I10,plain",)]


def test_a_heading_that_looks_so_is_told_by_no_finding(county):
    connection, night = county
    more = ("9990000018", "Ann Other", "favourite colour")
    night(rows([{}]), more=more)
    told = connection.execute(
        "select column_name, says from landing.findings where rule_code = 'S106' order by all"
    ).fetchall()
    withheld = ("(withheld)", "The column '(withheld)' is not part of R04; it was not stored.")
    assert told == [
        withheld,
        withheld,
        ("favourite colour", "The column 'favourite colour' is not part of R04; it was not stored."),
    ]


@pytest.mark.parametrize(
    ("says", "kept"),
    [
        (
            "No sheet is a return. Sheets found: Ann Other, Ben.",
            "No sheet is a return. Sheets found: (withheld).",
        ),
        ("LEA says 9990000018; one council is expected.", "(withheld); one council is expected."),
        ("The column 'ann@example.org' stands twice.", "(withheld)."),
        ("'Ann Other' is no organisation we know. Known: SYP.", "(withheld). Known: SYP."),
        (
            "The column 'Child Name' of sheet 'Ann Other' must never be sent. Take it out.",
            "(withheld). Take it out.",
        ),
        *(
            (ours, ours)
            for ours in (
                "The column 'Child Name' of sheet 'List 1' must never be sent. Take it out.",
                "The file is UTF-16 (Excel's 'Unicode Text'). Save it as 'CSV UTF-8'.",
                "An Annex A stands for a day, as 2024-03-31; 2024-25 is a financial year.",
                "No Header before the first Child; it must say council and year.",
            )
        ),
    ],
)
def test_a_refusal_repeats_our_own_words_and_nobodys_name(says, kept):
    with duckdb.connect() as connection:
        assert landing.without_personal(connection, says) == kept


def test_a_refused_file_is_told_without_the_names_in_it(county, tmp_path):
    connection, night = county
    book = openpyxl.Workbook()
    book.active.title = "Ann Other"
    (tmp_path / "inbox" / "SYP" / "2024-06").mkdir(parents=True)
    book.save(tmp_path / "inbox" / "SYP" / "2024-06" / "sheets.xlsx")
    (tmp_path / "inbox" / "Zoë Other").mkdir()
    (tmp_path / "inbox" / "Zoë Other" / "a.csv").write_text("x")
    told = {o.fate.says.partition(" ")[0]: o.fate.says for o in night(rows([{}])) if o.fate.says}
    assert told["S113"] == "S113 No sheet holds a return of the standard. Sheets found: (withheld)."
    assert told["F010"].startswith("F010 (withheld). Known: ")
    kept = everything(connection)
    assert [name for name in ("Ann Other", "Zoë Other") if name in kept] == []
    says = connection.execute("select says from landing.findings where rule_code in ('S113', 'F010')")
    assert sorted(f"{s}" for (s,) in says.fetchall()) == sorted(s[5:] for s in told.values())


def test_a_column_whose_codes_or_form_leave_no_room_is_not_looked_at():
    looked = {f.name for f in INCIDENT.fields if personal_data.of_column(f)}
    assert "person_key" not in looked
    assert not looked & {f.name for f in INCIDENT.fields if f.codes or f.enum}
    team = standard()["wkf_post"].field("team")
    assert personal_data.NAME not in personal_data.of_column(team)
    assert personal_data.of_column(standard()["prv_coverage"].field("urn")) == ()
    attendances = personal_data.of_column(standard()["hlt_sexual_health"].field("attendances"))
    assert [k.code for k in attendances] == ["P001", "P004"]


def test_every_kind_says_what_it_looks_like_and_what_to_do():
    assert [k.code for k in sorted(personal_data.KINDS, key=lambda k: k.code)] == [
        f"P00{n}" for n in range(1, 8)
    ]
    for kind in personal_data.KINDS:
        assert kind.what in kind.says
        assert "Send the system's own reference or code." in kind.says
