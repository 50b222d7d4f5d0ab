"""Opening and leaving the night's copy of the warehouse."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from expectations.batch import quoted
from expectations.standard import standard
from ingest import calendar, inbox, key_schemes, tables, vault
from ingest.context import Context, prepare
from ingest.inbox import Arrival
from ingest.vault import Vault
from refusal import Refusal


def ready(connection, work: Path, memory: str):
    """A connection to the night's copy, made ready for work; what does not fit in `memory` spills beside it."""
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute("set threads = 2")
    connection.execute("set timezone = 'UTC'")  # not the machine's: a day is a day wherever it stands
    connection.execute(f"set temp_directory = {quoted(work / 'spill')}")
    tables.create(connection, standard())
    return connection


def context(connection, home, scratch: Path, run_id: str, now: datetime) -> Context:
    """The night's context; `home` gives `seeds`, `keys`, `vault` and `identity`."""
    connection.execute(
        "insert into landing.runs values (?, ?, null, 'running', ?)", [run_id, now, _version()]
    )
    key = key_schemes.settled_key(connection, home.keys)
    kept = Vault(home.vault, home.keys.public("vault"), scratch)
    vault.seal(kept)
    found = prepare(connection, home.seeds, key, kept, scratch, run_id, now)
    return replace(found, identity=home.identity, identity_recipient=home.keys.public_if_there("identity"))


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("south-yorkshire-core-data")
    except PackageNotFoundError:
        return "checkout"


def arrivals(folder: Path, seeds: Path) -> list[Arrival]:
    """What lies in the inbox; Refusal where a named inbox is not there."""
    if not folder.exists():
        raise Refusal(f"There is no inbox {folder}. Put files there with `warehouse receive`.", 2)
    for _ in os.walk(folder, onerror=_raise):  # to list an inbox passes over a folder it may not look into
        pass
    with (seeds / "agencies.csv").open(encoding="utf-8") as f:
        known = {row["organisation_code"] for row in csv.DictReader(f)}
    return inbox.arrivals(folder, known)


def _raise(problem: OSError) -> None:
    raise problem


def size(arrived: list[Arrival]) -> int:
    """How many bytes lie in the inbox."""
    return sum(a.path.lstat().st_size for a in arrived if a.problem is None)


def leave(connection, run_id: str, now: datetime, seeds: Path) -> None:
    """What is due is written, the sums are proved, and the file is made small before it is closed."""
    calendar.expect(connection, seeds, now.date())
    lost = connection.execute(
        "select count(*) from landing.submissions where rows_read <> rows_accepted + rows_quarantined + rows_skipped"
    ).fetchone()[0]
    if lost:
        raise Refusal(f"Not published: {lost} submissions do not add up. This is our fault.", 3)
    connection.execute(
        "update landing.runs set finished_at = now(), status = 'published' where run_id = ?", [run_id]
    )
    connection.execute("checkpoint")
