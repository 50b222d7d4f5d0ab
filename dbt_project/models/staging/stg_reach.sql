-- What a return has not told of yet, its silence says nothing of.
select
    organisation_code,
    return_code,
    min(period_start) as told_from,
    max(period_start) as last_period_start,
    max(period_end) as told_until
from {{ ref("stg_submissions") }}
group by organisation_code, return_code
