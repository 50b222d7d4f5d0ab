"""How dbt opens the warehouse file: as everyone does, and with a key that no setting or environment holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin

from operations import warehouse_file

_given: dict[str, str | None] = {"key": None}


@contextmanager
def key_given(key: str | None) -> Iterator[None]:
    """Let dbt have the key for as long as it builds."""
    _given["key"] = key
    try:
        yield
    finally:
        _given["key"] = None


class Plugin(BasePlugin):
    """Attaches the profile's file before dbt would; dbt then finds it there and leaves it so."""

    def configure_connection(self, conn) -> None:
        path = Path(self.creds.attach[0].path)
        if _given["key"] is not None:
            warehouse_file.load_encryption(conn)
        conn.execute(f"set temp_directory = '{path}.tmp'")
        warehouse_file.attach(conn, path, _given["key"])

    def configure_cursor(self, cursor) -> None:
        cursor.execute(f"use {warehouse_file.NAME}")
