"""Readings → the table `batch` of the connection: all rows of one return, of every submission of the night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations import batch
from expectations.batch import Aliases, quoted
from expectations.standard import Return
from ingest.reading import Table

PLACE = ("file", "sheet", "line", "raw")
MANY = 5_000  # rows of a table of which each may be asked at more length
DEFAULTS = {"record_action": "'N'", "record_version": "1"}


@dataclass(frozen=True)
class Load:
    """One table to be loaded: for whom it stands once organisation and period are known."""

    submission_id: int
    table: Table
    organisation_code: str
    period_start: date
    period_end: date


def source(table: Table, day: date | None = None) -> tuple[str, dict[str, str]]:
    """SQL that reads a table's file as text, and for each column of the return the SQL of its text.

    Rows that are of a day get it as their own. Needs `identity.prepare` where the file holds an agency's own ids.
    """
    own = table.line_of is None
    names = [*PLACE, *table.columns] if own else list(table.columns)
    types = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    read = (
        f"read_csv({quoted(table.data)}, columns = {{{types}}}, header = false, auto_detect = false, "
        f"skip = {1 if own else table.skip}, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        "new_line = '\\n', strict_mode = true, null_padding = false, max_line_size = 8388608)"
    )
    sent = _sent(table)
    own_ids = {name: f"pseudonym({text})" for name, text in local_ids(table, day).items()}
    if "child_id_903" in own_ids:
        own_ids["child_id_903"] = f"left({own_ids['child_id_903']}, 20)"
    if "person_key" in own_ids:
        own_ids["person_key_scheme"] = f"pseudonym_scheme({sent['person_key_scheme']})"
    if table.of_a_day and day:
        own_ids["snapshot_date"] = quoted(day)
    return read, sent | own_ids


def _each_once(read: str, sent: dict[str, str], table: Table, day: date) -> tuple[str, dict[str, str]]:
    """The same, each pseudonym worked out once for a row and not wherever it is spoken of: nothing is dearer."""
    made = {
        f"pseudonym({text})": f"k{i}" for i, text in enumerate(dict.fromkeys(local_ids(table, day).values()))
    }
    for key, place in made.items():
        sent = {name: text.replace(key, place) for name, text in sent.items()}
    more = "".join(f", {key} as {place}" for key, place in made.items())
    return (f"(select *{more} from {read})" if made else read), sent


def _sent(table: Table) -> dict[str, str]:
    """For each column of the return, the column of the file as read."""
    own = table.line_of is None
    first = len(PLACE) if own else 0
    found = {name: f"c{i}" for i, name in enumerate(table.columns, first) if name}
    return found | {name: found[other] for name, other in table.same}


def local_ids(table: Table, day: date | None = None) -> dict[str, str]:
    """For each column that holds a pseudonym of the warehouse's own, the SQL of the text it is made of.

    A count taken on another `day` is another record: the day goes into its name.
    """
    sent = _sent(table)
    found = {name: sent[name] for name in table.local_ids}
    if table.of_a_day and day:
        found["record_ref"] = f"{sent['record_ref']} || '|' || {quoted(day)}"
    return found


def start(connection, r: Return, parents: list[str]) -> None:
    """Make the empty `batch` of a return."""
    columns = batch.columns(r, {}, {}, {})
    flags = "".join(f', false as "{p}__received"' for p in parents)
    connection.execute(
        "create or replace temp table batch as select cast(null as bigint) as submission_id, "
        "cast(null as varchar) as file, cast(null as varchar) as sheet, cast(null as bigint) as line, "
        f"{_own(r, 'cast(null as varchar)', 'cast(null as date)', 'cast(null as date)')}{columns}{flags} limit 0"
    )


def _own(r: Return, organisation: str, period_start: str, period_end: str) -> str:
    """The submission's own facts beside each row, but for a return that has columns of those names."""
    facts = {"organisation_code": organisation, "period_start": period_start, "period_end": period_end}
    return "".join(f"{sql} as {name}, " for name, sql in facts.items() if name not in r.column_names)


def add(connection, r: Return, load: Load, aliases: Aliases, received: dict[str, bool | None]) -> None:
    """Append one table to `batch`; raises RuntimeError if DuckDB reads another number of rows than stand there.

    `received` says of each parent whether it has come; None where rows cannot say which parent is theirs.
    """
    if not load.table.rows:
        return
    read, sent = _each_once(*source(load.table, load.period_end), load.table, load.period_end)
    own = load.table.line_of is None
    place = (
        "c0, nullif(c1, ''), cast(c2 as bigint)" if own else f"{quoted(load.table.file)}, null, lines.line"
    )
    if not own:
        lines = _lines(connection, load.table.line_of)
        read = f"{read} positional join {lines} as lines"
    where = "where coalesce(c3, '') = ''" if own else ""
    facts = _own(
        r,
        quoted(load.organisation_code),
        f"date {quoted(load.period_start)}",
        f"date {quoted(load.period_end)}",
    )
    flags = "".join(f", {'null' if known is None else str(known).lower()}" for known in received.values())
    defaults = {k: v for k, v in DEFAULTS.items() if k in r.column_names}
    columns = batch.columns(r, sent, aliases, defaults, load.table.rows >= MANY)
    before = _rows(connection)
    connection.execute(
        f"insert into batch select {load.submission_id}, {place}, {facts}{columns}{flags} from {read} {where}"
    )
    if (loaded := _rows(connection) - before) != load.table.rows - load.table.broken:
        raise RuntimeError(f"{load.table.file}: {load.table.rows} rows were found, {loaded} were read")


def _lines(connection, path: Path) -> str:
    import numpy as np

    connection.register("line_numbers", {"line": np.load(path)})
    return "line_numbers"


def _rows(connection) -> int:
    return connection.execute("select count(*) from batch").fetchone()[0]


def broken(connection, table: Table) -> list[tuple[str, str | None, int, str]]:
    """(file, sheet, line, text) of every line that could not be split into the header's columns."""
    if table.line_of is not None:
        return [(table.file, None, line, text) for line, text, _ in table.bad]
    if not table.broken:
        return []
    read, _ = source(table)
    return connection.execute(
        f"select c0, c1, cast(c2 as bigint), c3 from {read} where coalesce(c3, '') <> ''"
    ).fetchall()
