select
    days.day, periods.period, periods.period_kind, periods.start_date, periods.end_date
from {{ ref("dim_periods") }} as periods
inner join
    {{ ref("dim_days") }} as days
    on days.day between periods.start_date and periods.end_date
