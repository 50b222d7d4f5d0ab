"""The screener's rules on places: levels, their columns, and codes with their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.open_data import reference as known
from reports.open_data.rules_meta import Table, listed


def levels(table: Table) -> Iterator[str]:
    found = table.items("geographic_level")
    if wrong := found - set(known.LEVELS):
        yield f"an unknown geographic_level: {listed(wrong)}"
    needed = {c for level in found & set(known.LEVELS) for c in known.LEVELS[level]}
    for level in ("Regional", "Local authority"):  # one column of these asks for all of them
        needed |= set(known.LEVELS[level]) if set(known.LEVELS[level]) & set(table.columns) else set()
    if lacking := needed - set(table.columns):
        yield f"a column of the level is lacking: {listed(lacking)}"
    if {"School", "Provider"} <= found:
        yield "schools and providers may not be mixed"
    if found <= set(known.IGNORED):
        yield "the table tool reads none of these levels"


def completed(table: Table) -> Iterator[str]:
    for level in sorted(table.items("geographic_level")):
        # An older council may have no code of nine signs.
        columns = [c for c in known.LEVELS[level] if c in table.columns and c != "new_la_code"]
        if level in ("Local authority", "Local authority district"):
            columns += known.LEVELS["Regional"]
        for column in columns:
            if any(not r.get(column) for r in table.rows if r["geographic_level"] == level):
                yield f"'{column}' is blank in rows of the level {level}"


def not_overcompleted(table: Table) -> Iterator[str]:
    for level, within in known.WITHIN.items():
        for column in (c for c in known.LEVELS[level] if c in table.columns):
            wrong = {r["geographic_level"] for r in table.rows if r[column]} - within
            if wrong:
                yield f"'{column}' is filled in rows of the level {listed(wrong)}"


def combinations(table: Table) -> Iterator[str]:
    for level, accepted in (
        ("National", known.COUNTRIES),
        ("Regional", known.REGIONS),
        ("English devolved area", known.DEVOLVED),
    ):
        if wrong := {pair for pair in _pairs(table, known.LEVELS[level]) if pair not in accepted}:
            yield f"not a {level} code with its name: {listed(map(' '.join, wrong))}"
    found = _pairs(table, ("old_la_code", "new_la_code", "la_name"))
    if wrong := {council for council in found if not _is_council(*council)}:
        yield f"not a Local authority code with its name: {listed(map(' '.join, wrong))}"


def _pairs(table: Table, columns: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Codes with their name; blanks belong to other levels, and a place not available is asked about apart."""
    if not set(columns) <= set(table.columns):
        return set()
    found = {tuple(row[c] for c in columns) for row in table.rows}
    return {codes for codes in found if any(codes) and known.NOT_AVAILABLE[0] not in codes}


def _is_council(number: str, code: str, name: str) -> bool:
    """One of this county's as it is, another by the form of its codes."""
    ours = {part for council in known.COUNCILS for part in council}
    if {number, code, name} & ours:
        return (number, code, name) in known.COUNCILS
    return bool(name) and bool(re.fullmatch(r"\d{3}", number)) and bool(re.fullmatch(r"E\d{8}|", code))


def not_available(table: Table) -> Iterator[str]:
    code, name = known.NOT_AVAILABLE
    for columns in known.LEVELS.values():
        codes = [c for c in columns if not c.endswith("_name") and c in table.columns]
        named = [c for c in columns if c.endswith("_name") and c in table.columns]
        if not codes or not named:
            continue
        for row in table.rows:
            if {row[c] == code for c in codes} | {row[named[0]] == name} == {True, False}:
                yield f"'{codes[0]}' is '{code}' where, and only where, '{named[0]}' is '{name}'"
                break


def location_codes(table: Table) -> Iterator[str]:
    codes = {c for columns in known.LEVELS.values() for c in columns if not c.endswith("_name")}
    for column in sorted(codes & set(table.columns)):
        if any(len(item) > known.LONGEST["code"] for item in table.items(column)):
            yield f"a code of '{column}' is too long"


STAGES = (
    (levels,),
    (completed, not_overcompleted),
    (combinations, not_available, location_codes),
)
