"""One bit flipped in a copy, or in the live file, again and again: noticed, or of no consequence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import duckdb

import warehouse
from operations import backup, backup_verify, copies, previous
from refusal import Refusal


@contextmanager
def flipped(path: Path, chance: Random) -> Iterator[None]:
    """One bit of a file is another for as long as this lasts; any byte of it may be hit."""
    at, bit = chance.randrange(path.stat().st_size), 1 << chance.randrange(8)
    with path.open("r+b") as file:
        file.seek(at)
        before = file.read(1)
        for byte in (bytes([before[0] ^ bit]), before):
            file.seek(at)
            file.write(byte)
            file.flush()
            if byte != before:
                yield


def in_copies(home: warehouse.Home, chance: Random, times: int) -> dict[str, int]:
    """Flip a bit in any file of any copy: how often `verify` named just the copies that hold the file, and how often not."""
    folder = home.root.parent / "copies"
    backup.make(home, folder)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size)
    told = {"noticed": 0, "NOT NOTICED": 0}
    for _ in range(times):
        with flipped(path := chance.choice(files), chance):
            found = {v.name for v in backup_verify.verify(home, folder) if v.problems}
        held = {p.stem for p in copies.listed(folder) if p == path or path.stem in p.read_text("utf-8")}
        told["noticed" if found == held and held else "NOT NOTICED"] += 1
    return told


def in_live(home: warehouse.Home, chance: Random, times: int) -> dict[str, int]:
    """Flip a bit in the live file: how often a night refused to build on it, and how often every row was as before."""
    before, told = rows(home), {"refused": 0, "every row as before": 0, "ROWS DIFFER": 0}
    for _ in range(times):
        with flipped(home.live, chance):
            try:
                previous.check(home)
            except Refusal:
                told["refused"] += 1
                continue
            told["every row as before" if rows(home) == before else "ROWS DIFFER"] += 1
    return told


def rows(home: warehouse.Home) -> list[tuple]:
    """Every table with its number of rows and a hash of them all."""
    with closing(duckdb.connect(str(home.live), read_only=True)) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        asked = (f'select count(*), bit_xor(hash(t)) from "{schema}"."{table}" t' for schema, table in tables)
        return [(*name, *connection.execute(sql).fetchone()) for name, sql in zip(tables, asked, strict=True)]
