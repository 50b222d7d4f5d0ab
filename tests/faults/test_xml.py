"""XML: what harms is refused before it is read, one bad child costs its own row, and size costs no memory."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import readers
from ingest.readers import Parcel
from ingest.reading import Sent, Unreadable
from tests.faults.bad import put
from tests.faults.bad.xml import JUDGED, PLACE, SENT, census, with_doctype
from tests.faults.matrix import Row, rows
from tests.faults.trial import conserved, county, leaks
from tests.planted.searching import in_text

HERE = Path(__file__).parents[2]
ROWS = {row.name: row for row in rows() if row.name in SENT and row.name not in JUDGED}
MOST_MEMORY = 150 << 10
READS = """
import re, sys
from pathlib import Path
from ingest.national import read_cin_xml
from ingest.reading import Sent
read = read_cin_xml(Sent(Path(sys.argv[1]), "census.xml"), Path(sys.argv[2]))
print(sum(t.rows for t in read.tables), re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def read(path: Path, content: str | bytes):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    out = path.parent / "out"
    out.mkdir()
    return readers.read(Parcel((Sent(path, path.name),), "ROT", 2024, readers.peek(path)), out)


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=name, marks=pytest.mark.faults(row.number)) for name, row in ROWS.items()]
)
def test_a_variant_is_refused_as_the_matrix_says(row: Row, tmp_path):
    with pytest.raises(Unreadable) as refused:
        read(tmp_path / "bad.xml", SENT[row.name])
    assert (refused.value.code, refused.value.line) == (row.code, row.line)
    assert refused.value.says.endswith(".") and in_text(refused.value.says, {"Zephaba", "Quillenaba"}) == []


@pytest.mark.faults(58)
def test_nothing_is_asked_of_the_network(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a"
        for n, inside in enumerate((f'[<!ENTITY a SYSTEM "{address}">]', f'SYSTEM "{address}"')):
            (tmp_path / f"{n}").mkdir()
            with pytest.raises(Unreadable):
                read(tmp_path / f"{n}" / "bad.xml", with_doctype(inside, "&a;"))
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.faults(62)
@pytest.mark.parametrize(
    ("name", "found", "expected"), [("62", "Message", "Message"), ("62-year", "1999", "2017")]
)
def test_what_was_found_and_what_is_expected_are_both_said(tmp_path, name, found, expected):
    with pytest.raises(Unreadable) as refused:
        read(tmp_path / "bad.xml", SENT[name])
    assert found in refused.value.says and expected in refused.value.says.partition(";")[2]


@pytest.mark.faults(63)
def test_a_census_cut_anywhere_is_refused_at_its_line_and_column(tmp_path):
    whole = census(2)
    for n, cut in enumerate(range(60, len(whole) - 2, 97)):
        (tmp_path / f"{n}").mkdir()
        with pytest.raises(Unreadable) as refused:
            read(tmp_path / f"{n}" / "bad.xml", whole[:cut])
        line = whole[:cut].count("\n") + 1
        assert refused.value.code in ("X503", "X504") and refused.value.line in (line, None)
        assert refused.value.code == "X503" or f"line {line}:" in refused.value.says


@pytest.mark.faults(65)
def test_one_bad_child_costs_its_own_row_and_is_named_by_its_path(tmp_path):
    (row,) = [row for row in rows() if row.number == 65]
    with county(tmp_path) as tried:
        put(tried.inbox, census(40, child17="2023-02-30"), "census.xml", PLACE)
        outcomes = tried.night(datetime(2024, 6, 10, tzinfo=UTC))
        (mine,) = [o for o in outcomes if o.return_code == "R09"]
        assert (mine.fate.rows_accepted, mine.fate.rows_quarantined) == (39, 1), mine.fate
        found = tried.connection.execute(
            "select sheet, line, column_name from landing.findings where rule_code = ? and severity = 'error'",
            [row.code],
        ).fetchall()
        assert found == [("/Message/Children/Child[17]/CINdetails[1]", row.line, row.column)]
        conserved(tried.connection)
        assert leaks(tried) == []


@pytest.mark.faults(66)
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the most memory a process had, in KiB")
def test_a_large_census_costs_no_memory(tmp_path):
    """Sixteen times the children in the same memory; the 200 MB of the matrix are read by the long run."""
    sizes = {}
    for children in (500, 8_000):
        path, out = tmp_path / f"{children}.xml", tmp_path / f"{children}"
        out.mkdir()
        path.write_text(census(children), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", READS, path, out], cwd=HERE, capture_output=True, text=True, check=True
        )
        read_rows, sizes[children] = map(int, done.stdout.split())
        assert read_rows == children
    assert sizes[8_000] - sizes[500] < 8 << 10
    assert sizes[8_000] < MOST_MEMORY
