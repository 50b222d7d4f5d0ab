"""Every byte of every file, packed ones unpacked, and every value of every table, searched for what was planted."""

from __future__ import annotations

import gzip
import hashlib
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

# The forms planted values have, in small letters; what matches is then held against the values themselves. Each
# begins with its own characters, not with a condition, so that a file of fifty megabytes is passed over quickly.
FORMS = (
    re.compile(r"zeph[a-z]{3}|quillen[a-z]{3}|zy[0-9]9 ?[0-9][a-z]{2}|h8013[0-9]{8}|cnry[0-9]{6}"),
    re.compile(r"9(?=(99[0-9]{7}))"),
    re.compile(
        r"(?:19|20)(?<![0-9.][0-9]{2})[0-9]{2}-?[01][0-9]-?[0-3][0-9](?![0-9])|[0-3][0-9]/[01][0-9]/(?:19|20)[0-9]{2}"
    ),
)
# Among as many digests as there are, some read as a day written in eight digits.
DIGEST = re.compile(r"[0-9a-f]{20,}")


def leaks(
    root: Path, planted: set[str], apart: tuple[str, ...], clean: set[str] | None = None
) -> dict[str, list[str]]:
    """Where planted values stand below a folder, the folders `apart` left out: file → some of the values.

    `clean` holds the digests of what was searched for the same values before, found clean, and need not be again.
    """
    known = {value.lower() for value in planted}
    clean, found = set() if clean is None else clean, {}
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        inside = path.relative_to(root).as_posix()
        if inside.split("/")[0] in apart:
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest() + path.suffix
        if digest in clean:
            continue
        hits = {hit for text in _texts(path) for hit in _hits(text, known)}
        if hits:
            found[inside] = sorted(hits)[:5]
        else:
            clean.add(digest)
    return found


def in_text(text: str, planted: set[str]) -> list[str]:
    """The planted values a text holds."""
    return sorted(_hits(text, {value.lower() for value in planted}))


def _hits(text: str, known: set[str]) -> set[str]:
    """What of the `known` a text holds; digests are left out only where there is something to find."""
    small = text.lower()
    return _matches(DIGEST.sub(" ", small)) & known if _matches(small) & known else set()


def _matches(small: str) -> set[str]:
    return {m[0] + "".join(m.groups()) for form in FORMS for m in form.finditer(small)}


def _texts(path: Path) -> Iterator[str]:
    raw = path.read_bytes()
    yield raw.decode("latin-1")
    if b"\0" in raw:
        yield raw.replace(b"\0", b"").decode("latin-1")  # UTF-16
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw).decode("latin-1")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield packed.read(name).decode("latin-1")
    if path.suffix == ".parquet":
        yield from _of_query(duckdb.connect(), f"select * from read_parquet('{path}')")
    if path.suffix == ".duckdb" and raw[8:12] == b"DUCK" and _is_plain(path):
        with duckdb.connect(str(path), read_only=True) as connection:
            yield from of_database(connection)


def _is_plain(path: Path) -> bool:
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error as problem:
        return "encrypted" not in str(problem)
    return True


def of_database(connection) -> Iterator[str]:
    """DuckDB packs its text, so a table's bytes say little: every value of every table is read instead."""
    tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    for schema, table in tables:
        yield from _of_query(connection, f'select * from "{schema}"."{table}"')


def _of_query(connection, sql: str) -> Iterator[str]:
    names = [name for name, *_ in connection.execute(f"describe {sql}").fetchall()]
    if not names:
        return
    # A number cast to text could read as a planted number: whole values only.
    columns = ", ".join(f'cast("{name}" as varchar)' for name in names)
    told = connection.execute(f"select concat_ws('\t', {columns}) from ({sql})")
    while rows := told.fetchmany(20_000):
        yield "\n".join(row for (row,) in rows if row)
