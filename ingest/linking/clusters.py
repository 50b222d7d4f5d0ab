"""From joined pairs to children: connected components, parted where two in one of them may not be one child."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

# The surest first; a number of either kind is as sure as the other.
RANK = {"decision": 0, "same record": 1, "nhs number": 2, "upn": 2, "probability": 3}
# A row as likely in one cluster as in another, within so much weight, is put in neither.
MARGIN = 3.0


class Edge(NamedTuple):
    """What joins two nodes."""

    left: int
    right: int
    rule: str
    weight: float
    decided_on: date

    @property
    def rank(self) -> int:
        return RANK[self.rule]


def components(connection, edges: str, into: str) -> None:
    """Make `into` (node, cluster): every key with the smallest key it is connected to over the edges (l, r)."""
    connection.execute(f"create or replace temp table {into} as select node, node as cluster from lk_keys")
    moved = 1
    while moved:
        moved = connection.execute(
            f"""
            update {into} set cluster = near.cluster from (
                select e.node, min(c.cluster) as cluster
                from (select l as node, r as other from {edges} union all select r, l from {edges}) as e
                inner join {into} as c on e.other = c.node group by e.node
            ) as near
            where {into}.node = near.node and near.cluster < {into}.cluster
            """
        ).fetchall()[0][0]


def resolve(connection) -> None:
    """Make `lk_clusters` (node, cluster), `lk_edges` (what joins them) and `lk_refused` (l, r, why: what may not)."""
    from ingest.linking.guards import THROUGH_OTHERS, judge

    connection.execute(
        """
        create or replace temp table lk_edges as
        select l, r, rule, weight, decided_on from lk_judged where rule is not null;
        create or replace temp table lk_refused (l int, r int, why varchar)
        """
    )
    components(connection, "lk_edges", "lk_clusters")
    connection.execute(
        """
        create or replace temp table lk_within as
        select a.node as l, b.node as r from lk_clusters as a
        inner join lk_clusters as b on a.cluster = b.cluster and a.node < b.node
        """
    )
    judge(connection, "lk_within", "lk_inner", THROUGH_OTHERS)
    refused = _refused(*_conflicts(connection))
    if refused:
        columns = [list(column) for column in zip(*refused, strict=True)]
        connection.execute(
            "insert into lk_refused select unnest(?::int[]), unnest(?::int[]), unnest(?::varchar[])", columns
        )
        connection.execute("delete from lk_edges where (l, r) in (select (l, r) from lk_refused)")
        components(connection, "lk_edges", "lk_clusters")


def _conflicts(connection) -> tuple[list, list]:
    """The edges of the clusters in which two may not stand together, and those pairs."""
    connection.execute(
        """
        create or replace temp table lk_parted as
        select c.cluster, i.l, i.r, i.parted from lk_inner as i inner join lk_clusters as c on i.l = c.node
        where i.parted is not null
        """
    )
    edges = connection.execute(
        """
        select c.cluster, e.l, e.r, e.rule, coalesce(e.weight, 0), coalesce(e.decided_on, date '0001-01-01')
        from lk_edges as e inner join lk_clusters as c on e.l = c.node
        where c.cluster in (select cluster from lk_parted)
        """
    ).fetchall()
    return edges, connection.execute("select cluster, l, r, parted from lk_parted").fetchall()


def _refused(edges: list, parted: list) -> list[tuple[int, int, str]]:
    """What must not join, cluster by cluster."""
    by_cluster, apart = defaultdict(list), defaultdict(dict)
    for cluster, *edge in edges:
        by_cluster[cluster].append(Edge(*edge))
    for cluster, left, right, why in parted:
        apart[cluster][left, right] = why
    return [x for cluster in sorted(by_cluster) for x in part(by_cluster[cluster], apart[cluster])]


def part(edges: list[Edge], apart: dict[tuple[int, int], str]) -> list[tuple[int, int, str]]:
    """The edges to leave out of one cluster, and why, so that no two of `apart` are connected.

    The surest edge comes first; one that would bring two together is refused. A row held to its place no more
    surely than it was held to the other is let go of as well.
    """
    edges = sorted(edges, key=lambda e: (e.rank, -e.decided_on.toordinal(), -e.weight, e.left, e.right))
    apart = _without_decided(edges, apart)
    sets, kept, refused = _alone(edges), [], []
    for edge in edges:
        why = _why(sets[edge.left], sets[edge.right], apart)
        if why:
            refused.append((edge, why))
        else:
            kept.append(edge)
            _unite(sets, edge)
    loose = {n: why for e, why in refused for n in (e.left, e.right) if _is_loose(n, e, why, kept)}
    let_go = [(e.left, e.right, loose[n]) for e in kept for n in (e.left, e.right) if n in loose]
    return [(e.left, e.right, why) for e, why in refused] + let_go


def _alone(edges: list[Edge]) -> dict[int, set[int]]:
    return {node: {node} for e in edges for node in (e.left, e.right)}


def _unite(sets: dict[int, set[int]], edge: Edge) -> None:
    left, right = sets[edge.left], sets[edge.right]
    if left is not right:
        left |= right
        sets.update(dict.fromkeys(right, left))


def _why(left: set, right: set, apart: dict) -> str | None:
    """Why no two of these may stand together, or None; what a person decided is said first."""
    if left is right:
        return None
    pairs = [(min(a, b), max(a, b)) for a in left for b in right]
    return min(
        (apart[p] for p in pairs if p in apart), key=lambda why: (why != "decision", why), default=None
    )


def _is_loose(node: int, refused: Edge, why: str, kept: list[Edge]) -> bool:
    """Whether what holds the node is no surer than the edge refused; a person's decision always holds."""
    held = min(((e.rank, -e.weight) for e in kept if node in (e.left, e.right)), default=None)
    if held is None or held[0] < RANK["nhs number"] or held[0] != refused.rank:
        return False
    return held[0] < RANK["probability"] or why == "decision" or -held[1] - refused.weight < MARGIN


def _without_decided(edges: list[Edge], apart: dict) -> dict:
    """Pairs kept apart, without those a person has joined: a decision takes what is certain of each with it."""
    sure = [e for e in edges if e.rule != "probability"]
    if not any(e.rule == "decision" for e in sure):
        return apart
    sets = _alone(sure)
    for edge in sure:
        _unite(sets, edge)
    decided = set().union(*(sets[e.left] for e in sure if e.rule == "decision"))
    return {
        (left, right): why
        for (left, right), why in apart.items()
        if why == "decision" or left not in decided or right not in sets[left]
    }
