"""The warehouse to read: closed to writing and to the world outside; or built again as at a moment."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from operations import build, warehouse_file
from operations.settings import MEMORY
from refusal import Refusal

FORMAT = 2  # the newest we read: `NOW` of ingest/migration.py, which a test holds it equal to


@dataclass(frozen=True)
class Answer:
    """Columns and rows, as a query gave them."""

    columns: tuple[str, ...]
    rows: list[tuple]


@contextmanager
def reading(
    live: Path,
    home: Path,
    project: Path,
    parsed: Path,
    as_at: str | None,
    key: str | None = None,
    memory: str = MEMORY,
) -> Iterator:
    """A read-only connection that can open nothing else; `as_at` is a day (its end) or a moment."""
    if not live.exists():
        raise Refusal("There is no warehouse yet. Run: warehouse nightly", 4)
    if as_at is None:
        with closing(_locked(live, key)) as connection:
            yield connection
        return
    _locked(live, key).close()  # what we cannot read is not copied and built first
    folder = Path(tempfile.mkdtemp(prefix=".as-at-", dir=home))
    try:
        copy = folder / "warehouse.duckdb"
        shutil.copyfile(live, copy)
        build.build(project, copy, parsed, moment(as_at), key, memory=memory)
        with closing(_locked(copy, key)) as connection:
            yield connection
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def moment(as_at: str) -> str:
    """A day means its last second, in UTC; a moment without an offset is UTC."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", as_at):
        return f"{as_at} 23:59:59.999999+00"
    if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?", as_at):
        return as_at if re.search(r"(Z|[+-]\d\d(:?\d\d)?)$", as_at[10:]) else f"{as_at}+00"
    raise Refusal(f"{as_at!r} is no moment. Write 2025-07-31 or 2025-07-31T09:00:00Z.")


def _locked(path: Path, key: str | None):
    connection = warehouse_file.connect(path, key, read_only=True)
    try:
        refuse_newer(connection)
    except Refusal:
        connection.close()
        raise
    for setting in ("timezone = 'UTC'", "enable_external_access = false", "lock_configuration = true"):
        connection.execute(f"set {setting}")
    return connection


def refuse_newer(connection) -> None:
    """Refusal (exit 4) where a newer version of the project wrote the file: its figures may mean something else."""
    try:
        (was,) = connection.execute("select max(version) from landing.format").fetchone()
    except duckdb.CatalogException:  # older than the first number, or empty
        return
    if was is not None and was > FORMAT:
        raise Refusal(
            f"The warehouse is of format {was}, written by a newer version of the project; this one reads {FORMAT}. "
            "Nothing was changed. Run the newer version again, or go back. Run: warehouse restore --previous",
            4,
        )


def ask(connection, sql: str) -> Answer:
    """The answer to one statement; Refusal in DuckDB's own words where it cannot be answered."""
    try:
        found = connection.execute(sql)
        return Answer(tuple(d[0] for d in found.description or ()), found.fetchall())
    except duckdb.Error as problem:
        raise Refusal(str(problem)) from None
