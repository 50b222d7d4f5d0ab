"""A findings workbook goes out, comes back filled in, and what is explained is no longer open."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from expectations.standard import standard
from ingest import after, identity, inbox, retention, tables
from ingest.context import prepare
from ingest.findings_words import OTHER, REASONS
from ingest.findings_workbook import write_findings
from ingest.night import take_in
from ingest.vault import nowhere
from operations.standing import standing
from tests.ingest.test_night import SEEDS, put, rows

FIRST = datetime(2024, 6, 10, tzinfo=UTC)
EARLY = "2024-05-13"  # shared before it was received: R04.03, a warning
RIGHT = REASONS[0]
KEY = identity.throwaway()


def run_night(connection, folder: Path, now: datetime) -> list:
    """One night on an inbox."""
    read = folder.parent / "read"
    run_id = f"{now:%Y%m%d}"
    context = prepare(connection, SEEDS, KEY, nowhere(read), read, run_id, now)
    return take_in(connection, inbox.arrivals(folder, set(context.organisations)), context, lambda *_: None)


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Iterator[tuple]:
    """A warehouse after its first night: forty rows, of which three hold a warning and one an error; and its workbook."""
    folder = tmp_path_factory.mktemp("first")
    with duckdb.connect() as connection:
        tables.create(connection, standard())
        put(folder / "inbox" / "SYP" / "2024-05", "r04.csv", incidents())
        run_night(connection, folder / "inbox", FIRST)
        yield connection, book_of(connection, 1, folder / "R04.xlsx")


@pytest.fixture
def sent(first, tmp_path):
    """The same for one test, with an empty inbox; what the test does is undone after it."""
    connection, book = first
    (tmp_path / "inbox" / "SYP").mkdir(parents=True)
    connection.execute("begin")
    yield connection, tmp_path / "inbox", lambda now: run_night(connection, tmp_path / "inbox", now), book
    connection.execute("rollback")


def incidents(**change) -> list[dict]:
    given = rows(40)
    for n in (3, 5, 7):
        given[n] |= {"shared_with_csc_date": EARLY}
    given[9] |= {"source": "ZZ"}
    given[3] |= change
    return given


def book_of(connection, number: int, path):
    write_findings(connection, number, path)
    return path


def fill(path, target, *answers: tuple, sheet="Warnings"):
    """Write (row of the sheet, reason, words[, reference]) into a copy of the workbook, as its reader would."""
    book = load_workbook(path)
    for row, reason, words, *reference in answers:
        book[sheet][f"H{row}"], book[sheet][f"I{row}"] = reason, words
        if reference:
            book[sheet][f"K{row}"] = reference[0]
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def as_csv(path, target):
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(load_workbook(path)["Warnings"].iter_rows(values_only=True))


def fate_of(outcomes) -> tuple:
    fate = outcomes[-1].fate
    return fate.status, fate.rows_read, fate.rows_accepted, fate.rows_quarantined, fate.rows_skipped


def explained(connection) -> list[tuple]:
    return connection.execute(
        "select reply_submission_id, submission_id, organisation_code, rule_code, file, line, column_name, reason, "
        "explanation, carried_from_submission_id from landing.explanations order by all"
    ).fetchall()


def open_warnings(path) -> list:
    return [
        row[:3]
        for row in load_workbook(path)["Warnings"].iter_rows(min_row=2, values_only=True)
        if row[9] == "open"
    ]


def test_a_workbook_filled_in_explains_its_warnings_and_they_are_not_open_again(sent, tmp_path):
    connection, folder, night, book = sent
    assert open_warnings(book) == [("r04.csv", None, n) for n in (5, 7, 9)]
    fill(book, folder / "SYP" / "back.xlsx", (2, RIGHT, None), (3, None, "=told by radio first"))
    later = FIRST + timedelta(days=1)
    outcome = next(o for o in night(later) if o.file_name == "back.xlsx")
    assert (outcome.return_code, outcome.organisation_code, outcome.submission_id) == (None, "SYP", 2)
    assert fate_of([outcome]) == ("accepted", 3, 2, 0, 1)
    place = (2, 1, "SYP", "R04.03", "r04.csv")
    assert explained(connection) == [
        (*place, 5, "shared_with_csc_date", RIGHT, None, None),
        (*place, 7, "shared_with_csc_date", OTHER, "=told by radio first", None),
    ]
    again = book_of(connection, 1, tmp_path / "again.xlsx")
    assert open_warnings(again) == [("r04.csv", None, 9)]
    summary = {row[0]: row[1] for row in load_workbook(again)["Summary"].iter_rows(values_only=True)}
    assert (summary["Warnings open"], summary["Warnings explained"]) == (1, 2)
    severities = "select severity, count(*) from landing.findings where rule_code = 'R04.03' group by all"
    assert connection.execute(severities).fetchall() == [("warning", 3)]


def test_the_ledger_has_the_reply_its_file_and_its_rows_and_no_figure_counts_it(sent):
    connection, folder, night, book = sent
    fill(book, folder / "SYP" / "2024-05" / "back.xlsx", (2, RIGHT, None))
    night(FIRST + timedelta(days=1))
    row = (
        "select return_code, period, format, status, says, rows_read, rows_accepted from landing.submissions"
    )
    assert connection.execute(f"{row} where submission_id = 2").fetchone() == (
        (None, None, "explanations", "accepted", "1 warning explained.", 3, 1)
    )
    (files,) = connection.execute(
        "select count(*) from landing.submission_files where submission_id = 2"
    ).fetchone()
    assert files == 1


def test_the_sheet_saved_as_csv_does_the_same(sent, tmp_path):
    connection, folder, night, book = sent
    words = 'Two lines,\n"quoted"'
    as_csv(fill(book, tmp_path / "filled.xlsx", (4, OTHER, words)), folder / "SYP" / "whatever.csv")
    assert fate_of(night(FIRST + timedelta(days=1))) == ("accepted", 3, 1, 0, 2)
    assert [row[5:9] for row in explained(connection)] == [(9, "shared_with_csc_date", OTHER, words)]


def test_the_same_file_or_the_same_words_again_change_nothing(sent, tmp_path):
    connection, folder, night, book = sent
    back = fill(book, folder / "SYP" / "back.xlsx", (2, RIGHT, None))
    assert fate_of(night(FIRST + timedelta(days=1))) == ("accepted", 3, 1, 0, 2)
    assert night(FIRST + timedelta(days=2))[-1].fate.status == "already loaded"
    shutil.copy(back, folder / "SYP" / "copy.xlsx")
    statuses = {o.file_name: o.fate.status for o in night(FIRST + timedelta(days=3))}
    assert statuses["copy.xlsx"] == "duplicate"
    as_csv(back, folder / "SYP" / "saved.csv")
    told = next(o for o in night(FIRST + timedelta(days=4)) if o.file_name == "saved.csv")
    assert fate_of([told]) == ("accepted", 3, 0, 0, 3)
    assert len(explained(connection)) == 1


def test_what_is_explained_anew_is_shown_in_its_latest_words(sent, tmp_path):
    connection, folder, night, book = sent
    fill(book, folder / "SYP" / "one.xlsx", (2, OTHER, "first words"))
    night(FIRST + timedelta(days=1))
    fill(book, folder / "SYP" / "two.xlsx", (2, OTHER, "better words"))
    night(FIRST + timedelta(days=2))
    assert [row[8] for row in explained(connection)] == ["first words", "better words"]
    shown = load_workbook(book_of(connection, 1, tmp_path / "x.xlsx"))["Warnings"]
    assert [(r[8], r[9]) for r in shown.iter_rows(min_row=2, values_only=True) if r[7]] == [
        ("better words", "explained 2024-06-12")
    ]


def test_what_does_not_fit_is_told_line_by_line_without_a_value_and_the_rest_is_kept(sent, tmp_path):
    connection, folder, night, book = sent
    references = [r[10] for r in load_workbook(book)["Warnings"].iter_rows(min_row=2, values_only=True)]
    error = "select submission_id || '-' || left(sha256(concat_ws(chr(31), sha256, 'C215', 'r04.csv', '', '11', 'source')), 12)"
    (of_the_error,) = connection.execute(f"{error} from landing.submissions").fetchone()
    other = "1-" + references[0][2:-1] + ("0" if references[0][-1] != "0" else "1")
    filled = fill(
        book, tmp_path / "filled.xlsx",
        (2, RIGHT, "seen by Ann Other"), (3, OTHER, None), (4, "Because", None),
        (5, RIGHT, None, other), (6, RIGHT, None, of_the_error), (7, RIGHT, "x" * 1001, references[1]),
        (8, RIGHT, None, references[2]), (9, RIGHT, None, "٣-x"),
    )  # fmt: skip
    shutil.copy(filled, folder / "SYP" / "back.xlsx")
    assert fate_of(night(FIRST + timedelta(days=1))) == ("accepted with findings", 8, 1, 7, 0)
    assert [row[5:9] for row in explained(connection)] == [(9, "shared_with_csc_date", RIGHT, None)]
    found = connection.execute(
        "select sheet, line, rule_code, severity, value from landing.findings where submission_id = 2 order by line"
    ).fetchall()
    codes = [(2, "X608"), (3, "X606"), (4, "X605"), (5, "X601"), (6, "X604"), (7, "X607"), (9, "X601")]
    assert found == [("Warnings", line, code, "error", None) for line, code in codes]
    assert "Ann" not in str(connection.execute("from landing.findings").fetchall())


def test_another_agency_explains_nothing_of_this_one(sent):
    connection, folder, night, book = sent
    fill(book, folder / "ROT" / "back.xlsx", (2, RIGHT, None))
    told = next(o for o in night(FIRST + timedelta(days=1)) if o.organisation_code == "ROT")
    assert fate_of([told]) == ("refused", 3, 0, 1, 2)
    assert told.fate.says.startswith("F044 None of the explanations could be taken.")
    codes = "select rule_code from landing.findings where submission_id = 2 order by all"
    assert connection.execute(codes).fetchall() == [("F044",), ("X602",)]
    assert explained(connection) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda book, path: shutil.copy(book, path), "F040"),
        (lambda book, path: path.write_bytes(book.read_bytes()[:3000]), "F017"),
        (lambda book, path: rows_back(book, path), "F041"),
    ],
)
def test_a_workbook_with_nothing_in_it_cut_short_or_of_rows_alone_is_refused(sent, change, code):
    """Its sheet of rows set aside would else pass for a whole return, and take the place of what was sent."""
    connection, folder, night, book = sent
    change(book, folder / "SYP" / "back.dat")
    told = next(o for o in night(FIRST + timedelta(days=1)) if o.file_name == "back.dat")
    assert (told.fate.status, told.fate.says[:4]) == ("refused", code)
    kept = "select status from landing.submissions where return_code is not null"
    assert connection.execute(kept).fetchall() == [("accepted with findings",)]


def rows_back(book, path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(load_workbook(book)["Your rows"].iter_rows(values_only=True))


def test_an_explanation_goes_with_the_same_record_into_a_newer_submission_and_not_with_a_changed_one(
    sent, tmp_path
):
    """Also where the newer submission came first: the older one's workbook was filled in meanwhile."""
    connection, folder, night, book = sent
    put(folder / "SYP" / "2024-05", "r04-2.csv", incidents(shared_with_csc_date="2024-05-12"))
    night(FIRST + timedelta(days=1))
    fill(book, folder / "SYP" / "back.xlsx", *((n, RIGHT, None) for n in (2, 3, 4)))
    night(FIRST + timedelta(days=2))
    assert [(row[1], row[5], row[9]) for row in explained(connection)] == [
        (1, 5, None), (1, 7, None), (1, 9, None), (2, 7, 1), (2, 9, 1)
    ]  # fmt: skip
    newer = book_of(connection, 2, tmp_path / "newer.xlsx")
    assert open_warnings(newer) == [("r04-2.csv", None, 5)]
    put(folder / "SYP" / "2024-05", "r04-3.csv", list(reversed(incidents())))
    night(FIRST + timedelta(days=3))
    assert [(row[5], row[9]) for row in explained(connection) if row[1] == 4] == [(34, 1), (36, 1), (38, 1)]


def test_the_workbooks_of_what_a_night_explained_are_written_anew(sent, tmp_path):
    connection, folder, night, book = sent
    fill(book, folder / "SYP" / "back.xlsx", (2, RIGHT, None))
    night(FIRST + timedelta(days=1))
    after.send_back(connection, "20240611", tmp_path / "findings")
    assert [p.name for p in (tmp_path / "findings" / "SYP").iterdir()] == ["R04_submission_1.xlsx"]
    assert len(open_warnings(tmp_path / "findings" / "SYP" / "R04_submission_1.xlsx")) == 2


def test_what_is_said_of_a_row_goes_when_the_row_goes(sent):
    connection, folder, night, book = sent
    fill(
        book, folder / "SYP" / "back.xlsx", (2, OTHER, "said of line five"), (3, OTHER, "said of line seven")
    )
    night(FIRST + timedelta(days=1))
    due = """(select 'accepted' as schema_name, 'pol_incident' as return_name, rowid as row, submission_id, file,
        sheet, line from accepted.pol_incident where line = 5)"""
    retention.remove(connection, due, "'rule'", "run", FIRST)
    assert [row[8] for row in explained(connection)] == [None, "said of line seven"]


def test_status_counts_what_is_open_and_a_reply_is_no_return(sent):
    connection, folder, night, book = sent
    fill(book, folder / "SYP" / "back.xlsx", (2, RIGHT, None))
    night(FIRST + timedelta(days=1))
    shown = standing(connection)
    assert [dict(zip(shown.columns, row, strict=True))["warnings_open"] for row in shown.rows] == [2]
