"""What a controller may ask for one person: where every row of theirs came from, and that it be erased.

Aggregates are not computed again (part F of the brief); the source keeps the record, the warehouse is a copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from expectations.standard import Return
from ingest import erased, persons, retention
from ingest.erased import skip_erased
from ingest.holds import holds
from ingest.persons import Key
from ingest.retention import clear, plan_purge, purge
from refusal import Refusal


@dataclass(frozen=True)
class Line:
    """Where one row of a person stands, and where it came from."""

    table: str
    submission_id: int
    organisation_code: str
    period: str | None
    file: str | None
    sheet: str | None
    line: int | None
    received_at: datetime


@dataclass(frozen=True)
class Lineage:
    """Every row of a person, and the facts of the core that hold the person: (table, rows, known by)."""

    rows: tuple[Line, ...]
    facts: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class Erasure:
    """What an instruction takes out: rows by table, the submissions they came with, files that still hold them."""

    keys: tuple[Key, ...]
    rows: dict[str, int] = field(default_factory=dict)
    links: int = 0
    submissions: tuple[int, ...] = ()
    vault_files: tuple[tuple[str, str | None], ...] = ()
    identities: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()


def lineage(connection, standard: dict[str, Return], key: Key) -> Lineage:
    """Every row of a key, in the order received, and the facts it went into."""
    persons.find(connection, standard, [key])
    rows = connection.execute(
        "select m.schema_name || '.' || m.return_name, m.submission_id, s.organisation_code, s.period, m.file, "
        "m.sheet, m.line, s.received_at from mine m join landing.submissions s using (submission_id) "
        "order by s.received_at, m.submission_id, m.file, m.sheet, m.line"
    ).fetchall()
    return Lineage(tuple(Line(*row) for row in rows), tuple(_facts(connection, standard, key)))


def _facts(connection, standard: dict[str, Return], key: Key):
    """Facts that name the pseudonym's hash hold its own rows; those that name the child hold the child's."""
    connection.execute(
        "create or replace temp table hashes as select distinct md5(scheme || ':' || key) as pseudonym_hash from "
        f"({_schemes(standard, key)})",
    )
    connection.execute(
        "create or replace temp table children as select pseudonym_hash as child_key from hashes union "
        "select arg_max(child_key, linked_at) from landing.links "
        "where md5(person_key_scheme || ':' || person_key) in (from hashes) group by person_key_scheme, person_key"
    )
    columns = connection.execute(
        "select c.table_name, max(c.column_name) from duckdb_columns() c join duckdb_tables() t "
        "using (database_name, schema_name, table_name) where schema_name = 'core' "
        "and c.column_name in ('pseudonym_hash', 'child_key') and database_name = current_database() "
        "group by all order by all"
    ).fetchall()
    for table, column in columns:
        names = "hashes" if column == "pseudonym_hash" else "children"
        (n,) = connection.execute(
            f"select count(*) from core.{table} where {column} in (from {names})"
        ).fetchone()
        if n:
            yield f"core.{table}", n, column


def _schemes(standard: dict[str, Return], key: Key) -> str:
    """SQL for the schemes a wanted key stands under."""
    parts = [
        f'select w.key, trim(t."{scheme}") as scheme from accepted.{r.name} t join wanted w on w.key = trim(t."{name}")'
        for r in standard.values()
        for name, scheme in persons.key_columns(r)
        if scheme
    ]
    parts.append("select key, scheme from wanted where scheme is not null")
    both = " union ".join(parts)
    return (
        both if key.scheme is None else f"from ({both}) where scheme = (select any_value(scheme) from wanted)"
    )


def plan_erase(connection, standard: dict[str, Return], key: Key, linked: bool, active: list) -> Erasure:
    """What would be erased; nothing is changed but the temporary table `mine`. `active` are the holds of the day."""
    keys = persons.with_linked(connection, key) if linked else [key]
    persons.find(connection, standard, keys)
    rows = dict(
        connection.execute(
            "select schema_name || '.' || return_name, count(*) from mine group by all order by all"
        ).fetchall()
    )
    (links,) = connection.execute(f"select count(*) from landing.links l where {_linked('l')}").fetchone()
    submissions = [
        n for (n,) in connection.execute("select distinct submission_id from mine order by all").fetchall()
    ]
    return Erasure(
        tuple(keys),
        rows,
        links,
        tuple(submissions),
        tuple(_still(connection, standard)),
        tuple(_identities(connection)),
        tuple(_held(connection, keys, active)),
    )


def _linked(alias: str, side: str = "person_") -> str:
    scheme = f"{alias}.{side}key_scheme" if side == "person_" else f"{alias}.{side}scheme"
    return f"exists (select 1 from wanted w where w.key = {alias}.{side}key and (w.scheme is null or w.scheme = {scheme}))"


def _still(connection, standard: dict[str, Return]):
    """(hash, last day) of the vault's files with rows of theirs: nothing is cut out of a locked file, it goes whole."""
    years = ", ".join(f"'{r.code}': {r.retention.years}" for r in standard.values())
    yield from connection.execute(
        "select f.sha256, cast(max(cast(coalesce(s.period_end, s.received_at) as date) "
        f"+ to_years(cast(coalesce(map_extract_value(MAP {{{years}}}, s.return_code), 7) as integer)))::date as varchar) "
        "from landing.submission_files f join landing.submissions s using (submission_id) "
        "where submission_id in (select submission_id from mine) group by f.sha256 order by f.sha256"
    ).fetchall()


def _identities(connection):
    """Files of the identity store that may name the person: those of every agency that knows one of the keys."""
    rows = connection.execute(
        "select submission_id from landing.submissions where return_code = 'R25' and status like 'accepted%' "
        "and organisation_code in (select s.organisation_code from mine join landing.submissions s using (submission_id) "
        f"union select l.organisation_code from landing.links l where {_linked('l')}) order by all"
    ).fetchall()
    yield from (f"{number}.age" for (number,) in rows)


def _held(connection, keys: list[Key], active: list):
    """An inquiry's hold is stronger than an instruction: which of them cover any of the rows."""
    met = connection.execute(
        "select distinct s.return_code, s.organisation_code from mine join landing.submissions s using (submission_id)"
    ).fetchall()
    for hold in active:
        theirs = hold.person is None or any(k.key == hold.person.key for k in keys)
        if theirs and any(hold.may_cover(*one) for one in met):
            yield hold.hold_id


def erase(
    connection, plan: Erasure, standard: dict[str, Return], instruction: str, run_id: str, now: datetime
):
    """Erase what `plan_erase` found; a row that comes again is skipped. Refusal (exit 3) where a hold covers it."""
    if plan.held_by:
        raise Refusal(
            f"Not erased: held by {', '.join(plan.held_by)}. Ask who ordered the hold, in seeds/retention_holds.csv.",
            3,
        )
    erased.remember(connection, standard, instruction, run_id, now)
    connection.execute(
        "update landing.findings set value = null where rule_code = 'X404' "
        "and value in (select identity from mine where identity <> '')"
    )
    connection.execute(
        "update landing.cross_return_findings f set record = '(erased)' where exists (select 1 from "
        "(select distinct unnest(string_split(identity, ' · ')) as part from mine) m "
        "where length(m.part) > 3 and list_contains(string_split_regex(f.record, '[ ,;]+'), m.part))"
    )
    deleted = retention.remove(connection, "mine", f"'{erased.WHY}'", run_id, now)
    connection.execute(f"delete from landing.links l where {_linked('l')}")
    connection.execute(
        f"delete from landing.link_reviews l where {_linked('l', 'left_')} or {_linked('l', 'right_')}"
    )
    return deleted


def clear_workbooks(plan: Erasure, findings: Path) -> None:
    """Remove the findings workbooks of the submissions a plan met, after what it erased was published."""
    numbers = {str(n) for n in plan.submissions}
    for book in findings.rglob("*_submission_*.xlsx"):
        if book.stem.rpartition("_")[2] in numbers:
            book.unlink()


__all__ = [
    "Key",
    "clear",
    "clear_workbooks",
    "erase",
    "holds",
    "lineage",
    "plan_erase",
    "plan_purge",
    "purge",
    "skip_erased",
]
