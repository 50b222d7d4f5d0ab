{{ config(meta={"kept": kept_by_record("stg_sc_cse_case")}) }}
select
    cases.record_ref,
    cases.organisation_code,
    cases.la as area_code,
    {{ child_key("cases") }} as child_key,
    cases.case_id,
    cases.opened as opened_date,
    cases.closed as closed_date,
    cases.close_reason,
    cases.reopened_of,
    -- Levels of different tools, or of versions of one, cannot be compared.
    cases.risk_tool,
    cases.risk_tool_version,
    cases.risk_level,
    cases.assessed_date,
    cases.next_due as next_due_date,
    cases.identified_date,
    cases.exploited_from as exploited_from_date,
    cases.cse_model as cse_models,
    cases.risk_indicators,
    cases.school_status,
    cases.missing_before,
    cases.safety_plan_in_place = 'Y' as has_safety_plan,
    cases.safety_plan_date,
    cases.safety_plan_reviewed as safety_plan_reviewed_date,
    cases.lead_agency,
    cases.allocated_worker_role,
    cases.cohort_code,
    {{ age_at("cases.birth_month", "cases.identified_date") }} as age_at_identified,
    {{ age_band(age_at("cases.birth_month", "cases.identified_date")) }}
    as age_band_at_identified,
    coalesce(cases.sex, 'U') as sex,
    coalesce(groups.ethnicity_group, 'Unknown') as ethnicity_group,
    cases.submission_id,
    cases.file,
    cases.line
from {{ ref("stg_sc_cse_case") }} as cases
left join
    {{ ref("ethnicity_groups") }} as groups using (ethnicity_scheme, ethnicity_code)
