"""Workbooks: every variant of a fault ends as the matrix says, all of them in one night; and what needs no night."""

from __future__ import annotations

import csv
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import duckdb
import openpyxl
import pytest
import xlsxwriter

from expectations import batch
from expectations.batch import quoted
from expectations.personal_data import MARK
from expectations.standard import standard
from ingest.excel import Seen, open_book, read_xlsx, rows_of
from ingest.excel_cells import MOST_LISTED
from ingest.excel_parts import locked_or_old
from ingest.national import read_annex_a
from ingest.reading import Sent, Unreadable
from operations import terminal
from tests.faults.bad import put, spreadsheets
from tests.faults.bad.spreadsheets import GROUP, SHARED, SHEET, VARIANTS, part, reworked, value, workbook
from tests.faults.matrix import Row, rows
from tests.faults.trial import STATUS, conserved, county, leaks

ANNEX = ["Child Unique ID", "Date of Referral", "Referral Source", "Referral NFA?", "Allocated Worker"]
ROWS = {row.name: row for row in rows() if row.name in VARIANTS}
MONTHS = {name: f"{2018 + n // 12}-{1 + n % 12:02}" for n, name in enumerate(VARIANTS)}


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """One night over all variants, each sent for a month of its own."""
    with county(tmp_path_factory.mktemp("variants")) as tried:
        for name, month in MONTHS.items():
            put(tried.inbox, VARIANTS[name](month), f"{name}.xlsx", f"SYP/{month}")
        tried.night(datetime(2024, 6, 10, tzinfo=UTC))
        conserved(tried.connection)
        assert leaks(tried) == []
        yield tried


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=name, marks=pytest.mark.faults(row.number)) for name, row in ROWS.items()]
)
def test_a_variant_ends_as_the_matrix_says(row: Row, night):
    (mine,) = [o for o in night.nights[0] if Path(o.file_name).name == f"{row.name}.xlsx"]
    assert mine.fate.status in STATUS[row.outcome], mine.fate
    assert row.outcome in "RS" or (mine.fate.rows_quarantined > 0) == (row.outcome == "Q"), mine.fate
    assert str(terminal.exit_code([mine])) == row.exit
    found = night.connection.execute(
        "select line, coalesce(column_name, ''), says from landing.findings "
        "where submission_id = ? and rule_code = ?",
        [mine.submission_id, row.code],
    ).fetchall()
    places = {(line, column) for line, column, _ in found}
    assert places >= ({(row.line, row.column)} if row.code else set()), places
    assert all(says.isprintable() and says.endswith(".") for *_, says in found)
    if row.outcome == "R":
        assert mine.fate.says.startswith(f"{row.code} "), mine.fate.says
    if row.outcome == "Q":
        reasons = night.connection.execute(
            "select distinct unnest(reasons) from quarantine.pol_incident where submission_id = ?",
            [mine.submission_id],
        )
        assert row.code in {reason for (reason,) in reasons.fetchall()}


def test_every_variant_has_its_row():
    assert set(VARIANTS) == set(ROWS)


@pytest.fixture
def read(tmp_path):
    """Read a workbook's bytes: its findings by code, and its rows as a CSV of ours holds them."""

    def read(content: bytes):
        path = tmp_path / "sent.xlsx"
        path.write_bytes(content)
        reading = read_xlsx(Sent(path, path.name), tmp_path)
        with reading.tables[0].data.open(encoding="utf-8", newline="") as file:
            return [f for _, f in reading.findings], list(csv.DictReader(file))

    return read


@pytest.mark.faults(38)
def test_a_workbook_of_1904_says_the_same_days(read):
    dates = {"num_format": "yyyy-mm-dd"}
    _, mac = read(workbook(value(1, SHARED, 43966, **dates), date_1904=True))
    _, windows = read(workbook(value(1, SHARED, 45428, **dates)))
    assert mac == windows
    assert mac[0]["shared_with_csc_date"] == "2024-05-16"


@pytest.mark.faults(37, 38)
@pytest.mark.parametrize(("number", "more"), [(45428, {}), (43966, {"date_1904": True})])
def test_the_number_of_a_day_is_read_by_the_calendar_of_its_workbook(read, number, more):
    found, sent = read(workbook(value(1, SHARED, number), **more))
    assert sent[0]["shared_with_csc_date"] == "2024-05-16"
    assert [(f.rule_code, f.line, f.column_name) for f in found if f.rule_code == "C203"] == [
        ("C203", 2, "shared_with_csc_date")
    ]


@pytest.mark.faults(42)
def test_a_formula_is_its_result_or_is_shown_to_have_none(read):
    """An empty text is a result; so is nothing where no program worked the formula out, array or not."""
    _, sent = read(VARIANTS["42-empty-result"]("2024-05"))
    assert sent[0]["dedupe_group"] == ""

    def formulas(book, sheet):
        sheet.write_formula(1, GROUP, "=A1", None, "")
        sheet.write_array_formula(2, GROUP, 2, GROUP, "{=A1:A1}", None, "")
        sheet.write_formula(3, GROUP, '="G"&7', None, "G7")
        sheet.write_string(4, GROUP, "=A1")

    whole = workbook(formulas)
    typeless = part(whole, SHEET).replace(' t="str"><f t="array"', '><f t="array"')
    _, sent = read(reworked(whole, **{SHEET: typeless}))
    assert [row["dedupe_group"] for row in sent[:4]] == ["#FORMULA!", "#FORMULA!", "G7", "=A1"]


@pytest.mark.faults(48, 50)
def test_an_annex_a_is_held_to_the_same(tmp_path):
    def written(change) -> Sent:
        path = tmp_path / "annex.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("List 3")
            sheet.write_row(0, 0, ANNEX)
            for row in (1, 2):
                sheet.write_row(row, 0, [f"A{row}", "01/05/2023", "Police", "No"])
            change(sheet)
        return Sent(path, path.name)

    hidden = written(lambda sheet: sheet.set_row(2, None, None, {"hidden": True}))
    reading = read_annex_a(hidden, open_book(hidden.path), "ROT", tmp_path)
    assert [f.line for _, f in reading.findings if f.rule_code == "S112"] == [3]
    merged = written(lambda sheet: sheet.merge_range(1, 4, 2, 4, ""))
    with pytest.raises(Unreadable) as refused:
        read_annex_a(merged, open_book(merged.path), "ROT", tmp_path)
    assert (refused.value.code, refused.value.line) == ("S114", 2)


@pytest.mark.faults(43, 44, 45)
def test_no_reference_is_padded_or_completed_in_silence(read):
    """A whole number stands as its digits; one that cannot be trusted is shown as the number it is."""

    def numbers(book, sheet):
        place = spreadsheets.AT["incident_ref"]
        for row, (sent, form) in enumerate(
            ((9434765.0, "General"), (123, "000000"), (123456, "000000"), (1234567890123456, "0")), start=1
        ):
            sheet.write_number(row, place, sent, book.add_format({"num_format": form}))

    _, sent = read(workbook(numbers))
    assert [row["incident_ref"] for row in sent[:4]] == ["9434765", "123.0", "123456", "1.234568E+15"]


@pytest.mark.faults(48)
def test_hidden_sheets_are_counted_and_told(tmp_path):
    path = tmp_path / "hidden.xlsx"
    path.write_bytes(workbook(lambda book, sheet: spreadsheets._second(book).hide()))
    reading = read_xlsx(Sent(path, path.name), tmp_path)
    assert [(s.reason, s.rows) for _, s in reading.skipped] == [("row of a hidden sheet", 2)]


@pytest.mark.faults(51, 52)
@pytest.mark.parametrize(("stream", "code"), [("EncryptedPackage", "F014"), ("Workbook", "F015")])
@pytest.mark.parametrize("before", [600, (1 << 20) - 7])
def test_a_password_is_told_from_an_old_kind(tmp_path, stream, code, before):
    path = tmp_path / "book.xlsx"
    path.write_bytes(spreadsheets.OLE + bytes(before) + stream.encode("utf-16-le") + bytes(9))
    assert locked_or_old(path).code == code


@pytest.mark.faults(55)
def test_rows_far_apart_cost_nothing_for_what_lies_between(tmp_path):
    """A cell in the last row alone is a blank million, not seventeen thousand million cells."""
    made = BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"], book.active["C1048576"] = "x", "far"
    book.save(made)
    path = tmp_path / "far.xlsx"
    path.write_bytes(made.getvalue())
    ((sheet, written),) = open_book(path).sheets
    filled = [(line, cells) for line, cells in rows_of(sheet, written, Seen()) if any(cells)]
    assert filled == [(1, ["x"]), (1_048_576, ["", "", "far"])]


@pytest.mark.faults(56)
@pytest.mark.parametrize("tenth", range(10))
def test_a_workbook_cut_anywhere_is_refused(read, tenth):
    whole = workbook()
    with pytest.raises(Unreadable) as refused:
        read(whole[: 4 + (len(whole) - 5) * tenth // 10])
    assert refused.value.code == "F017"


@pytest.mark.faults(56)
@pytest.mark.parametrize("seed", range(40))
def test_a_workbook_with_a_byte_changed_is_read_or_refused(read, seed):
    """Never anything else than rows, or a sentence with a code of ours."""
    whole = bytearray(workbook())
    whole[seed * len(whole) // 40] ^= 0xFF
    with suppress(Unreadable):
        found, sent = read(bytes(whole))
        assert len(sent) == 40 and all(f.says.endswith(".") for f in found)


@pytest.mark.faults(39, 41, 42, 43, 44, 45)
@pytest.mark.parametrize(
    ("sent", "marked"),
    [
        ({"dedupe_group": "#N/A"}, "C206 dedupe_group;"),
        ({"source": " #NAME? ", "sex": "#DIV/0!"}, "C206 source;C206 sex;"),
        ({"dedupe_group": "#FORMULA!"}, "C207 dedupe_group;"),
        ({"crime_ref": "1.23457E+16"}, "C209 crime_ref;"),
        ({"nsir_qualifiers": "1,2e+5"}, "C209 nsir_qualifiers;"),
        ({"incident_ref": "123.0"}, "C209 incident_ref;"),
        ({"shared_with_csc_date": "05/25/2024", "vcop_informed_date": "05/25/2024"}, None),
        ({"nsir_open_category": "12.0"}, None),
        ({"dedupe_group": "#1", "crime_ref": "12E4+5"}, None),
        ({"dedupe_group": "=1+1", "record_ref": "C++.0a"}, None),
    ],
)
def test_a_csv_saved_from_a_workbook_holds_the_same_damage(sent, marked):
    r = standard()["pol_incident"]
    given = {name: quoted(sent.get(name, text)) for name, text in r.accepted.items()}
    given |= {name: quoted(text) for name, text in sent.items()}
    with duckdb.connect() as connection:
        connection.execute(
            f"create temp table batch as select 1 as submission_id, {batch.columns(r, given, {}, {})}"
        )
        batch.look_over(connection, r)
        assert connection.execute(f"select {MARK} from batch").fetchall() == [(marked,)]


def test_what_is_said_of_thousands_of_cells_is_counted(read):
    def numbers(book, sheet):
        for row in range(1, MOST_LISTED + 11):
            sheet.write_number(row, SHARED, 45428)

    found, _ = read(workbook(numbers))
    told = [f.says for f in found if f.rule_code == "C203"]
    assert (len(told), told[-1]) == (MOST_LISTED + 1, "So in 10 more rows.")
