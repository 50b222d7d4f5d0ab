"""What keeps two keys apart though their rows look alike: two numbers, twins, siblings, one agency's own two keys."""

from __future__ import annotations

# Match weights (log2 of the odds). The likeliest pairs are joined; from the second on a person is asked.
JOINED = 6.0
SHOWN = 2.0

WEAK = "weak"
# Nobody has two children within so many days, but twins: a date in between is a slip.
NINE_MONTHS = 250
FAMILY = "(surnames in ('same', 'similar') or postcodes = 'same')"
# The first that holds is why a pair waits for a person. {other} is how unlike forenames must be.
GUARDS = {
    "two NHS numbers": "nhs_numbers in ('similar', 'differs')",
    # A boy and a girl born on one day are two, however alike their names begin.
    "twins": f"({{other}} or (sexes = 'differs' and forenames <> 'same')) and days <= 1 and {FAMILY}",
    "siblings at one address": f"days > 1 and {FAMILY} and ({{other}} or "
    f"(forenames = 'similar' and birth_dates = 'differs' and days >= {NINE_MONTHS}))",
}
DIRECTLY = "other_name"
# Two rows slipped in two ways are unlike each other, and both like a third: in a cluster more is needed to part.
THROUGH_OTHERS = "strange"


def judge(connection, pairs: str, into: str, other: str = DIRECTLY) -> None:
    """Make `into`: the facts of the pairs (l, r) of a table, with what follows from them.

    `parted` is why the two may not stand in one cluster, or null; `rule` is what joins them: 'decision',
    'same record', 'nhs number', 'upn' or 'probability', or null.
    """
    from ingest.linking.rules import compare

    compare(connection, pairs, f"{into}_facts")
    guard = " ".join(f"when {sql.format(other=other)} then '{why}'" for why, sql in GUARDS.items())
    connection.execute(
        f"""
        create or replace temp table {into} as
        select f.*, s.weight, d.decision, d.decided_on,
            list_has_any(a.organisations, b.organisations) and a.person_key_scheme = b.person_key_scheme as one_agency,
            coalesce(d.decision = 'SAME' or (d.decision is null and o.l is not null), false) as known,
            case when known then null
                when d.decision is not null then 'decision'
                {guard}
                when one_agency and not certain then '{WEAK}' end as parted,
            -- One child's number may stand on another's row, and a name that is missing may be a twin's.
            certain or (nhs_numbers <> 'same' and upns <> 'same' and forenames <> 'missing') as may_join,
            case when d.decision = 'SAME' then 'decision'
                when known then 'same record'
                when parted is not null or not may_join then null
                when certain then if(nhs_numbers = 'same', 'nhs number', 'upn')
                when weight >= {JOINED} then 'probability' end as rule
        from {into}_facts as f
        inner join lk_keys as a on f.l = a.node
        inner join lk_keys as b on f.r = b.node
        left join lk_scored as s on f.l = s.l and f.r = s.r
        left join lk_decided as d on f.l = d.l and f.r = d.r
        left join lk_same as o on f.l = o.l and f.r = o.r
        """
    )
