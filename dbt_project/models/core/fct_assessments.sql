{%- set assessment = ["organisation_code", "assessment_id"] %}
{%- set kept = {
    "by": assessment,
    "rows_of": {"stg_sc_assessment": assessment},
    "touched_by": {
        "stg_child_links": linked_otherwise(assessment),
        "fct_referrals": "select organisation_code, assessment_id from {this}"
        ~ " where (organisation_code, referral_id) in (select (organisation_code, referral_id) from {changed})",
    },
} %}
{{ config(meta={"kept": kept}) }}
with
    assessments as (
        select *, coalesce(factors, {{ list_of([]) }}) as factor_codes
        from {{ ref("stg_sc_assessment") }}
    )
select
    assessments.assessment_id,
    assessments.organisation_code,
    assessments.la as area_code,
    assessments.referral_id,
    coalesce(referrals.child_key, {{ child_key("assessments") }}) as child_key,
    referrals.is_cse as is_cse_referral,
    assessments.start_date,
    assessments.authorised_date,
    authorised.working_day_number - started.working_day_number as working_days,
    assessments.factors,
    {{ has_factor('11A') }} as cse_factor_11a,
    {{ has_factor('10A') }} as missing_10a,
    {{ has_factor('12A') }} as trafficking_12a,
    {{ has_factor('13A') }} as gangs_13a,
    -- Before the factor was in the list its absence says nothing.
    case
        when
            coalesce(assessments.authorised_date, assessments.start_date)
            >= exploitation.valid_from
        then {{ has_factor("24A") }}
    end as cce_24a,
    assessments.child_seen_alone,
    assessments.qualified_sw,
    assessments.conclusion,
    coalesce(assessments.conclusion in {{ codes_of("harm") }}, false) as is_harm_found,
    {{ age_at("assessments.birth_month", "assessments.start_date") }} as age_at_start,
    assessments.submission_id,
    assessments.file,
    assessments.line
from assessments
left join {{ ref("fct_referrals") }} as referrals using (organisation_code, referral_id)
left join {{ ref("dim_days") }} as started on assessments.start_date = started.day
left join
    {{ ref("dim_days") }} as authorised on assessments.authorised_date = authorised.day
left join
    {{ ref("codes") }} as exploitation
    on exploitation.list = 'assessment_factor'
    and exploitation.code = '24A'
