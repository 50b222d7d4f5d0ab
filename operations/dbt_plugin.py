"""How dbt opens the warehouse file: as everyone does, and with a key that no setting or environment holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin

from operations import warehouse_file

_given: list[tuple[Path, str | None]] = []


@contextmanager
def given(database: Path, key: str | None) -> Iterator[None]:
    """Let dbt have the file, and the key to it, for as long as it builds."""
    _given.append((database, key))
    try:
        yield
    finally:
        _given.clear()


class Plugin(BasePlugin):
    """Attaches the warehouse file before dbt would; dbt then finds it there and leaves it so."""

    def configure_connection(self, conn) -> None:
        path, key = _given[-1]
        if key is not None:
            warehouse_file.load_encryption(conn)
        conn.execute(f"set temp_directory = '{path}.tmp'")
        warehouse_file.attach(conn, path, key, draft=True)

    def configure_cursor(self, cursor) -> None:
        cursor.execute(f"use {warehouse_file.NAME}")
