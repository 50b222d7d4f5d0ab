{{ config(meta={"kept": kept_by_record("stg_dsp_disruption")}) }}
select
    rows.record_ref,
    rows.organisation_code,
    coalesce(districts.code_group, 'U') as area_code,
    {{ child_key("rows") }} as child_key,
    rows.disruption_type,
    rows.issued_date,
    rows.expires_date,
    rows.served = 'Y' as is_served,
    rows.breached_date,
    rows.breach_outcome,
    rows.alt_legislation_used = 'Y' as is_other_law_used,
    {{ age_at("rows.birth_month", "rows.issued_date") }} as age_at_issue,
    rows.submission_id,
    rows.file,
    rows.line
from {{ ref("stg_dsp_disruption") }} as rows
left join
    {{ ref("codes") }} as districts
    on rows.district = districts.code
    and districts.list = 'district'
