"""The rows that make a numerator, named by what names them in the core: for who may see rows, and nobody else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.explanation.keys import key_of
from reports.explanation.statement import Counted, rows

# How the catalogue counts: rows, things told apart, or numbers added; each perhaps of some rows only.
WAYS = {
    "rows": r"count\(\*\)",
    "distinct": r"count\(distinct (?P<of>\w+)\)",
    "sum": r"sum\((?P<of>.+?)\)",
}
FILTER = r"( filter \(where (?P<only>.*)\))?"


@dataclass(frozen=True)
class Members:
    """What a numerator is made of.

    `counts`: 'rows' (as many as the numerator), 'distinct' (as many things, each with the rows that name it), 'sum'
    (rows whose `counted` adds up to it) or 'none' (the rows it is reckoned from). `ids`: {column: value} of each.
    """

    counts: str
    of: str
    says: str
    ids: tuple[dict, ...]

    @property
    def total(self) -> float | None:
        """What these come to: the numerator, if all is right; None where it is neither counted nor added."""
        if self.counts == "none":
            return None
        return (
            float(sum(row["counted"] for row in self.ids)) if self.counts == "sum" else float(len(self.ids))
        )


def members(warehouse, counted: Counted) -> Members:
    """The rows of the core behind a figure's numerator, in the order of their key.

    `warehouse`: an open connection to the whole warehouse, or a copy for a role, that grants the relation.
    """
    way, of, only = _way(counted.listed["counted"])
    key = ", ".join(key_of(warehouse, counted.listed["relation"]))
    found = warehouse.execute(_statement(counted, way, of, only, key))
    names = [column[0] for column in found.description]
    ids = tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())
    return Members(way, of, _says(way, of, key), ids)


def _way(expression: str) -> tuple[str, str, str]:
    """(how it counts, of what, of which rows)."""
    for way, pattern in WAYS.items():
        if found := re.fullmatch(pattern + FILTER, expression):
            told = found.groupdict()
            return way, told.get("of") or "", told["only"] or "true"
    return "none", "", "true"


def _statement(counted: Counted, way: str, of: str, only: str, key: str) -> str:
    inner = f"from (\n{rows(counted)}\n) as counted where {only}"
    if way == "distinct":
        # One thing may stand in many rows: it is told once, with all of them beside it.
        refs = f"list_sort(list(concat_ws(' ', {key}))) as records"
        return f"select {of}, {refs} {inner} and {of} is not null group by {of} order by {of}"
    amount = f", cast({of} as double) as counted" if way == "sum" else ""
    some = f" and {of} is not null" if way == "sum" else ""
    return f"select {key}{amount} {inner}{some} order by {key}"


def _says(way: str, of: str, key: str) -> str:
    return {
        "rows": f"Each row stands for one of the numerator. A row is named by: {key}.",
        "distinct": f"Each {of} counts once, with the rows it stands in. A row is named by: {key}.",
        "sum": f"What `counted` ({of}) of these rows adds up to is the numerator. A row is named by: {key}.",
        "none": f"The figure is reckoned from these rows and counts none of them. A row is named by: {key}.",
    }[way]
