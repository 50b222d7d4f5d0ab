select organisation_code, return_code, period, period_start, period_end, due_date
from {{ source("landing", "expected") }}
where {{ start_of_day("period_end") }} <= {{ as_at() }}
