select
    record_ref,
    organisation_code,
    la as area_code,
    action_code,
    recommendation_ref,
    plan_ref,
    owner_role,
    due_date,
    status as action_status,
    status_date,
    row_number() over (partition by la, action_code order by status_date desc)
    = 1 as is_latest,
    submission_id,
    file,
    line
from {{ ref("stg_gov_action") }}
