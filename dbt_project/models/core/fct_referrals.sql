{{ config(meta={"kept": kept_by_record("stg_sc_contact_referral", "referral_id")}) }}
select
    rows.referral_id,
    rows.organisation_code,
    rows.la as area_code,
    {{ child_key("rows") }} as child_key,
    rows.referral_date,
    rows.referral_source,
    rows.contact_only = 'Y' as is_contact_only,
    rows.cse_concern = 'Y' as is_cse,
    rows.nfa = 'Y' as is_no_further_action,
    rows.outcome as referral_outcome,
    rows.outcome_reason,
    rows.primary_need,
    rows.decision_date,
    rows.closure_date,
    rows.closure_reason,
    rows.nrm_referred,
    {{ age_at("rows.birth_month", "rows.referral_date") }} as age_at_referral,
    {{ age_band(age_at("rows.birth_month", "rows.referral_date")) }}
    as age_band_at_referral,
    coalesce(rows.sex, 'U') as sex,
    coalesce(groups.ethnicity_group, 'Unknown') as ethnicity_group,
    rows.submission_id,
    rows.file,
    rows.line
from {{ ref("stg_sc_contact_referral") }} as rows
left join
    {{ ref("ethnicity_groups") }} as groups using (ethnicity_scheme, ethnicity_code)
