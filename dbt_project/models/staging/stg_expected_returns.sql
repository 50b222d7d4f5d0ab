select organisation_code, return_code, period, period_start, period_end, due_date
from {{ source("landing", "expected") }}
where cast(period_end as timestamptz) <= {{ as_at() }}
