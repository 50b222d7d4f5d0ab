"""Which child a cluster of keys is: the name it had before, or a new one; and what is left for a person to judge."""

from __future__ import annotations

REASONS = {
    "decision": "A person decided it.",
    "same record": "One row of the sender stands for both keys.",
    "nhs number": "The NHS number and two of birth date, forename and surname agree.",
    "upn": "The UPN and two of birth date, forename and surname agree.",
    "probability": "Names, birth date, home and numbers agree well enough together.",
}
CONFIDENCE = {"decision": "decided", "same record": "certain", "nhs number": "certain", "upn": "certain"}

MEMBERS = """
create or replace temp table lk_members as
select c.cluster, c.node, count(*) over (partition by c.cluster) as members,
    md5(k.person_key_scheme || ':' || k.person_key) as own
from lk_clusters as c inner join lk_keys as k using (node)
"""


def name(connection, earlier: str | None) -> None:
    """Make `lk_named` (cluster, child_key).

    A key alone is the hash of itself. A cluster keeps the child_key most of its members had before (ties: the
    smallest), unless more members of another cluster had it, or it is the hash of a key that is alone now;
    a new cluster takes the hash of its smallest member that is free.
    """
    connection.execute(MEMBERS)
    connection.execute(_votes(earlier))
    connection.execute(
        """
        create or replace temp table lk_named as
        with
            alone as (select cluster, own as child_key from lk_members where members = 1),
            won as (
                from lk_votes where child_key not in (select child_key from alone)
                qualify row_number() over (partition by child_key order by votes desc, cluster) = 1
            ),
            kept as (from won qualify row_number() over (partition by cluster order by votes desc, child_key) = 1),
            fresh as (
                select m.cluster, m.own, m.node from lk_members as m
                where m.members > 1 and m.cluster not in (select cluster from kept)
            ),
            -- Where every member's own is taken, one is made that nobody has.
            new as (
                select cluster, coalesce(
                    min_by(own, node) filter (where own not in (select child_key from kept)),
                    md5('parted:' || min_by(own, node))
                ) as child_key
                from fresh group by cluster
            )
        select cluster, child_key from alone union all select cluster, child_key from kept
        union all from new
        """
    )


def _votes(earlier: str | None) -> str:
    before = (
        earlier
        or "(select null::varchar as person_key_scheme, null::varchar as person_key, null::varchar as child_key)"
    )
    return f"""
        create or replace temp table lk_votes as
        select m.cluster, e.child_key, count(*) as votes
        from lk_members as m inner join lk_keys as k using (node)
        inner join {before} as e on k.person_key_scheme = e.person_key_scheme and k.person_key = e.person_key
        where m.members > 1 and e.child_key is not null group by all
    """


def tell(connection) -> None:
    """Make `links`, a row for each key, and `reviews`, a row for each pair a person should look at."""
    connection.execute(_reviews())
    when = " ".join(f"when '{rule}' then '{says}'" for rule, says in REASONS.items())
    confidence = " ".join(f"when '{rule}' then '{word}'" for rule, word in CONFIDENCE.items())
    connection.execute(
        f"""
        create or replace table links as
        with
            held as (
                select node, rule, weight from (select l as node, * from lk_edges union all select r, * from lk_edges)
                qualify row_number() over (partition by node order by list_position(
                    ['decision', 'same record', 'nhs number', 'upn', 'probability'], rule), weight desc) = 1
            )
        select k.person_key, k.person_key_scheme, n.child_key, k.organisations[1] as organisation_code,
            coalesce(h.rule, 'alone') as rule,
            case when h.rule = 'probability' then h.weight end as weight,
            case when h.rule is null then 'alone' else case h.rule {confidence} else 'high' end end as confidence,
            case h.rule {when} else if(k.node in (select unnest([l, r]) from lk_asked),
                'A person has yet to look at what agrees with it.', 'No other row agrees well enough.') end as reason
        from lk_keys as k
        inner join lk_clusters as c using (node)
        inner join lk_named as n using (cluster)
        left join held as h using (node)
        order by k.node
        """
    )


def _reviews() -> str:
    """Pairs that would have joined but for a guard, that nearly did, or that share a number and little else."""
    from ingest.linking.guards import JOINED, SHOWN, WEAK

    return f"""
        create or replace temp table lk_asked as
        select j.l, j.r, j.weight, coalesce(nullif(coalesce(x.why, j.parted), 'decision'), '{WEAK}') as why,
            forenames, surnames, birth_dates, sexes, postcodes, nhs_numbers, upns
        from lk_judged as j
        left join (select l, r, any_value(why) as why from lk_refused group by l, r) as x on j.l = x.l and j.r = x.r
        inner join lk_clusters as a on j.l = a.node
        inner join lk_clusters as b on j.r = b.node
        where a.cluster <> b.cluster and j.decision is null
            and (j.weight >= if(j.one_agency, {JOINED}, {SHOWN}) or x.l is not null
                or nhs_numbers = 'same' or upns = 'same');
        create or replace table reviews as
        select a.person_key_scheme as left_scheme, a.person_key as left_key, a.organisations[1] as left_organisation,
            b.person_key_scheme as right_scheme, b.person_key as right_key, b.organisations[1] as right_organisation,
            q.weight, q.why, q.forenames, q.surnames, q.birth_dates, q.sexes, q.postcodes, q.nhs_numbers, q.upns
        from lk_asked as q inner join lk_keys as a on q.l = a.node inner join lk_keys as b on q.r = b.node
        order by q.weight desc nulls first, q.l, q.r
    """
