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
    seen as (
        select
            pseudonym_hash,
            person_key_scheme,
            any_value(child_key) as child_key,
            {{ list_text("array_sort(array_agg(distinct organisation_code))", ", ") }}
            as organisations,
            min(event_date) as first_seen_date,
            max(event_date) as last_seen_date
        from {{ ref("fct_child_mentions") }}
        group by pseudonym_hash, person_key_scheme
    )
select
    seen.*,
    case when seen.child_key <> seen.pseudonym_hash then seen.child_key end as alias_of,
    coalesce(links.link_confidence, 'alone') as link_confidence
from seen
left join
    {{ ref("stg_child_links") }} as links on seen.pseudonym_hash = links.pseudonym_hash
