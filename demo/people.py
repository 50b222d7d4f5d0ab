"""A made-up register of children known to four agencies, with the truth of who is who, to measure linkage by.

Everything in it is invented: names are put together at random, postcodes lie in an area that does not exist,
NHS numbers are of the range kept for tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SQL = Path(__file__).parent / "people_sql"
# Families have on average this many children; this many children share a postcode.
CHILDREN_A_FAMILY, CHILDREN_A_POSTCODE = 1.2, 8


@dataclass(frozen=True)
class Measured:
    """How well links match the truth; pairs are those of keys under SY1."""

    keys: int
    precision: float
    recall: float
    clusters: int
    holding_two: int

    @property
    def in_ten_thousand(self) -> float:
        """Clusters holding two children, of ten thousand."""
        return self.holding_two / max(self.clusters, 1) * 10_000


def build(connection, children: int = 50_000, seed: int = 2013) -> None:
    """Make `people` (identity rows) and `people_truth` (which child each key is) for about so many children.

    `people` has the columns `ingest.linking.link` reads; `people_truth` has person_key_scheme, person_key,
    child, organisation_code, is_twin, has_siblings. Some 2.1 keys for each child under the scheme SY1, and a
    few under SSDA903 in the same row. The same number and seed make the same rows.
    """
    settings = {
        "seed": seed,
        "families": max(1, round(children / CHILDREN_A_FAMILY)),
        "postcodes": max(40, children // CHILDREN_A_POSTCODE),
    }
    for name, value in settings.items():
        connection.execute(f"set variable {name} = {value}")
    for path in sorted(SQL.glob("*.sql")):
        connection.execute(path.read_text("utf-8"))
    _forget_working(connection)


def _forget_working(connection) -> None:
    """Only the register and its truth stay."""
    made = connection.execute(
        "select table_name from duckdb_tables() where table_name[1:2] in ('p_', 'n_')"
    ).fetchall()
    for (name,) in made:
        connection.execute(f"drop table {name}")


def measure(connection, links: str = "links") -> Measured:
    """Hold a table of links (person_key_scheme, person_key, child_key) against `people_truth`."""
    rows = connection.execute(
        f"""
        with
            known as (
                select t.child, l.child_key from {links} as l
                inner join people_truth as t using (person_key_scheme, person_key)
                where t.person_key_scheme = 'SY1'
            ),
            both_ways as (select child, child_key, count(*) as n from known group by all),
            clusters as (select child_key, sum(n) as n, count(*) as held from both_ways group by all),
            children as (select sum(n) as n from both_ways group by child)
        select (select sum(n) from clusters)::int, (select sum(n * (n - 1) / 2) from both_ways),
            (select sum(n * (n - 1) / 2) from clusters), (select sum(n * (n - 1) / 2) from children),
            (select count(*) from clusters), (select count(*) from clusters where held > 1)
        """
    ).fetchall()
    keys, right, made, true, clusters, holding_two = rows[0]
    return Measured(keys, right / made if made else 1.0, right / true, clusters, holding_two)
