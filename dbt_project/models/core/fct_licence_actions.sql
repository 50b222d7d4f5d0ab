with
    actions as (
        select
            *,
            {{ days_between("coalesce(referral_from_csc_date, opened_date)", "decision_date") }}
            as days_to_decision
        from {{ ref("stg_lic_action") }}
    )
select
    record_ref,
    organisation_code,
    la as area_code,
    licence_type,
    trigger as action_trigger,
    opened_date,
    referral_from_csc_date,
    recommendation_made = 'Y' as is_recommended,
    decision_date,
    action as licence_action,
    coalesce(acted_on = 'Y', false) as is_acted_on,
    days_to_decision,
    coalesce(
        acted_on = 'Y' and days_to_decision <= {{ threshold("licence_decision_days") }},
        false
    ) as is_acted_in_time,
    appeal = 'Y' as is_appealed,
    outcome_after_appeal,
    renewals_checked as renewals_checked_count,
    submission_id,
    file,
    line
from actions
