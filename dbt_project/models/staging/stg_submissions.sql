-- Of one organisation, return and period the latest submission counts; what was
-- refused never does,
-- and what was replaced since still counts for a moment before it was.
select
    submission_id,
    organisation_code,
    return_code,
    return_name,
    period,
    period_start,
    period_end,
    received_at as submission_received_at,
    status = 'nil' as is_nil,
    provisional as is_provisional,
    rows_read,
    rows_accepted,
    rows_quarantined,
    rows_skipped
from {{ source("landing", "submissions") }}
where
    status not in ('refused', 'duplicate')
    and received_at <= timestamptz '{{ var("as_at") }}'
    and return_code is not null
qualify
    row_number() over (
        partition by organisation_code, return_code, period
        order by received_at desc, submission_id desc
    )
    = 1
