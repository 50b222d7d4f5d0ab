"""Whose row it is: the pseudonyms that stand in a return's columns, and rows without one that hang on such a row."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from expectations.standard import ForeignKey, Return

# The latest word on each pseudonym says which child it is.
SAME_CHILD = """
with latest as (
    select person_key, person_key_scheme, arg_max(child_key, linked_at) as child_key from landing.links group by all
)
select distinct other.person_key, other.person_key_scheme from latest as other join latest as one using (child_key)
where one.person_key = ? and (? is null or one.person_key_scheme = ?)
"""
# A line that could not be split into columns.
RAW = "contains(t.raw, w.key) and (w.scheme is null or contains(t.raw, w.scheme))"


@dataclass(frozen=True)
class Key:
    """A pseudonym; without a scheme, under whichever scheme it stands."""

    key: str
    scheme: str | None = None

    def __repr__(self) -> str:
        return f"Key({self.short})"

    @property
    def digest(self) -> str:
        return sha256(self.key.encode()).hexdigest()

    @property
    def short(self) -> str:
        """Enough to know the key again by, for certificates and the audit; never the key itself."""
        return self.digest[:8]


def with_linked(connection, key: Key) -> list[Key]:
    """The key, and every other of the same child as linkage has it now."""
    rows = connection.execute(SAME_CHILD, [key.key, key.scheme, key.scheme]).fetchall()
    return [key, *(Key(*row) for row in rows if row[0] != key.key)]


def want(connection, keys: list[Key]) -> None:
    """Make the temporary table `wanted` of the keys asked for; the predicates below look into it."""
    connection.execute("create or replace temp table wanted (key varchar, scheme varchar)")
    connection.executemany("insert into wanted values (?, ?)", [[k.key, k.scheme] for k in keys])


def key_columns(r: Return) -> list[tuple[str, str | None]]:
    """The columns with a pseudonym of a person, each with the column of its scheme where there is one."""
    found = []
    for f in r.fields:
        if f.sensitive and f.name.endswith("_key"):
            schemes = (f"{f.name}_scheme", f"{f.name.removesuffix('_key')}_scheme")
            found.append((f.name, next((s for s in schemes if s in r.column_names), None)))
    return found


def is_of(r: Return, returns: dict[str, Return], alias: str) -> str | None:
    """SQL, true for a row of a wanted person; None where a row of the return is of no person."""
    if columns := key_columns(r):
        return " or ".join(_has(alias, *pair) for pair in columns)
    hangs = [_hangs_on(k, returns, alias) for k in r.foreign_keys if key_columns(returns[k.resource])]
    return " or ".join(hangs) or None


def _has(alias: str, key: str, scheme: str | None) -> str:
    is_scheme = f'w.scheme = trim({alias}."{scheme}")' if scheme else "false"
    return f'exists (select 1 from wanted w where w.key = trim({alias}."{key}") and (w.scheme is null or {is_scheme}))'


def _hangs_on(key: ForeignKey, returns: dict[str, Return], alias: str) -> str:
    """The row's parent is a row of a wanted person, taken or set aside."""
    parent = returns[key.resource]
    mine = ", ".join(f'trim({alias}."{c}")' for c in key.fields)
    theirs = ", ".join(f'trim(p."{c}")' for c in key.reference)
    of = is_of(parent, returns, "p")
    parts = [
        f"select {theirs} from {schema}.{parent.name} p where {of}" for schema in ("accepted", "quarantine")
    ]
    return f"({mine}) in ({' union all '.join(parts)})"


def find(connection, returns: dict[str, Return], keys: list[Key]) -> None:
    """Make the temporary table `mine`: every row of these persons, in accepted and in quarantine, by its place."""
    want(connection, keys)
    connection.execute(
        "create or replace temp table mine (schema_name varchar, return_name varchar, row bigint, "
        "submission_id bigint, file varchar, sheet varchar, line bigint, identity varchar)"
    )
    for r in returns.values():
        of = is_of(r, returns, "t")
        for schema in ("accepted", "quarantine"):
            raw = f"exists (select 1 from wanted w where {RAW})"
            where = " or ".join(part for part in (of, raw if schema == "quarantine" else None) if part)
            if where:
                connection.execute(
                    f"insert into mine select '{schema}', '{r.name}', t.rowid, t.submission_id, t.file, t.sheet, "
                    f"t.line, {identity(r, 't')} from {schema}.{r.name} t where {where}"
                )


def identity(r: Return, alias: str) -> str:
    """SQL for the name of a record, as a finding has it."""
    named = [c for c in r.restates.identity if not r.field(c).withheld]
    return "concat_ws(' · ', " + ", ".join(f'cast({alias}."{c}" as varchar)' for c in named) + ")"
