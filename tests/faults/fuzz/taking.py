"""Any bytes at all, given to the readers: they are read, or refused in words; nothing else ever happens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest import loading, readers
from ingest.readers import Parcel
from ingest.reading import Reading, Sent, Unreadable

CORPUS = Path(__file__).parents[1] / "corpus"
YEAR, ORGANISATION = 2025, "ROT"


@dataclass(frozen=True)
class Read:
    """What a reader made of bytes: the format they were taken for, the code they were refused with, their rows."""

    format: str | None
    refused: str | None
    rows: int


def take(content: bytes, folder: Path) -> Read:
    """Have bytes read as the night would; AssertionError where rows do not come back, or a refusal says nothing."""
    sent = folder / "sent"
    sent.write_bytes(content)
    form, refused = None, None
    try:
        form = readers.peek(sent)
        found = readers.read(Parcel((Sent(sent, "sent"),), ORGANISATION, YEAR, form), folder)
    except Unreadable as problem:
        refused = problem
    if refused:
        assert refused.says.endswith((".", ")")), refused.says
        assert refused.line is None or refused.line >= 1
        return Read(form, refused.code, 0)
    return Read(form, None, _rows(found))


def _rows(found: Reading) -> int:
    """The rows DuckDB reads from what the reader wrote, which are as many as it says there are."""
    read = 0
    for table in found.tables:
        sql, _ = loading.source(table)
        there = duckdb.execute(f"select count(*) from {sql}").fetchone()[0] if table.rows else 0
        assert there == table.rows, (table.return_name, there, table.rows)
        read += there + len(table.bad)
    return read


def kept() -> list[Path]:
    """Every input ever found worth keeping, in order."""
    return sorted(p for p in CORPUS.rglob("*") if p.is_file())
