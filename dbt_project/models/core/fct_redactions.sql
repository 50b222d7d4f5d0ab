select
    record_ref,
    organisation_code,
    la as area_code,
    item_ref,
    requested_date,
    requester_role,
    decided_date,
    decider_role,
    protects,
    reason_code,
    review_date,
    live_investigation_delay = 'Y' as is_delayed_for_investigation,
    submission_id,
    file,
    line
from {{ ref("stg_gov_redaction") }}
