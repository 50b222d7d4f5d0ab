select
    area_code,
    ons_code,
    name as area_name,
    short_code,
    level as area_level,
    parent_code,
    valid_from,
    valid_to,
    valid_to is null as is_current
from {{ ref("areas") }}
