"""What the tests of the national formats share: files made by hand, rows read back, samples found."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingest.reading import Reading, Sent, Table

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"


@pytest.fixture
def send(tmp_path):
    """Writes a file as an agency would send it; text is UTF-8, bytes stay as they are."""

    def write(name: str, content: str | bytes) -> Sent:
        path = tmp_path / "sent" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return Sent(path, name)

    return write


@pytest.fixture
def out(tmp_path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def rows(table: Table) -> list[dict[str, str]]:
    """The canonical rows in the order of their lines, after proving that the file is as the table says."""
    raw = table.data.read_bytes()
    assert b"\r" not in raw and raw.count(b"\n") == table.rows + 1
    with table.data.open(encoding="utf-8", newline="") as f:
        read = csv.DictReader(f)
        found = list(read)
    assert tuple(read.fieldnames) == ("file", "sheet", "line", "raw", *table.columns)
    assert len(found) == table.rows
    return sorted(found, key=lambda row: int(row["line"]))


@pytest.fixture
def rows_of():
    def find(reading: Reading, name: str) -> list[dict[str, str]]:
        return rows(next(table for table in reading.tables if table.return_name == name))

    return find


@pytest.fixture
def samples():
    """The folder of samples made by others; the test is skipped where it is absent."""

    def find(name: str) -> Path:
        if not (SAMPLES / name).exists():
            pytest.skip(f"the sample {name} is not beside this checkout")
        return SAMPLES / name

    return find
