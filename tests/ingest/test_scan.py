"""The scanner against Python's own strict CSV reader, and each way a file can be broken."""

from __future__ import annotations

import csv
import io

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import encoding
from ingest import scan as scanning
from ingest.reading import Sent, Unreadable
from ingest.scan import scan_csv

text = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff\x1a"), max_size=12)
relaxed = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def scan(content: bytes, folder):
    path = folder / "sent.csv"
    path.write_bytes(content)
    return scan_csv(Sent(path, "sent.csv"), folder)


def refusal(content: bytes, folder) -> tuple[str, int | None]:
    with pytest.raises(Unreadable) as refused:
        scan(content, folder)
    return refused.value.code, refused.value.line


def loaded(found) -> list[tuple]:
    """What DuckDB makes of the scanned file, as the loader reads it."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(found.header)))
    sql = (
        f"from read_csv('{found.data}', columns = {{{columns}}}, header = false, auto_detect = false, "
        f"skip = {found.skip}, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', strict_mode = true)"
    )
    return [tuple(v or "" for v in row) for row in duckdb.execute(sql).fetchall()] if found.rows else []


@pytest.mark.faults(13, 14)
@relaxed
@given(rows=st.lists(st.lists(text, min_size=3, max_size=3)), ending=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_rows_come_back_with_their_lines(rows, ending, tmp_path):
    """Whatever stands in quotes and however lines end, each record is DuckDB's, at its physical line."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    lines, at = [], 2
    for row in rows:
        lines.append(at)
        at += 1 + sum(v.replace("\r\n", "\n").replace("\r", "\n").count("\n") for v in row)
        writer.writerow(row)
    plain = written.getvalue().replace("\r\n", "\n").replace("\r", "\n")
    found = scan(plain.replace("\n", ending).encode(), tmp_path)
    expected = [tuple(v.replace("\r\n", "\n").replace("\r", "\n") for v in row) for row in rows]
    assert found.rows == len(rows)
    assert np.load(found.line_of).tolist() == lines
    assert loaded(found) == expected


@pytest.mark.faults(119)
@relaxed
@given(content=st.binary(max_size=200))
def test_any_bytes_end_in_a_scan_or_a_refusal(content, tmp_path):
    try:
        found = scan(b"a,b\n" + content, tmp_path)
    except Unreadable:
        return
    assert found.rows == len(np.load(found.line_of)) == len(loaded(found))


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "F001", None),
        (b"a,b\n1,2\n3", "F003", 3),
        (b'a,b\n1,"two\n3,4\n', "F004", 2),
        ("a,b\n1,2\n".encode("utf-16"), "F006", None),
        (b"a,b\n1,\x81\n", "F008", 2),
        (b"a,b\n1,2\n3,\0\n", "F009", 3),
        (b"a;b\n1;2\n", "S101", 1),
        (b"a\tb\n1\t2\n", "S101", 1),
        (b'a,b\n1,2\n"ab"c,2\n', "S102", 3),
        (b"a,b\n1," + b"x" * (1 << 20) + b"\n", "F020", 2),
    ],
)
def test_a_broken_file_is_refused_at_its_line(content, code, line, tmp_path):
    assert refusal(content, tmp_path) == (code, line)


@pytest.mark.faults(3, 4)
def test_cut_anywhere_a_file_is_refused_or_warned_of_but_at_the_end_of_a_row(tmp_path):
    whole = b'a,b,c\n1,"x, y",3\n4,5,6\n'
    fates = {}
    for cut in range(7, len(whole) + 1):
        try:
            fates[cut] = "warned" if "S125" in scan(whole[:cut], tmp_path).notes else "taken"
        except Unreadable as refused:
            fates[cut] = refused.code
    assert {cut for cut, fate in fates.items() if fate == "taken"} == {17, 23}
    assert {cut for cut, fate in fates.items() if fate == "warned"} == {15, 16, 21, 22}
    assert {cut for cut, fate in fates.items() if fate == "F004"} == set(range(9, 14))


def test_blank_lines_are_counted_and_short_rows_kept(tmp_path):
    found = scan(b"a,b\n1,2\n\n,\n3\n4,5,6\n7,8\n", tmp_path)
    assert (found.rows, found.blank_lines) == (2, 2)
    assert found.bad == ((5, "3", 1), (6, "4,5,6", 3))
    assert np.load(found.line_of).tolist() == [2, 7]
    assert loaded(found) == [("1", "2"), ("7", "8")]


@pytest.mark.faults(10)
def test_windows_1252_is_read_as_such(tmp_path):
    found = scan("a,b\nO\u2019Neill,caf\u00e9\n".encode("cp1252"), tmp_path)
    assert found.encoding == "cp1252"
    assert loaded(found) == [("O\u2019Neill", "caf\u00e9")]


def test_a_mark_and_a_control_z_are_left_out(tmp_path):
    found = scan(b"\xef\xbb\xbfa,b\n1,2\n\x1a", tmp_path)
    assert (found.header, found.rows, found.notes) == (["a", "b"], 1, ("S119",))


def test_a_header_below_title_rows_is_found(tmp_path):
    found = scan(b"Our return\n\na,b\n1,2\n", tmp_path)
    assert (found.header, found.header_line, np.load(found.line_of).tolist()) == (["a", "b"], 3, [4])


def test_a_letter_cut_in_half_is_a_broken_file_and_no_other_encoding(tmp_path):
    whole = "a,b\n1,caf\u00e9\n2,caf\u00e9".encode()
    assert refusal(whole[:-1], tmp_path) == ("F003", 3)
    assert scan(b"a,b\n1,caf\xe9", tmp_path).encoding == "cp1252"


def test_what_windows_has_no_letter_for_is_found_before_the_byte_that_is_no_utf_8(tmp_path, monkeypatch):
    """The first blocks are good UTF-8; only a later one shows that the file is none."""
    for module in (encoding, scanning):
        monkeypatch.setattr(module, "BLOCK", 8)
    assert refusal("a,b\n1,\u0141\n2,3\n".encode() + b"4,\xe9\n", tmp_path) == ("F008", 2)
