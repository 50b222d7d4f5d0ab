-- Everything that arrived by the moment, refused or not and replaced since or not:
-- what was tried.
select
    submission_id,
    organisation_code,
    return_code,
    period,
    period_start,
    period_end,
    {{ local_date("received_at") }} as received_date,
    status
from {{ source("landing", "submissions") }}
where
    status <> 'duplicate' and received_at <= {{ as_at() }} and period_start is not null
