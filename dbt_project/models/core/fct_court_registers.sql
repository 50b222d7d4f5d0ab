select
    record_ref,
    organisation_code,
    la as area_code,
    court_code,
    snapshot_date,
    named_person = 'Y' as is_person_named,
    named_since as named_since_date,
    specialist_court = 'Y' as is_specialist_court,
    best_technology_room = 'Y' as has_best_technology_room,
    s28_available = 'Y' as is_recorded_cross_examination_available,
    submission_id,
    file,
    line
from {{ ref("stg_crt_register") }}
