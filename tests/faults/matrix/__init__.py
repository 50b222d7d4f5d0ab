"""The fault matrix: 120 ways a night can go wrong, and what is to come of each."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("files", "spreadsheets", "xml", "meaning", "operations")
CASES = 120


@dataclass(frozen=True)
class Row:
    """One case, or one variant of it.

    `outcome`: A accepted, W accepted with a warning, Q a row quarantined, R refused, H held, D deferred,
    S skipped as known already, P- nothing published. `code` is of the finding or the refusal; `line` and `column`
    are where it is said to stand; `exit` is of a run with this fault alone; `not_run` says why there is no run.
    """

    number: int
    case: str
    variant: str
    outcome: str
    code: str
    line: int | None
    column: str
    exit: str
    not_run: str

    @property
    def name(self) -> str:
        """What names it among the tests: `6-semicolon`."""
        return f"{self.number}-{self.variant}" if self.variant else str(self.number)


def rows() -> list[Row]:
    """Every row of the matrix, in order of its number."""
    found = [row for part in PARTS for row in _read(HERE / f"{part}.csv")]
    return sorted(found, key=lambda row: row.number)


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(**{**row, "number": int(row["number"]), "line": int(row["line"]) if row["line"] else None})
            for row in csv.DictReader(file)
        ]
