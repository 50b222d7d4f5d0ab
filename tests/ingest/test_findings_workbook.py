from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from expectations.standard import parse
from ingest import findings_workbook
from ingest.findings_words import MEND, REASONS
from ingest.findings_workbook import write_findings
from ingest.tables import create
from refusal import Refusal

HERE = Path(__file__).parents[2]
VISITS = {
    "name": "visits",
    "code": "R98",
    "title": "Visits",
    "description": "One row for each visit.",
    "version": "1.0",
    "organisations": ["ROT"],
    "periods": ["month"],
    "event_date": "day",
    "due_days": 14,
    "primaryKey": ["ref"],
    "restates": {"identity": ["ref"]},
    "fields": [
        {"name": name, "title": name, "type": kind, "description": name}
        for name, kind in (("ref", "string"), ("day", "date"), ("note", "string"))
    ],
}
DATE = "day is not a real date. Use YYYY-MM-DD."
NEEDED = "ref must be filled in."
CHECK = "Please check note."
FEWER = "The row has fewer cells than the header."
QUARANTINED = [
    (3, "v.csv", None, 12, "V3", "31/02/2024", "=HYPERLINK(1)", ["C205"], None),
    (3, "v.csv", None, 5, "", "2024-13-01", "ok", ["C205", "C220"], None),
    (3, "v.csv", None, 20, None, None, None, ["F021"], 'V9,"2024'),
    (4, "other.csv", None, 5, "V1", "x", "ok", ["C205"], None),
]
FINDINGS = [
    (3, "v.csv", None, 12, "day", "31/02/2024", "C205", "error", DATE),
    (3, "v.csv", None, 5, "day", "2024-13-01", "C205", "error", DATE),
    (3, "v.csv", None, 5, "ref", "", "C220", "error", NEEDED),
    (3, "v.csv", None, 7, "note", "+44", "R98.01", "warning", CHECK),
    (3, "v.csv", None, 9, "note", "(withheld)", "R98.01", "warning", CHECK),
    (3, "v.csv", None, None, None, None, "S117", "information", "Optional columns not sent: x."),
    (3, "v.csv", None, 20, None, None, "F021", "error", FEWER),
    (4, "other.csv", None, 5, "day", "x", "C205", "error", DATE),
]


def fill(connection) -> None:
    """A submission with findings and rows set aside, and one that was refused."""
    connection.execute("set timezone = 'Europe/London'")
    create(connection, {"visits": parse(VISITS, "visits")})
    for number, name, status in ((3, "v.csv", "accepted with findings"), (4, "other.csv", "refused")):
        connection.execute(
            """insert into landing.submissions values (?, 'ROT', 'R98', 'visits', '2024-05', '2024-05-01',
            '2024-05-31', '2024-06-03T08:15:00Z', 'abcdef0123456789', ?, 'csv', 'utf-8', '1.0', ?, null,
            24, 20, 3, 1, null, 'run', false)""",
            [number, name, status],
        )
    connection.executemany("insert into quarantine.visits values (?, ?, ?, ?, ?, ?, ?, ?, ?)", QUARANTINED)
    connection.executemany("insert into landing.findings values (?, ?, ?, ?, ?, ?, ?, ?, ?)", FINDINGS)
    connection.execute(
        "insert into landing.explanations values (8, 3, 'ROT', 'R98.01', 'v.csv', null, 9, 'note', ?, "
        "'as agreed with =you', '2024-06-10T12:00:00Z', 'later', null)",
        [REASONS[0]],
    )
    connection.execute("insert into landing.skipped values (3, 'v.csv', null, 'the row is blank', 1)")


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        fill(connection)
        yield connection


@pytest.fixture
def book(warehouse, tmp_path):
    write_findings(warehouse, 3, tmp_path / "findings.xlsx")
    return load_workbook(tmp_path / "findings.xlsx")


def table(sheet):
    (found,) = sheet.tables.values()
    return [[cell.value for cell in row] for row in sheet[found.ref]]


def test_the_sheets_and_their_tables(book):
    assert {s.title: list(s.tables) for s in book.worksheets} == {
        "Summary": [],
        "How to reply": [],
        "Error summary": ["error_summary"],
        "Rows to fix": ["rows_to_fix"],
        "Warnings": ["warnings"],
        "For information": ["for_information"],
        "Your rows": ["your_rows"],
    }


def said(book, sheet="Summary") -> dict:
    return {row[0].value: row[1].value for row in book[sheet].iter_rows(min_row=2)}


def test_the_summary_says_what_became_of_the_file_and_of_every_row(book):
    assert said(book) == {
        "File": "v.csv",
        "Return": "R98 visits",
        "Organisation": "ROT",
        "Period": "2024-05",
        "Received": "2024-06-03 08:15 UTC",
        "SHA-256 begins": "abcdef012345",
        "Standard version": "1.0",
        "Fate": "Accepted. Rows in error are set aside: mend them and send the whole file again.",
        "Rows read": 24,
        "Rows accepted": 20,
        "Rows set aside": 3,
        "Rows skipped": 1,
        "No row is lost": "24 read = 20 accepted + 3 set aside + 1 skipped",
        "Skipped because": "the row is blank (1 row, v.csv)",
        "Findings to mend": 4,
        "Warnings open": 1,
        "Warnings explained": 1,
        "For information": 1,
        "What to do next": "See Rows to fix. See Warnings: mend what is wrong, explain what is right. "
        "How to reply says how.",
    }


def test_the_error_summary_counts_each_rule_worst_first_and_says_how_to_mend_it(book):
    error, whole = (
        "Must be mended: the row is set aside",
        "Mend the whole file as the sentence says, and send it again.",
    )
    noted = (
        "If the record is wrong, mend it and send the whole file again. If it is right, say why in Warnings."
    )
    heard = "Optional columns not sent: x."
    assert table(book["Error summary"]) == [
        ["Code", "Severity", "How many", "Explained", "What is wrong", "How to mend", "Columns"],
        ["C205", error, 2, 0, DATE, MEND["C205"], "day"],
        ["C220", error, 1, 0, NEEDED, MEND["C220"], "ref"],
        ["F021", error, 1, 0, FEWER, whole, None],
        ["R98.01", "Please check: the row was taken", 2, 1, CHECK, noted, "note"],
        ["S117", "For your information", 1, 0, heard, "Nothing to mend.", None],
    ]


def test_the_rows_to_fix_name_the_place_and_the_value_in_the_files_order(book):
    whole = "Mend the whole file as the sentence says, and send it again."
    assert table(book["Rows to fix"])[1:] == [
        ["v.csv", None, 5, "day", "2024-13-01", "C205", DATE, MEND["C205"]],
        ["v.csv", None, 5, "ref", None, "C220", NEEDED, MEND["C220"]],
        ["v.csv", None, 12, "day", "31/02/2024", "C205", DATE, MEND["C205"]],
        ["v.csv", None, 20, None, None, "F021", FEWER, whole],
    ]


def test_the_warnings_have_room_for_an_explanation_and_what_is_explained_is_not_open(book):
    sheet = book["Warnings"]
    rows = table(sheet)
    assert rows[0][6:] == ["What to check", "Reason", "Explanation", "Where it stands", "Reference"]
    assert [row[:10] for row in rows[1:]] == [
        ["v.csv", None, 7, "note", "+44", "R98.01", CHECK, None, None, "open"],
        ["v.csv", None, 9, "note", "(withheld)", "R98.01", CHECK, REASONS[0], "as agreed with =you", "explained 2024-06-10"],
    ]  # fmt: skip
    assert all(row[10].startswith("3-") and len(row[10]) == 14 for row in rows[1:])
    assert rows[1][10] != rows[2][10]
    listed, length = sheet.data_validations.dataValidation
    assert (str(listed.sqref), listed.formula1) == ("H2:H3", '"' + ",".join(REASONS) + '"')
    assert (str(length.sqref), length.formula1) == ("I2:I3", "1000")
    assert sheet["H2"].border.left.style == "thin" and sheet["G2"].border.left.style is None


def test_how_to_reply_says_what_to_mend_and_what_to_explain(book):
    assert list(said(book, "How to reply")) == [
        "To mend rows",
        "To explain a warning",
        "What not to write",
        "What cannot be explained",
        "To send it back",
        "What happens then",
    ]


def test_the_check_of_a_file_alone_asks_for_no_explanation(warehouse, tmp_path):
    write_findings(warehouse, 3, tmp_path / "alone.xlsx", alone=True)
    book = load_workbook(tmp_path / "alone.xlsx")
    assert table(book["Warnings"])[0][-1] == "What to check"
    assert list(said(book, "How to reply")) == ["To mend rows", "This was a check alone"]


def test_a_warehouse_of_the_version_before_has_nothing_explained(warehouse, tmp_path):
    warehouse.execute("drop table landing.explanations")
    write_findings(warehouse, 3, tmp_path / "before.xlsx")
    book = load_workbook(tmp_path / "before.xlsx")
    assert [row[9] for row in table(book["Warnings"])[1:]] == ["open", "open"]
    assert (said(book)["Warnings open"], said(book)["Warnings explained"]) == (2, 0)


def test_your_rows_come_back_as_sent_with_every_reason_in_words(book):
    rows = table(book["Your rows"])
    assert rows[0][:6] == ["what is wrong", "cells to mend", "reasons", "file", "sheet", "line"]
    assert rows[0][6:] == ["ref", "day", "note", "raw"]
    assert rows[1][:3] == [f"{DATE} {NEEDED}", "day, ref", "C205, C220"]
    assert rows[1][3:] == ["v.csv", None, 5, None, "2024-13-01", "ok", None]
    assert rows[2][6:9] == ["V3", "31/02/2024", "=HYPERLINK(1)"]
    assert rows[3][-1] == 'V9,"2024'


def test_the_cells_at_fault_are_shaded_bordered_and_noted_and_no_others(book):
    sheet = book["Your rows"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    noted = {cell.coordinate: cell.comment.text for cell in cells if cell.comment}
    assert noted == {"G2": NEEDED, "H2": DATE, "H3": DATE}
    assert {c.coordinate for c in cells if c.fill.fill_type == "solid"} == set(noted)
    assert {c.coordinate for c in cells if c.border.left.style == "medium"} == set(noted)


@pytest.mark.faults(79)
def test_what_an_agency_sent_is_never_a_formula(book):
    assert not [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f" or c.hyperlink]
    assert book["Your rows"]["I3"].data_type == "s"


def test_a_refused_file_says_so(warehouse, tmp_path):
    write_findings(warehouse, 4, tmp_path / "refused.xlsx")
    book = load_workbook(tmp_path / "refused.xlsx")
    assert list(said(book, "How to reply")) == ["To mend rows"]
    assert said(book)["Fate"] == "Refused. Nothing of it counts. Mend the file and send it again."


def test_a_file_of_an_unknown_return_has_no_rows_to_give_back(warehouse, tmp_path):
    warehouse.execute("update landing.submissions set return_code = null, return_name = null, period = null")
    write_findings(warehouse, 4, tmp_path / "unknown.xlsx")
    assert "Your rows" not in load_workbook(tmp_path / "unknown.xlsx").sheetnames


def test_many_findings_are_streamed_and_all_there(warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr(findings_workbook, "MANY", 4)
    write_findings(warehouse, 3, tmp_path / "many.xlsx")
    book = load_workbook(tmp_path / "many.xlsx")
    assert [list(s.tables) for s in book] == [[]] * 7
    assert [row[2] for row in book["Rows to fix"].iter_rows(values_only=True)] == ["Line", 5, 5, 12, 20]
    assert len(book["Warnings"].data_validations.dataValidation) == 2
    assert book["Your rows"]["H2"].value == "2024-13-01"


def test_what_is_streamed_never_lies_in_the_common_temporary_folder(warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr(findings_workbook, "MANY", 4)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    write_findings(warehouse, 3, tmp_path / "many.xlsx")
    assert load_workbook(tmp_path / "many.xlsx")["Your rows"]["H2"].value == "2024-13-01"
    assert [p.name for p in tmp_path.iterdir()] == ["many.xlsx"]


STREAMS = """
import sys
from pathlib import Path
import duckdb
from expectations.standard import parse
from ingest import findings_workbook
from ingest.tables import create
from tests.ingest.test_findings_workbook import VISITS, fill

class Waits:
    \"\"\"A connection that stops before the rows themselves are read, and says where the workbook's files lie.\"\"\"
    def __init__(self, connection):
        self.connection = connection
    def execute(self, sql, *more):
        if sql.startswith("describe quarantine"):
            held = {p.resolve() for p in Path("/proc/self/fd").iterdir() if p.exists()}
            print(*(p for p in held if p.is_file() and p.suffix != ".so"), sep="|", flush=True)
            sys.stdin.read()
        return self.connection.execute(sql, *more)

findings_workbook.MANY = 4
connection = duckdb.connect()
fill(connection)
findings_workbook.write_findings(Waits(connection), 3, Path(sys.argv[1]))
"""


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no memory disk here")
def test_what_a_killed_process_had_streamed_is_swept(tmp_path):
    line = [sys.executable, "-c", STREAMS, str(tmp_path / "many.xlsx")]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, cwd=HERE, stdin=pipe, stdout=pipe, text=True) as process:
        held = [Path(p) for p in process.stdout.readline().strip().split("|") if p.strip()]
        process.kill()
    streamed = {p.parent for p in held}
    (folder,) = streamed
    assert folder.parent == Path("/dev/shm") and len(held) == 6
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not folder.exists()


def test_no_such_submission(warehouse, tmp_path):
    with pytest.raises(Refusal, match="There is no submission 9"):
        write_findings(warehouse, 9, tmp_path / "x.xlsx")


def test_the_same_findings_give_the_same_bytes(warehouse, tmp_path):
    for name in ("a", "b"):
        write_findings(warehouse, 3, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
