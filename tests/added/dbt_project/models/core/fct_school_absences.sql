select
    record_ref,
    organisation_code,
    la as area_code,
    term_start as term_start_date,
    absence_kind,
    sessions_missed,
    sessions_possible
from {{ ref("stg_edu_absence") }}
