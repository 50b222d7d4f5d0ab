"""Bad files, made by code: one maker for each row of the matrix whose fault comes in by the inbox."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from expectations.standard import standard

# Of the planted forms (tests/planted/searching.py): where it turns up outside the vault, something has leaked.
PLANTED = "Zephaba Quillenaba"
CRIMES = standard()["pol_incident"]
COLUMNS = CRIMES.column_names
GOOD = {name: str(value) for name, value in CRIMES.accepted.items()}
PLACE = "SYP/2024-05"

# A maker writes into the inbox; one that yields has a night run at each yield, and one after it ends.
Maker = Callable[[Path], Iterator[None] | None]
MAKERS: dict[str, Maker] = {}


def makes(name: str) -> Callable[[Maker], Maker]:
    """Register the maker of a row of the matrix, by the row's name: `6-semicolon`."""

    def keep(maker: Maker) -> Maker:
        assert name not in MAKERS, f"{name} has two makers"
        MAKERS[name] = maker
        return maker

    return keep


def rows(n: int, **change: str) -> list[dict[str, str]]:
    """Good rows of R04, each with references of its own."""
    own = {"crime_recorded": "N", "crime_ref": ""}
    return [{**GOOD, **own, "record_ref": f"R{i}", "incident_ref": f"I{i}", **change} for i in range(n)]


def text(sent: list[dict[str, str]], columns=COLUMNS, **dialect) -> str:
    """Rows as a CSV."""
    written = io.StringIO()
    write = csv.DictWriter(written, columns, extrasaction="ignore", lineterminator="\n", **dialect)
    write.writeheader()
    write.writerows(sent)
    return written.getvalue()


def put(inbox: Path, content: bytes | str, name: str = "bad.csv", place: str = PLACE) -> Path:
    """Write a file below the inbox, as it stands."""
    path = inbox / place / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path
