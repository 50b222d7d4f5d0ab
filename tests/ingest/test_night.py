"""The night's way with files, on the standard's own good rows: what is taken, refused, skipped, replaced."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest

from expectations import check as checking
from expectations.standard import standard
from ingest import identity, inbox, tables
from ingest import night as night_way
from ingest.context import prepare
from ingest.night import take_in
from ingest.vault import nowhere

SEEDS = Path(__file__).parents[2] / "seeds"
PEOPLE = standard()["pol_incident"]
GOOD = {k: str(v) for k, v in PEOPLE.accepted.items()}


@pytest.fixture
def county(tmp_path):
    """An empty warehouse, an inbox, and a way to run a night on it."""
    key = identity.throwaway()
    with duckdb.connect() as connection:
        tables.create(connection, standard())
        (tmp_path / "inbox").mkdir()

        def night(now=datetime(2024, 6, 10, tzinfo=UTC)):
            run_id = f"{now:%Y%m%d}"
            context = prepare(
                connection, SEEDS, key, nowhere(tmp_path / "read"), tmp_path / "read", run_id, now
            )
            arrived = inbox.arrivals(tmp_path / "inbox", set(context.organisations))
            return take_in(connection, arrived, context, lambda *_: None)

        yield connection, tmp_path / "inbox", night


def rows(n: int, **change) -> list[dict]:
    """Good rows of R04, each with references of its own."""
    return [
        {
            **GOOD,
            "record_ref": f"R{i}",
            "incident_ref": f"I{i}",
            "crime_recorded": "N",
            "crime_ref": "",
            **change,
        }
        for i in range(n)
    ]


def put(folder: Path, name: str, sent: list[dict], columns=PEOPLE.column_names) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as f:
        write = csv.DictWriter(f, columns, extrasaction="ignore", lineterminator="\n")
        write.writeheader()
        write.writerows(sent)
    return path


def fates(outcomes) -> list[tuple]:
    return [
        (
            o.return_code,
            o.organisation_code,
            o.period,
            o.fate.status,
            o.fate.rows_read,
            o.fate.rows_accepted,
            o.fate.rows_quarantined,
            o.fate.rows_skipped,
        )
        for o in outcomes
    ]


def findings(connection) -> list[tuple]:
    return connection.execute(
        "select rule_code, severity, line, column_name, value, says from landing.findings where severity <> 'information' order by all"
    ).fetchall()


def test_a_good_file_is_accepted_and_known_by_its_content(county):
    """Nothing says what it is: the columns, the force and the dates do."""
    connection, folder, night = county
    put(folder / "SYP", "whatever.dat", rows(3))
    assert fates(night()) == [("R04", "SYP", "2024-25", "accepted", 3, 3, 0, 0)]
    assert connection.execute(
        "select count(*), min(line), max(line) from accepted.pol_incident"
    ).fetchone() == (3, 2, 4)


def test_a_file_is_held_in_memory_until_its_rows_are_loaded_and_no_longer(county, tmp_path, monkeypatch):
    """Two returns, one of them as a workbook: when the second is checked, nothing of the first is left."""
    _, folder, night = county
    sent = put(folder / "SYP" / "2024-05", "r04.csv", rows(40))
    sent.write_bytes(
        sent.read_bytes().replace(b"\n", b"\r\n") + b"one,short,line\r\n"
    )  # cleaned, then sifted
    later = list(standard().values())[-1]
    book = openpyxl.Workbook()
    book.active.title = later.code
    book.active.append(later.column_names)
    book.active.append([str(later.accepted.get(name) or "") for name in later.column_names])
    (folder / "ROT").mkdir()
    book.save(folder / "ROT" / "later.xlsx")
    held, check = {}, night_way._one_return

    def looked(connection, r, items, context):
        if items:
            held[r.code] = sorted(p.suffix for p in (tmp_path / "read").rglob("*") if p.is_file())
        return check(connection, r, items, context)

    monkeypatch.setattr(night_way, "_one_return", looked)
    night()
    assert held == {"R04": [".csv", ".csv", ".npy"], later.code: [".csv"]}
    assert [p for p in (tmp_path / "read").rglob("*") if p.is_file()] == []


@pytest.mark.faults(112)
def test_a_bad_row_goes_with_every_reason_and_the_rest_stay(county):
    connection, folder, night = county
    sent = rows(40)
    sent[7] |= {"source": "ZZ", "received_at": "31/02/2024"}
    put(folder / "SYP" / "2024-05", "r04.csv", sent)
    assert fates(night()) == [("R04", "SYP", "2024-05", "accepted with findings", 40, 39, 1, 0)]
    assert findings(connection) == [
        (
            "C205",
            "error",
            9,
            "received_at",
            "31/02/2024",
            "received_at is not a real date and time with its offset. Use YYYY-MM-DDTHH:MM:SS+00:00.",
        ),
        (
            "C215",
            "error",
            9,
            "source",
            "ZZ",
            "source is not a code of the list cin_referral_source that was valid on received_at.",
        ),
    ]
    kept = connection.execute(
        "select line, reasons, source, received_at from quarantine.pol_incident"
    ).fetchone()
    assert kept == (9, ["C205", "C215"], "ZZ", "31/02/2024")


@pytest.mark.faults(112)
def test_more_than_the_share_in_error_refuses_the_file_and_loses_nothing(county):
    connection, folder, night = county
    sent = rows(20)
    sent[0] |= {"source": "ZZ"}
    sent[1] |= {"source": "ZZ"}
    put(folder / "SYP" / "2024-05", "r04.csv", sent)
    (outcome,) = night()
    assert fates([outcome]) == [("R04", "SYP", "2024-05", "refused", 20, 0, 2, 18)]
    assert outcome.fate.says == "S118 2 of 20 rows are in error (10.0 %); more than 5 % refuses the file."
    assert connection.execute("select count(*) from accepted.pol_incident").fetchone() == (0,)


def test_one_in_twenty_is_still_taken(county):
    _, folder, night = county
    sent = rows(20)
    sent[0] |= {"source": "ZZ"}
    put(folder / "SYP" / "2024-05", "r04.csv", sent)
    assert fates(night()) == [("R04", "SYP", "2024-05", "accepted with findings", 20, 19, 1, 0)]


def test_blank_short_and_repeated_lines_are_all_accounted_for(county):
    connection, folder, night = county
    path = put(folder / "SYP" / "2024-05", "r04.csv", [*rows(40), rows(1)[0]])
    path.write_text(path.read_text() + "\n,,\nonly,three,fields\n")
    assert fates(night()) == [("R04", "SYP", "2024-05", "accepted with findings", 44, 40, 1, 3)]
    assert [f[:3] for f in findings(connection)] == [("R305", "warning", 42), ("S103", "error", 45)]
    assert connection.execute("select reason, rows from landing.skipped order by all").fetchall() == [
        ("blank line", 2),
        ("the same row again, word for word", 1),
    ]
    assert connection.execute("select raw, reasons from quarantine.pol_incident").fetchall() == [
        ("only,three,fields", ["S103"])
    ]


@pytest.mark.parametrize(
    ("folder", "name", "code", "words"),
    [
        ("SYP/2023-24", "a.csv", "S121", "It is said to be for 2023-24"),
        ("ROT", "a.csv", "S120", "The inbox says it comes from ROT, its content says SYP."),
        (
            "SYP/2024-05",
            "SYCSE_R04_SYP_2024-06_v01.csv",
            "S121",
            "The inbox says 2024-05, the file's name says 2024-06.",
        ),
        ("SYP/2024-05/R05", "a.csv", "S122", "the inbox says R05, but the columns are those of R04"),
        (
            "SYP/2024-05-20",
            "a.csv",
            "S121",
            "R04 is sent for a month, quarter, financial year; 2024-05-20 is a snapshot.",
        ),
    ],
)
def test_a_contradiction_is_refused_with_both_said(county, folder, name, code, words):
    _, inbox_folder, night = county
    put(inbox_folder / folder, name, rows(3))
    (outcome,) = night()
    assert (outcome.fate.status, outcome.fate.rows_skipped) == ("refused", 3)
    assert outcome.fate.says.startswith(code)
    assert words in outcome.fate.says


@pytest.mark.faults(67)
def test_the_same_bytes_again_do_nothing_and_a_second_name_is_noted_once(county):
    connection, folder, night = county
    path = put(folder / "SYP" / "2024-05", "a.csv", rows(3))
    assert [o.fate.status for o in night()] == ["accepted"]
    assert [o.fate.status for o in night()] == ["already loaded"]
    (path.parent / "b.csv").write_bytes(path.read_bytes())
    assert sorted(o.fate.status for o in night()) == ["already loaded", "duplicate"]
    assert sorted(o.fate.status for o in night()) == ["already loaded", "already loaded"]
    assert connection.execute("select status from landing.submissions order by submission_id").fetchall() == [
        ("accepted",),
        ("duplicate",),
    ]


def test_the_same_bytes_in_a_wrong_place_and_a_right_one_are_not_lost(county):
    """The wrong one comes first and is refused: the right one is no duplicate of it."""
    _, folder, night = county
    for period in ("2024-04-20", "2024-05"):
        put(folder / "SYP" / period, "a.csv", rows(3))
    told = {o.file_name: (o.fate.status, o.fate.rows_accepted) for o in night()}
    assert told == {"2024-04-20/a.csv": ("refused", 0), "2024-05/a.csv": ("accepted", 3)}


def test_a_later_submission_replaces_the_earlier_whole_and_says_what_it_leaves_out(county):
    connection, folder, night = county
    put(folder / "SYP" / "2024-05", "v1.csv", rows(3))
    night()
    put(folder / "SYP" / "2024-05", "v2.csv", rows(2))
    night(datetime(2024, 7, 1, tzinfo=UTC))
    assert connection.execute(
        "select submission_id, status, replaces_submission_id from landing.submissions order by all"
    ).fetchall() == [
        (1, "superseded", None),
        (2, "accepted", 1),
    ]
    assert connection.execute(
        "select submission_id, value, severity from landing.findings where rule_code = 'X404'"
    ).fetchall() == [(2, "I2", "information")]
    assert connection.execute(
        "select submission_id, count(*) from accepted.pol_incident group by all order by all"
    ).fetchall() == [(1, 3), (2, 2)]


def test_two_versions_in_one_night_count_in_the_order_they_came(county):
    connection, folder, night = county
    put(folder / "SYP" / "2024-05" / "received-2024-06-20", "v2.csv", rows(2))
    put(folder / "SYP" / "2024-05" / "received-2024-06-12", "v1.csv", rows(3))
    night()
    assert connection.execute(
        "select file_name, status from landing.submissions order by submission_id"
    ).fetchall() == [
        ("2024-05/received-2024-06-12/v1.csv", "superseded"),
        ("2024-05/received-2024-06-20/v2.csv", "accepted"),
    ]


def test_a_column_that_must_never_be_sent_refuses_and_one_unknown_is_left_out(county):
    connection, folder, night = county
    put(
        folder / "SYP" / "2024-05",
        "a.csv",
        [{**r, "first_name": "x"} for r in rows(2)],
        [*PEOPLE.column_names, "first_name"],
    )
    put(
        folder / "SYP" / "2024-05",
        "b.csv",
        [{**r, "colour": "canary"} for r in rows(3)],
        [*PEOPLE.column_names, "colour"],
    )
    told = {o.file_name: o.fate for o in night()}
    assert (
        told["2024-05/a.csv"].says
        == "S107 The column first_name must never be sent. Take it out and send the file again."
    )
    assert told["2024-05/b.csv"].status == "accepted with findings"
    assert [f[5] for f in findings(connection) if f[0] == "S106"] == [
        "The column 'colour' is not part of R04; it was not stored."
    ]


def test_columns_in_any_order_and_spelling_are_taken(county):
    connection, folder, night = county
    names = {c: c.upper().replace("_", " ") for c in PEOPLE.column_names}
    sent = [{names[k]: v for k, v in row.items()} for row in rows(2)]
    put(folder / "SYP" / "2024-05", "a.csv", sent, [names[c] for c in reversed(PEOPLE.column_names)])
    (outcome,) = night()
    assert (outcome.fate.status, outcome.fate.rows_accepted) == ("accepted with findings", 2)
    assert connection.execute(
        "select incident_ref, sex from accepted.pol_incident order by 1"
    ).fetchall() == [("I0", GOOD["sex"]), ("I1", GOOD["sex"])]


def test_a_missing_required_column_is_named(county):
    _, folder, night = county
    put(folder / "SYP" / "2024-05", "a.csv", rows(2), [c for c in PEOPLE.column_names if c != "incident_ref"])
    (outcome,) = night()
    assert outcome.fate.says.startswith(
        "S105 This looks like R04 (pol_incident), but it lacks the column incident_ref."
    )


def test_a_header_alone_is_refused_and_a_nil_return_is_received(county):
    from ingest.receiving import nil_return

    connection, folder, night = county
    put(folder / "SYP" / "2024-05", "a.csv", [])
    nil_return(folder, "SYP", "2024-04", "R04", None)
    night()
    assert connection.execute(
        "select period, status from landing.submissions where return_code = 'R04' order by 1"
    ).fetchall() == [
        ("2024-04", "nil"),
        ("2024-05", "refused"),
    ]


def test_a_workbook_is_read_as_the_csv_would_be(county):
    connection, folder, night = county
    book = openpyxl.Workbook()
    book.active.append(list(PEOPLE.column_names))
    for row in rows(3):
        book.active.append([row.get(c) for c in PEOPLE.column_names])
    (folder / "SYP" / "2024-05").mkdir(parents=True)
    book.save(folder / "SYP" / "2024-05" / "r04.xlsx")
    assert fates(night()) == [("R04", "SYP", "2024-05", "accepted", 3, 3, 0, 0)]
    assert connection.execute(
        "select distinct sheet, min(line) from accepted.pol_incident group by 1"
    ).fetchall() == [("Sheet", 2)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "F001"),
        (b"<html><table></table></html>", "F011"),
        (b"\xd0\xcf\x11\xe0 old", "F015"),
        (b"PK\x03\x04 not a zip", "F017"),
        (b"<?xml version='1.0'?><a/>", "X503"),
        (b"a,b\n1,2\n", "F010"),
    ],
)
def test_what_is_no_return_is_refused_kept_and_told_once(county, content, code):
    connection, folder, night = county
    (folder / "SYP").mkdir()
    (folder / "SYP" / "file").write_bytes(content)
    (outcome,) = night()
    assert outcome.fate.status == "refused"
    assert outcome.fate.says.startswith(code)
    assert [o.fate.status for o in night()] == ["already loaded"]
    assert connection.execute("select count(*) from landing.submissions").fetchone() == (1,)


def test_links_pipes_and_strangers_are_not_opened(county, tmp_path):
    import os

    _, folder, night = county
    (folder / "SYP").mkdir()
    secret = tmp_path / "secret"
    secret.write_text("never read")
    (folder / "SYP" / "link.csv").symlink_to(secret)
    os.mkfifo(folder / "SYP" / "pipe.csv")
    put(folder / "NOBODY", "a.csv", rows(1))
    told = {o.file_name: o.fate.says for o in night()}
    assert told["link.csv"].startswith("F012")
    assert told["pipe.csv"].startswith("F012")
    assert told["a.csv"].startswith("F010 'NOBODY' is no organisation we know.")


@pytest.mark.faults(113)
def test_where_the_two_ways_differ_the_return_is_refused_as_our_fault_and_tried_again(county, monkeypatch):
    """One count altered on one side: nothing of the return is accepted; the rest of the night goes on."""
    connection, folder, night = county
    put(folder / "SYP" / "2024-05", "a.csv", rows(3))
    count = checking.count
    monkeypatch.setattr(checking, "count", lambda *a: {**count(*a), 0: 1})
    (outcome,) = night()
    assert (outcome.fate.status, outcome.fate.rows_read, outcome.fate.rows_skipped) == ("refused", 3, 3)
    assert outcome.fate.says == (
        "E500 pol_incident, rule C220 on record_ref: Great Expectations counts 1 rows, the SQL pass finds 0. "
        "This is our fault; nothing of this return was accepted."
    )
    assert connection.execute("select count(*) from accepted.pol_incident").fetchone() == (0,)
    monkeypatch.undo()
    assert fates(night()) == [("R04", "SYP", "2024-05", "accepted", 3, 3, 0, 0)]
