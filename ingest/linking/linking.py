"""The linkage from identity rows to children, in a database in memory."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ingest.linking import candidates, children, clusters, guards, rows
from refusal import Refusal

RESULTS = {"links", "reviews"}


@dataclass(frozen=True)
class Linked:
    """What a run made: how many keys and children, how many keys by rule, how many pairs to look at by reason."""

    keys: int
    children: int
    by_rule: dict[str, int]
    reviews: dict[str, int]
    pairs: int
    model: str


def link(
    connection,
    decisions: str | None = "decisions",
    earlier: str | None = "earlier",
    model: Path | dict = candidates.MODEL,
) -> Linked:
    """Link the keys of the table `people` to children; leaves the tables `links` and `reviews`, without names.

    `decisions` and `earlier` name tables of the connection, or None. `people`: record_id, person_key,
    person_key_scheme, organisation_code, forenames, surname, birth_date, sex, postcode, nhs_number, upn; rows of
    one record_id say the same of several keys. Nothing is written to disk, and every working table is dropped.
    Raises Refusal (5) where the connection could write names to disk.
    """
    _only_in_memory(connection)
    before = rows.tables(connection)
    try:
        rows.prepare(connection)
        decide(connection, decisions)
        candidates.score(connection, model)
        connection.execute(PAIRS)
        guards.judge(connection, "lk_pairs", "lk_judged")
        clusters.resolve(connection)
        children.name(connection, earlier)
        children.tell(connection)
        return _said(connection, model)
    finally:
        rows.forget(connection, before | RESULTS)


def _only_in_memory(connection) -> None:
    files = connection.execute("select count(*) from duckdb_databases() where path is not null").fetchall()[
        0
    ][0]
    spill = connection.execute("select current_setting('temp_directory')").fetchall()[0][0]
    if files or spill:
        raise Refusal("The linkage runs only in a database in memory with no temp directory.", 5)


PAIRS = """
create or replace temp table lk_pairs as
select l, r from lk_scored
union
select least(a.node, b.node), greatest(a.node, b.node)
from lk_rows as a inner join lk_rows as b on a.nhs_number = b.nhs_number and a.node < b.node
union
select least(a.node, b.node), greatest(a.node, b.node)
from lk_rows as a inner join lk_rows as b on a.upn = b.upn and a.node < b.node
union
select l, r from lk_decided
union
select l, r from lk_same
"""


def decide(connection, decisions: str | None) -> None:
    """Make `lk_decided`: the latest decision on each pair; of two on one day the one that parts."""
    connection.execute(
        "create or replace temp table lk_decided (l int, r int, decision varchar, decided_on date)"
    )
    if decisions:
        connection.execute(
            f"""
            insert into lk_decided
            select least(a.node, b.node) as l, greatest(a.node, b.node) as r, d.decision, d.decided_on::date
            from {decisions} as d
            inner join lk_keys as a on d.left_scheme = a.person_key_scheme and d.left_key = a.person_key
            inner join lk_keys as b on d.right_scheme = b.person_key_scheme and d.right_key = b.person_key
            where a.node <> b.node
            qualify row_number() over (partition by l, r order by d.decided_on desc nulls last, d.decision) = 1
            """
        )


def _said(connection, model: Path | dict) -> Linked:
    def counts(sql: str) -> dict[str, int]:
        return dict(connection.execute(sql).fetchall())

    keys, found = connection.execute("select count(*), count(distinct child_key) from links").fetchall()[0]
    pairs = connection.execute("select count(*) from lk_pairs").fetchall()[0][0]
    text = model.read_bytes() if isinstance(model, Path) else repr(model).encode()
    return Linked(
        keys,
        found,
        counts("select rule, count(*) from links group by rule order by rule"),
        counts("select why, count(*) from reviews group by why order by why"),
        pairs,
        sha256(text).hexdigest()[:16],
    )
