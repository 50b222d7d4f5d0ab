"""A day in the life, without Python: what is sent, and what the warehouse must then say.

`cases/<case>/sent/` is an inbox. `cases/<case>/expected/<schema>.<table>.csv` is the whole of that table in the
columns it names; `<schema>.<table>.some.csv` are rows that must each stand there once. `expected@<moment>/` is
the same as at a moment. A value `~` means NULL.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"


def rows(path: Path) -> tuple[list[str], list[tuple]]:
    with path.open(encoding="utf-8", newline="") as f:
        header, *lines = csv.reader(f)
    return header, [tuple(None if v == "~" else v for v in line) for line in lines]


def found(connection, table: str, columns: list[str]) -> list[tuple]:
    """Every value as text, numbers without trailing noughts, so that a case is read as it is written."""
    types = dict(connection.execute(f"select column_name, column_type from (describe {table})").fetchall())
    texts = []
    for c in columns:
        number = types[c].startswith(("DECIMAL", "DOUBLE", "HUGEINT"))
        texts.append(
            f"rtrim(rtrim(cast(round({c}, 4)::decimal(18, 4) as varchar), '0'), '.')"
            if number
            else f"cast({c} as varchar)"
        )
    return connection.execute(f"select {', '.join(texts)} from {table}").fetchall()


def hold(connection, expected: Path) -> None:
    for path in sorted(expected.glob("*.csv")):
        table = path.name.removesuffix(".csv")
        columns, wanted = rows(path)
        have = Counter(found(connection, table.removesuffix(".some"), columns))
        if table.endswith(".some"):
            have = Counter({row: n for row, n in have.items() if row in wanted})
        assert have == Counter(wanted), path.relative_to(CASES)


@pytest.mark.parametrize("case", sorted(p.parent.name for p in CASES.glob("*/sent")))
def test_case(case, after_case, copy_of_case, tmp_path):
    told = [(path, path.name.partition("@")[2]) for path in sorted((CASES / case).glob("expected*"))]
    # What is built as at a moment is written into the home's cache, where another worker may be reading.
    home = copy_of_case(case, tmp_path / "home") if any(m for _, m in told) else after_case(case)
    for expected, moment in told:
        with home.reading(moment or None) as connection:
            hold(connection, expected)
