"""Which published nights their senders have not been told of yet: one cut short is made up for by the next."""

from __future__ import annotations

from pathlib import Path

from on_disk import put

MARK = "night.told"
NIGHTS = "select run_id from landing.runs where status = 'published' order by started_at, run_id"


def begin(home: Path, connection, tonight: str) -> None:
    """Before the first night ever marked is published: what was published before it counts as told."""
    if not (home / MARK).exists():
        before = [run_id for (run_id,) in connection.execute(NIGHTS).fetchall() if run_id < tonight]
        mark(home, before[-1] if before else "")


def untold(home: Path, connection) -> list[str]:
    """The nights published since the last of which all was told, in order."""
    last = (home / MARK).read_text("utf-8") if (home / MARK).exists() else ""
    return [run_id for (run_id,) in connection.execute(NIGHTS).fetchall() if run_id > last]


def mark(home: Path, run_id: str) -> None:
    """All was told up to this night."""
    put(home / MARK, run_id.encode())
