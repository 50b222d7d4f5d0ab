-- Of several releases of one figure the last one stands: it was the note to those
-- before.
select
    release as release_name,
    vintage as vintage_at,
    indicator_code,
    unit,
    area_code,
    period,
    value
from {{ source("landing", "released_figures") }}
where coalesce(vintage <= {{ as_at() }}, true)
qualify
    row_number() over (
        partition by indicator_code, unit, area_code, period
        order by vintage desc nulls last, release desc
    )
    = 1
