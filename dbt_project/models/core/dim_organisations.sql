select
    organisation_code,
    name as organisation_name,
    kind as organisation_kind,
    area_code,
    valid_from,
    valid_to
from {{ ref("agencies") }}
