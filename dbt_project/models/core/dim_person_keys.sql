{{
    config(
        meta={
            "kept": {
                "by": ["pseudonym_hash"],
                "rows_of": {
                    "fct_child_mentions": ["pseudonym_hash"],
                    "stg_child_links": ["pseudonym_hash"],
                },
            }
        }
    )
}}
-- The brief's person index, without identities.
with
    {{ known_to(ref("fct_child_mentions"), "pseudonym_hash") }},
    seen as (
        select
            pseudonym_hash,
            person_key_scheme,
            child_key,
            min(event_date) as first_seen_date,
            max(event_date) as last_seen_date
        from {{ ref("fct_child_mentions") }}
        group by pseudonym_hash, person_key_scheme, child_key
    )
select
    seen.pseudonym_hash,
    seen.person_key_scheme,
    seen.child_key,
    known_to.organisations,
    seen.first_seen_date,
    seen.last_seen_date,
    case when seen.child_key <> seen.pseudonym_hash then seen.child_key end as alias_of,
    coalesce(links.link_confidence, 'alone') as link_confidence
from seen
inner join known_to using (pseudonym_hash)
left join
    {{ ref("stg_child_links") }} as links on seen.pseudonym_hash = links.pseudonym_hash
