"""How dbt opens the warehouse file: as everyone does, and with a key that no setting or environment holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin

import failpoint
from operations import built, stopping, warehouse_file

# Of the whole build, not of each cursor: DuckDB hands them on, and there are hundreds of cursors.
SETTINGS = (
    "TimeZone = 'Europe/London'",
    "python_enable_replacements = false",
)
# What a build that is not from nothing notes of itself (macros/incremental.sql).
NOTES = (
    *(f"create schema memory.{name}" for name in ("made", "was", "changed", "touched", "beside")),
    "create table memory.main.ways (model varchar, way varchar, kept_by varchar[])",
    "create table memory.main.changed (input varchar)",
    f"insert into memory.main.changed select 'landing.' || unnest({[*built.READ, *built.COUNTED]})",
)
_given: list[tuple[Path, str | None, str, str]] = []


@contextmanager
def given(database: Path, key: str | None, as_at: str, memory: str) -> Iterator[None]:
    """Let dbt have the file, the key to it, the moment it is to show and so much memory, for as long as it builds."""
    _given.append((database, key, as_at, memory))
    try:
        yield
    finally:
        _given.clear()


class Plugin(BasePlugin):
    """Attaches the warehouse file before dbt would; dbt then finds it there and leaves it so."""

    def configure_connection(self, conn) -> None:
        path, key, as_at, memory = _given[-1]
        if key is not None:
            warehouse_file.load_encryption(conn)
        for setting in (*SETTINGS, f"memory_limit = '{memory}'"):
            conn.execute(f"set global {setting}")
        conn.execute(f"create macro memory.main.as_at() as timestamptz '{as_at}'")
        for statement in NOTES:
            conn.execute(statement)
        conn.execute(f"set temp_directory = '{path}.tmp'")
        warehouse_file.attach(conn, path, key, draft=True)

    def configure_cursor(self, cursor) -> None:
        stopping.mind(cursor)
        failpoint.reach("building")
        cursor.execute(f"use {warehouse_file.NAME}")
