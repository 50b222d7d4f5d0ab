"""Holds: what an inquiry or a court forbids to delete, and which rows that covers. In doubt a row is covered."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.batch import quoted
from expectations.standard import Return
from ingest import persons
from ingest.persons import Key

ALL = "all"
# Code lists of areas: of DfE's numbers, and of the councils' own short codes.
AREAS = ("la", "council_area", "la_or_sy")
DISTRICTS = ("district",)


@dataclass(frozen=True)
class Hold:
    """What an inquiry or a court forbids to delete; a blank or `all` leaves that open."""

    hold_id: str
    return_code: str
    organisation_code: str
    area_code: str
    person: Key | None
    held_from: date
    held_until: date | None
    reason: str
    ordered_by: str

    def on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.held_from <= day and (self.held_until is None or day <= self.held_until)

    def may_cover(self, return_code: str | None, organisation_code: str | None) -> bool:
        """Whether it may cover something of a return and an organisation; what is not known may be covered."""
        asked = ((self.return_code, return_code), (self.organisation_code, organisation_code))
        return all(held in (ALL, "") or told is None or held == told for held, told in asked)


def holds(path: Path) -> list[Hold]:
    """The holds of `seeds/retention_holds.csv`."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_hold(row) for row in csv.DictReader(file)]


def _hold(row: dict[str, str]) -> Hold:
    key, scheme, until = (row[c].strip() for c in ("person_key", "person_key_scheme", "held_until"))
    whose = {c: row[c].strip() or ALL for c in ("return_code", "organisation_code", "area_code")}
    return Hold(
        row["hold_id"],
        **whose,
        person=Key(key, scheme or None) if key else None,
        held_from=date.fromisoformat(row["held_from"]),
        held_until=date.fromisoformat(until) if until else None,
        reason=row["reason"],
        ordered_by=row["ordered_by"],
    )


def covering(connection, r: Return, standard: dict[str, Return], held: list[Hold]) -> str:
    """SQL for the id of the first hold that covers a row `t`; NULL where none does."""
    cases = []
    for h in held:
        parts = [] if h.return_code in (ALL, r.code) else ["false"]
        if h.organisation_code != ALL:
            parts.append(f"t.organisation_code = {quoted(h.organisation_code)}")
        if h.area_code != ALL:
            parts.append(_lies_in(connection, r, h.area_code))
        if h.person:
            parts.append(_is_of(connection, r, standard, h.person))
        cases.append(f"when {' and '.join(parts) or 'true'} then {quoted(h.hold_id)}")
    return f"case {' '.join(cases)} end" if cases else "cast(null as varchar)"


def _lies_in(connection, r: Return, area: str) -> str:
    """The row names the area, or it is its sender's; a row that names none may lie anywhere, and is held too."""
    areas = dict(
        connection.execute(
            "select organisation_code, area_code from reference.agencies where kind = 'council'"
        ).fetchall()
    )
    short = next((o for o, a in areas.items() if a == area), area)
    wanted, known = [], []
    for f in r.fields:
        if f.codes and f.codes.list in (*AREAS, *DISTRICTS) and f.type == "string":
            wanted.append(f't."{f.name}" is not distinct from {quoted(area)}')
            wanted.append(f't."{f.name}" is not distinct from {quoted(short)}')
            known.append(f't."{f.name}"')
    sent = f"t.organisation_code = {quoted(short)}"
    councils = ", ".join(quoted(o) for o in areas)
    nowhere = f"(t.organisation_code not in ({councils or quoted('')}) and coalesce({', '.join([*known, 'null'])}) is null)"
    return f"({' or '.join([*wanted, sent, nowhere])})"


def _is_of(connection, r: Return, standard: dict[str, Return], person: Key) -> str:
    """The row is the person's, found by its place in the table `mine` made for the hold."""
    table = f"held_{person.short}"
    there = connection.execute(
        "select count(*) from duckdb_tables() where temporary and table_name = ?", [table]
    ).fetchone()
    if not there[0]:
        persons.find(connection, standard, [person])
        connection.execute(f"create temp table {table} as from mine")
    return (
        f"exists (select 1 from {table} m where m.schema_name = t.schema_name "
        f"and m.return_name = '{r.name}' and m.row = t.row)"
    )
