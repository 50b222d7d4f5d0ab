select
    record_ref,
    organisation_code,
    la as area_code,
    agency,
    audit_date,
    standard as audit_standard,
    result as audit_result,
    submission_id,
    file,
    line
from {{ ref("stg_gov_section11_audit") }}
