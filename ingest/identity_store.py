"""Identities: judged by the same rules as every return, but apart, and kept in files only linkage can open.

A row with a name in it never stands on the warehouse's own connection. What is accepted or set aside goes as
Parquet, zipped and locked with age, into `identity/<submission>.age`; the ledger (what came, what was found,
never a value) goes where every ledger is. Which of the files count, the published ledger decides: a file of a
night that was not published is nobody's, and is written over when its number is given again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from expectations.standard import Return
from ingest import submissions, tables
from ingest.context import Context
from ingest.reading import Unreadable
from on_disk import put

RETURN, CODE = "person_identity", "R25"
WITHHELD = "(withheld)"
SCHEMAS = ("accepted", "quarantine")
LEDGER = ("submission_files", "skipped", "rule_results")
TAKEN = ("accepted", "accepted with findings")
NO_KEY = (
    "There is no key `identity` to lock identities with. Run `warehouse key new identity`; it is tried again."
)


@dataclass(frozen=True)
class Kept:
    """A submission of identities that counts: whose, until when it speaks, when it came."""

    submission_id: int
    organisation_code: str
    period_end: date
    received_at: datetime
    sha256: str


def take_in(connection, r: Return, items: list, context: Context, judge: Callable) -> list:
    """Have identities judged in memory and locked away; the outcomes, as `judge(connection, r, items, context)` gives.

    Alone, without a night, nothing is kept. Without a key to lock with, each is refused as a fault of ours.
    """
    if not items:
        return []
    with closing(_room(connection, r)) as room:
        ids = [item.received.submission_id for item in items]
        if not context.alone and not (context.identity and context.identity_recipient):
            return _refuse(connection, r, items, judge)
        outcomes = judge(room, r, items, context)
        if not context.alone:
            for submission_id in _numbers(room, ids, TAKEN):
                _lock(
                    context.identity / f"{submission_id}.age",
                    _packed(room, r, submission_id),
                    context.identity_recipient,
                )
        _note(room, connection, r, ids)
    return outcomes


def _refuse(connection, r: Return, items: list, judge: Callable) -> list:
    """Nothing is judged that could not be kept."""
    from ingest import landing

    problem = Unreadable(submissions.OUR_FAULT, NO_KEY)
    return [
        landing.refuse(
            connection,
            item.received,
            item.landed.arrival,
            r,
            item.reading,
            (item.reading.format, item.reading.encoding),
            problem,
        )
        for item in items
    ]


def _room(connection, r: Return):
    """A database in memory that spills nowhere, with the tables of one return and the submissions it had before."""
    room = duckdb.connect(":memory:")
    for setting in (
        "temp_directory = ''",
        "timezone = 'UTC'",
        "enable_progress_bar = false",
        "python_enable_replacements = false",
    ):
        room.execute(f"set {setting}")
    tables.create(room, {r.name: r}, apart=True)
    _copy(connection, room, "select * from codes", "create or replace temp table codes as")
    _copy(
        connection,
        room,
        f"select * from landing.submissions where return_code = '{r.code}'",
        "insert into landing.submissions",
    )
    _copy(connection, room, "select * from landing.erased", "insert into landing.erased")
    return room


def _copy(source, sink, query: str, into: str) -> None:
    sink.register("given", source.execute(query).to_arrow_table())
    sink.execute(f"{into} select * from given")
    sink.unregister("given")


def _numbers(room, ids: list[int], statuses: tuple[str, ...]) -> list[int]:
    found = room.execute(
        "select submission_id from landing.submissions where list_contains(?, submission_id) "
        "and list_contains(?, status)",
        [ids, list(statuses)],
    ).fetchall()
    return [number for (number,) in found]


def _note(room, connection, r: Return, ids: list[int]) -> None:
    """What became of the submissions into the ledger, without a value; a heading that is none of ours is none."""
    new = f"where submission_id in ({', '.join(map(str, ids))})"
    _copy(room, connection, f"select * from landing.submissions {new}", "insert into landing.submissions")
    for table in LEDGER:
        _copy(room, connection, f"select * from landing.{table} {new}", f"insert into landing.{table}")
    known = ", ".join(f"'{name}'" for name in r.column_names)
    _copy(
        room,
        connection,
        "select submission_id, file, sheet, line, case when column_name in "
        f"({known}) then column_name end, case when value is not null then '{WITHHELD}' end, rule_code, severity, "
        f"case when rule_code = 'S106' then 'A column is not part of {r.code}; it was not stored.' else says end "
        f"from landing.findings {new}",
        "insert into landing.findings",
    )
    replaced = "select submission_id from landing.submissions where status = 'superseded'"
    gone = [number for (number,) in room.execute(replaced).fetchall()]
    connection.execute(
        "update landing.submissions set status = 'superseded' where list_contains(?, submission_id)", [gone]
    )


def _packed(room, r: Return, submission_id: int) -> bytes:
    """A submission's rows, taken and set aside, as a zip of two Parquet files that never was on a disk."""
    import pyarrow.parquet as parquet

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for schema in SCHEMAS:
            rows = room.execute(f"select * from {schema}.{r.name} where submission_id = ?", [submission_id])
            part = io.BytesIO()
            parquet.write_table(rows.to_arrow_table(), part)
            archive.writestr(f"{schema}.parquet", part.getvalue())
    return packed.getvalue()


def _lock(path: Path, content: bytes, recipient: str) -> None:
    """Write bytes that only the key's other half opens, in one step and safely on disk."""
    import pyrage

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    locked = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)])
    put(path, locked)


def unlock(path: Path, secret: str, schema: str = "accepted"):
    """The rows of a file as an Arrow table, in memory; raises pyrage.DecryptError under another key."""
    import pyarrow.parquet as parquet
    import pyrage

    content = pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(secret)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return parquet.read_table(io.BytesIO(archive.read(f"{schema}.parquet")))


def counted(connection) -> list[Kept]:
    """The submissions of identities that count now, in the order they came."""
    rows = connection.execute(
        "select submission_id, organisation_code, period_end, received_at, sha256 from landing.submissions "
        "where return_code = ? and list_contains(?, status) order by received_at, submission_id",
        [CODE, list(TAKEN)],
    ).fetchall()
    return [Kept(*row) for row in rows]
