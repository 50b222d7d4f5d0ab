"""Pseudonyms in a copy of the warehouse exchanged for others, column by column, and the proof that no count moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.key_schemes import with_schemes
from refusal import Refusal

# A pseudonym, its first 20 digits (an SSDA903 child id) or a child's key, alone or within a text.
HEX = "[0-9a-f]{20,64}"
PSEUDONYM = "[0-9a-f]{64}"
FIGURES = "marts.fct_indicator_values"


@dataclass(frozen=True)
class Column:
    """A column of text, where pseudonyms may stand."""

    table: str
    name: str

    @property
    def is_scheme(self) -> bool:
        """Whether it says under which key others stand."""
        return self.name.endswith("scheme")


@dataclass(frozen=True)
class Told:
    """What was exchanged."""

    pseudonyms: int
    tables: int
    erased_lost: int

    def __str__(self) -> str:
        told = f"{self.pseudonyms:,} pseudonyms in {self.tables:,} tables re-keyed"
        if not self.erased_lost:
            return told
        return (
            f"{told} (but {self.erased_lost:,} that were erased: their files have left the vault, and rows of them that "
            "are sent again will be taken. Erase them again then)"
        )


@dataclass(frozen=True)
class Proof:
    """Counts and figures as they were before the change."""

    counts: dict[str, tuple]
    figures: object

    @classmethod
    def before(cls, connection) -> Proof:
        """Count what must not move."""
        return cls(_counts(connection), connection.execute(f"from {FIGURES}").to_arrow_table())

    def after(self, connection) -> None:
        """Hold the counts against these; Refusal (exit 3) naming what moved."""
        now = _counts(connection)
        if moved := [name for name in self.counts if self.counts[name] != now.get(name)]:
            raise Refusal(f"Not changed: the counts of {', '.join(moved)} moved. The old key is in place.", 3)

    def figures_stand(self, connection) -> None:
        """Hold the figures of the core built anew against these; Refusal (exit 3) where one is another."""
        connection.register("figures_before", self.figures)
        (moved,) = connection.execute(
            f"select count(*) from ((from figures_before except all from {FIGURES}) union all "
            f"(from {FIGURES} except all from figures_before))"
        ).fetchone()
        connection.unregister("figures_before")
        if moved:
            raise Refusal(
                f"Not changed: {moved:,} figures came out different. The old key is in place. Where the code or the "
                "code lists changed since the last night, run a night first, then this again.",
                3,
            )

    def __str__(self) -> str:
        indicators = len(set(self.figures["indicator_code"].to_pylist()))
        return f"{indicators:,} indicators, {self.figures.num_rows:,} figures unchanged"


def rekey(connection, pairs, schemes: tuple[str, str], step: Callable) -> Told:
    """Exchange every old for its new in accepted, quarantine and landing → how many in how many tables.

    `pairs` is an Arrow table of (old, new), `schemes` the old and the new. Refusal (exit 3) where a row under the
    warehouse's own scheme would keep a pseudonym of the old key.
    """
    connection.register("pairs_given", pairs)
    connection.execute("create or replace temp table pairs as from pairs_given")
    connection.unregister("pairs_given")
    columns = _columns(connection)
    met = set()
    for number, column in enumerate(columns):
        step("exchanging pseudonyms", number, len(columns))
        if _exchange(connection, column) + _exchange_within(connection, column):
            met.add(column.table)
    lost = _exchange_erased(connection, *schemes)
    _refuse_kept(connection, columns, schemes[1])
    (count,) = connection.execute("select count(*) from pairs where length(old) = 64").fetchone()
    connection.execute("drop table pairs")
    return Told(count, len(met), lost)


def _exchange_erased(connection, old: str, new: str) -> int:
    """What was erased is known by the hash of its pseudonym; how many have none under the new key."""
    connection.execute(
        "update landing.erased set digest = sha256(pairs.new), "
        "person_key_scheme = if(person_key_scheme = ?, ?, person_key_scheme) from pairs "
        "where digest = sha256(pairs.old) and coalesce(person_key_scheme, ?) = ?",
        [old, new, old, old],
    )
    row = connection.execute(
        "select count(*) from landing.erased where person_key_scheme = ?", [old]
    ).fetchone()
    return row[0]


def _columns(connection) -> list[Column]:
    """The columns in which anything like a pseudonym, or a scheme, stands."""
    rows = connection.execute(
        "select c.schema_name || '.' || c.table_name, list(c.column_name order by c.column_index) "
        "from duckdb_columns() as c join duckdb_tables() as t using (database_name, schema_name, table_name) "
        "where database_name = current_database() and c.data_type = 'VARCHAR' "
        "and schema_name in ('accepted', 'quarantine', 'landing') and table_name <> 'erased' "
        "group by all order by all"
    ).fetchall()
    found = []
    for table, names in rows:
        held = ", ".join(
            f'bool_or("{n}" is not null)'
            if n.endswith("scheme")
            else f"bool_or(regexp_matches(\"{n}\", '{HEX}'))"
            for n in names
        )
        answers = connection.execute(f"select {held} from {table}").fetchone()
        found += [Column(table, name) for name, holds in zip(names, answers, strict=True) if holds]
    return found


def _exchange(connection, column: Column) -> int:
    return connection.execute(
        f'update {column.table} set "{column.name}" = pairs.new from pairs where "{column.name}" = pairs.old'
    ).fetchone()[0]


def _exchange_within(connection, column: Column) -> int:
    """Exchange those that stand within a text, as a finding names a record."""
    connection.execute(
        f"""create or replace temp table texts as
        with
            held as (
                select distinct "{column.name}" as was from {column.table}
                where regexp_matches("{column.name}", '{HEX}') and not regexp_full_match("{column.name}", '{HEX}')
            ),
            parts as (
                select was, unnest(string_split_regex(was, '{HEX}')) as gap,
                    unnest(list_append(regexp_extract_all(was, '{HEX}'), '')) as found,
                    generate_subscripts(string_split_regex(was, '{HEX}'), 1) as place
                from held
            )
        select was, string_agg(gap || coalesce(pairs.new, found), '' order by place) as becomes
        from parts left join pairs on found = pairs.old group by was having bool_or(pairs.new is not null)"""
    )
    changed = connection.execute(
        f'update {column.table} set "{column.name}" = becomes from texts where "{column.name}" = was'
    ).fetchone()[0]
    connection.execute("drop table texts")
    return changed


def refuse_seeds(seeds: Path, pairs) -> None:
    """Refusal (exit 3) where a seed names a child or record by a pseudonym of the old key, with what to write there.

    A hold or a correction that named nobody any more would be lost without a word.
    """
    import duckdb

    texts = {path: path.read_text("utf-8") for path in sorted(seeds.glob("*.csv"))}
    words = {path: sorted(set(re.findall(r"[\w-]{16,}", text))) for path, text in texts.items()}
    with duckdb.connect(":memory:") as connection:
        connection.register("pairs", pairs)
        found = {
            path: connection.execute(
                "from pairs where list_contains(?, old) order by old", [named]
            ).fetchall()
            for path, named in words.items()
        }
    if lines := [f"  {path.name}: {old} -> {new}" for path, named in found.items() for old, new in named]:
        raise Refusal(
            "Not changed: seeds name pseudonyms of the old key. Write there\n"
            + "\n".join(lines)
            + "\nand run this again before the next night: the new key waits for it.",
            3,
        )


def _refuse_kept(connection, columns: list[Column], scheme: str) -> None:
    """No row under the warehouse's own scheme may keep a pseudonym of the old key, in whatever column."""
    name = scheme.rpartition("-")[0]
    for table in with_schemes(connection):
        keys = [c.name for c in columns if c.table == table and not c.is_scheme]
        old = [
            f'(regexp_full_match("{k}", \'{PSEUDONYM}\') and "{k}" not in (select new from pairs))'
            for k in keys
        ]
        kept = connection.execute(
            f"select count(*) from {table} where starts_with(person_key_scheme, '{name}-') "
            f"and ({' or '.join(['person_key_scheme <> ?', *old])})",
            [scheme],
        ).fetchone()[0]
        if kept:
            raise Refusal(
                f"Not changed: {kept:,} rows of {table} have no file in the vault that says whose they are. "
                "The old key is in place.",
                3,
            )


def _counts(connection) -> dict[str, tuple]:
    """Of each table its rows, and how many different values stand where pseudonyms do; and how many children."""
    counts = {}
    columns = _columns(connection)
    for table in dict.fromkeys(c.table for c in columns):
        different = [f'count(distinct "{c.name}")' for c in columns if c.table == table]
        counts[table] = connection.execute(
            f"select {', '.join(['count(*)', *different])} from {table}"
        ).fetchone()
    children = " union ".join(
        f"select person_key_scheme, person_key from {table}" for table in with_schemes(connection)
    )
    counts["children"] = connection.execute(f"select count(*) from ({children})").fetchone()
    return counts
