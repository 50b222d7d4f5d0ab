"""Rows whose key is made of codes and dates alone are set apart, so that planted rows do not meet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice, product
from pathlib import Path

from demo.examples import Finding, Planted, roles
from expectations.standard import Return

CODES = Path(__file__).parent.parent / "seeds" / "codes.csv"
UNIQUE = "expect_compound_columns_to_be_unique"
# Months of the year of faults a key's date is moved on by: the first day of a quarter stays one.
MONTHS = (0, 3, 6, 9)


def set_apart(r: Return, rows: list[Planted]) -> list[Planted]:
    """The rows with keys of their own where nothing in the key is a name; duplicates planted stay as they are."""
    for key in _keys(r):
        varied = [c for c in key if r.field(c).pattern][:1] or [c for c in key if _may_vary(r, c)]
        # The first place is the accepted example's own, which the duplicates keep.
        places = islice(product(*(_values(r, c) for c in varied)), 1, None)
        stays = [_is_duplicate(r, row, key) or not _of_example(r, row, varied) for row in rows]
        taken = {_key(row, key) for row, stay in zip(rows, stays, strict=True) if stay}
        rows = [
            row if stay else _placed(r, row, key, varied, places, taken)
            for row, stay in zip(rows, stays, strict=True)
        ]
    return rows


def _may_vary(r: Return, column: str) -> bool:
    """Not who sent it, nor a code that a rule looks at."""
    looked_at = any(re.search(rf"\b{column}\b", rule.arguments.get("where", "")) for rule in r.rules)
    return column != r.organisation_column and not (r.field(column).codes and looked_at)


def _of_example(r: Return, row: Planted, varied: list[str]) -> list[str]:
    """Which of the columns say what the accepted example says; blank ones say nothing."""
    return [c for c in varied if row.values.get(c) and row.values[c] == _example(r, c)]


def _placed(r: Return, row: Planted, key: tuple, varied: list[str], places: Iterator, taken: set) -> Planted:
    """The row in the next free place; what its example changed stays, and so does what it leaves blank."""
    free = _of_example(r, row, varied)
    for place in places:
        told = dict(zip(varied, place, strict=True))
        values = {**row.values, **{c: told[c] for c in free}}
        if _key(placed := replace(row, values=values), key) not in taken:
            taken.add(_key(placed, key))
            return placed if not row.finding else replace(placed, finding=_seen(row.finding, values))
    raise ValueError(f"{r.name}: no more keys for planted rows")


def _seen(found: Finding, values: dict[str, str]) -> Finding:
    return replace(found, value=values.get(found.column_name) or None) if found.column_name else found


def _key(row: Planted, key: tuple[str, ...]) -> tuple:
    return tuple(row.values.get(column) for column in key)


def _is_duplicate(r: Return, row: Planted, key: tuple[str, ...]) -> bool:
    if not row.finding:
        return False
    says = f"{', '.join(key)} together stand in more than one row."
    own = {rule.says for rule in r.rules if tuple(rule.arguments.get("column_list", ())) == key}
    return row.finding.says in {says, *own}


def _keys(r: Return) -> list[tuple[str, ...]]:
    """The keys of a return in which no column is a name of the sender's own giving."""
    keys = [r.primary_key, *(tuple(x.arguments["column_list"]) for x in r.rules if x.expect == UNIQUE)]
    _, named = roles(r.name)
    return [key for key in keys if not named & set(key) and r.code != "R00"]


def _example(r: Return, column: str) -> str:
    return str(r.accepted.get(column, "")).replace("2024-", "2025-")


def _values(r: Return, column: str) -> list[str]:
    """What a column of a key can hold, the accepted example's value first."""
    own, f = _example(r, column), r.field(column)
    if f.codes:
        return [own, *(code for code in _codes(f.codes.list) if code != own)]
    if f.pattern:
        return [own, *(value for value in _numbered(own) if value != own)]
    month = int(own[5:7])
    return [own[:5] + f"{month + more:02d}" + own[7:] for more in MONTHS if month + more <= 12]


def _numbered(own: str) -> list[str]:
    """Other values of the same look: another number of as many digits, or one put behind."""
    letters, digits = re.fullmatch(r"(.*?)(\d*)", own).groups()
    if len(digits) < 5:
        return [f"{own}-{number}" for number in range(1, 2000)]
    return [f"{letters}{number:0{len(digits)}d}" for number in range(1, 2000)]


@cache
def _codes(name: str) -> tuple[str, ...]:
    with CODES.open(encoding="utf-8", newline="") as file:
        return tuple(row["code"] for row in csv.DictReader(file) if row["list"] == name)
