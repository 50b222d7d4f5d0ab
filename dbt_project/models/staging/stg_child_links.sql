-- What was linked at the moment asked for; a pseudonym nothing was said of is a child
-- of
-- its own.
select
    md5(person_key_scheme || ':' || person_key) as pseudonym_hash,
    person_key_scheme,
    child_key,
    rule as link_rule,
    confidence as link_confidence,
    linked_at
from {{ source("landing", "links") }}
where linked_at <= {{ as_at() }}
qualify
    row_number() over (
        partition by person_key_scheme, person_key order by linked_at desc
    )
    = 1
