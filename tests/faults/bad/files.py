"""Files that are no table, broken off, in another tongue of bytes, or not files at all (A of the matrix)."""

from __future__ import annotations

from pathlib import Path

from tests.faults.bad import makes, put, rows, text


@makes("1")
def empty(inbox: Path) -> None:
    put(inbox, b"")


@makes("6-semicolon")
def parted_by_semicolons(inbox: Path) -> None:
    put(inbox, text(rows(2), delimiter=";"))
