"""Under which key the warehouse's own pseudonyms stand: held in the warehouse, and beside each of them.

A key that is another one would give every child a second name, and nobody would see it. So the file says
which key it is of, and a night under any other does not begin.
"""

from __future__ import annotations

from datetime import datetime

from ingest import next_keys
from ingest.identity import Key, own_scheme
from refusal import Refusal

TABLE = """
create table if not exists landing.key_schemes (
    scheme varchar not null, key_id varchar not null, since timestamptz not null)"""


def key_id(connection) -> str | None:
    """The id of the key the warehouse's own pseudonyms stand under; None where there are none yet."""
    row = connection.execute(
        "select count(*) from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'landing' and table_name = 'key_schemes'"
    ).fetchone()
    if not row[0]:
        return None
    row = connection.execute(
        "select key_id from landing.key_schemes order by since desc, rowid desc limit 1"
    ).fetchone()
    return row and row[0]


def hold(connection, key: Key, now: datetime) -> None:
    """Hold the warehouse to its key; the first time it is written down. Refusal (exit 4) where it is another."""
    from ingest.national.values import SCHEME

    held = key_id(connection)
    if held is None:
        note(connection, SCHEME, key, now)
        _give_id(connection, SCHEME, own_scheme(SCHEME, key))
    elif held != key.id:
        raise Refusal(
            f"The warehouse's pseudonyms stand under the key pseudonym {held}; the one in place is {key.id}. "
            "Put the right key back, or change keys with: warehouse key rotate pseudonym",
            4,
        )


def settled_key(connection, keys) -> Key:
    """The key to begin a night with: the one in place, after a rotation cut short has been ended.

    Under the night's lock only.
    """
    held = key_id(connection)
    next_keys.finish(keys, "pseudonym", lambda secret: Key.of(secret).id == held)
    return Key.of(keys.secret("pseudonym"))


def note(connection, scheme: str, key: Key, now: datetime) -> None:
    """Write down that from now on the scheme's pseudonyms stand under this key."""
    connection.execute(TABLE)
    connection.execute("insert into landing.key_schemes values (?, ?, ?)", [scheme, key.id, now])


def with_schemes(connection) -> list[str]:
    """The tables of rows that name children by scheme and key, with their schemas, in order."""
    rows = connection.execute(
        "select distinct schema_name || '.' || table_name from duckdb_columns() "
        "where database_name = current_database() and schema_name in ('accepted', 'quarantine') "
        "and column_name = 'person_key_scheme' order by all"
    ).fetchall()
    return [name for (name,) in rows]


def _give_id(connection, scheme: str, with_id: str) -> None:
    """Rows of a version that did not yet write the key's id beside them stand under the one key there was."""
    for table in with_schemes(connection):
        connection.execute(
            f"update {table} set person_key_scheme = ? where person_key_scheme = ?", [with_id, scheme]
        )
