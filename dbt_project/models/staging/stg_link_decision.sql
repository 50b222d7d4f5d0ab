-- Decisions add up: each stands until a later word on the same record, whatever file
-- came
-- after.
with
    told as (
        select decisions.*, submissions.organisation_code, submissions.received_at
        from {{ source("accepted", "link_decision") }} as decisions
        inner join
            {{ source("landing", "submissions") }} as submissions using (submission_id)
        where
            submissions.status not in ('refused', 'duplicate')
            and submissions.received_at <= {{ as_at() }}
            and (decisions.decision is not null or decisions.record_action = 'D')
    ),
    latest as (
        select *
        from told
        qualify
            row_number() over (
                partition by organisation_code, record_ref
                order by received_at desc, submission_id desc, line desc
            )
            = 1
    )
select
    organisation_code,
    record_ref,
    md5(left_scheme || ':' || left_key) as left_hash,
    md5(right_scheme || ':' || right_key) as right_hash,
    decision,
    decided_on
from latest
where record_action is distinct from 'D'
