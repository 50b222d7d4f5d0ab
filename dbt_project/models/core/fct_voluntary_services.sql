{{ config(meta={"kept": kept_by_record("stg_vol_service")}) }}
select
    rows.record_ref,
    rows.organisation_code,
    {{ area_of("rows.la") }} as area_code,
    {{ child_key("rows") }} as child_key,
    rows.provider_org as provider_code,
    rows.service_code,
    rows.referral_date,
    rows.referral_source,
    rows.cse_concern = 'Y' as is_cse,
    rows.accepted = 'Y' as is_accepted,
    rows.opened as opened_date,
    rows.closed as closed_date,
    rows.closure_reason,
    coalesce(rows.improved_outcome_measured = 'Y', false) as is_outcome_measured,
    rows.improved_outcome = 'Y' as is_outcome_improved,
    rows.voice_captured = 'Y' as is_voice_captured,
    {{ age_at("rows.birth_month", "rows.referral_date") }} as age_at_referral,
    coalesce(rows.sex, 'U') as sex,
    rows.submission_id,
    rows.file,
    rows.line
from {{ ref("stg_vol_service") }} as rows
