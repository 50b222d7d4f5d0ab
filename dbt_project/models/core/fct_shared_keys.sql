-- Children under a key the other side does not use cannot be found there, unless
-- linkage knows both: its silence about them says nothing.
with
    episodes as (
        select
            'police' as source,
            'SY' as key_area_code,
            person_key_scheme,
            {{ pseudonym_hash("rows") }} as pseudonym_hash
        from {{ ref("stg_pol_missing_episode") }} as rows
        union all
        select 'council', la, person_key_scheme, {{ pseudonym_hash("rows") }}
        from {{ ref("stg_la_missing") }} as rows
    )
select
    episodes.source,
    episodes.key_area_code,
    array_sort(array_agg(distinct episodes.person_key_scheme)) as schemes,
    bool_and(links.pseudonym_hash is not null) as are_linked
from episodes
left join
    {{ ref("stg_child_links") }} as links
    on episodes.pseudonym_hash = links.pseudonym_hash
group by episodes.source, episodes.key_area_code
