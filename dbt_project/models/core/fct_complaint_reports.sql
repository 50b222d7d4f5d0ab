{{
    config(
        meta={
            "kept": {
                "by": ["return_code", "organisation_code", "record"],
                "rows_of": {
                    "stg_pol_incident": ["'R04'", "organisation_code", "incident_ref"],
                    "stg_sc_contact_referral": ["'R09'", "organisation_code", "referral_id"],
                    "stg_vol_service": ["'R24'", "organisation_code", "record_ref"],
                },
                "touched_by": {
                    "fct_crimes": "select 'R04', organisation_code, incident_ref from staging.stg_pol_incident semi join {changed} using (organisation_code, crime_ref)",
                    "stg_child_links": linked_otherwise(["return_code", "organisation_code", "record"]),
                },
            }
        }
    )
}}
select
    'R04' as return_code,
    rows.incident_ref as record,
    rows.organisation_code,
    1 as agency_rank,
    rows.received_at as received_at,
    {{ local_date("rows.received_at") }} as received_date,
    rows.cse_concern_level = 'NOT_CSE' as is_cancelled,
    rows.dedupe_group,
    coalesce(
        {{ in_south_yorkshire("rows.residence_la") }}, crimes.area_code
    ) as area_code,
    {{ child_key("rows") }} as child_key,
    rows.birth_month,
    rows.sex,
    rows.ethnicity_scheme,
    rows.ethnicity_code
from {{ ref("stg_pol_incident") }} as rows
left join {{ ref("fct_crimes") }} as crimes using (organisation_code, crime_ref)
union all
select
    'R09',
    rows.referral_id,
    rows.organisation_code,
    2,
    {{ start_of_day("rows.referral_date") }},
    rows.referral_date,
    false,
    null,
    rows.la,
    {{ child_key("rows") }},
    rows.birth_month,
    rows.sex,
    rows.ethnicity_scheme,
    rows.ethnicity_code
from {{ ref("stg_sc_contact_referral") }} as rows
where rows.cse_concern = 'Y'
union all
-- What a voluntary service hears of belongs to the complaint it follows; alone
-- it is a referral for support, and no complaint.
select
    'R24',
    rows.record_ref,
    rows.organisation_code,
    3,
    {{ start_of_day("rows.referral_date") }},
    rows.referral_date,
    false,
    null,
    {{ in_south_yorkshire("rows.la") }},
    {{ child_key("rows") }},
    rows.birth_month,
    rows.sex,
    rows.ethnicity_scheme,
    rows.ethnicity_code
from {{ ref("stg_vol_service") }} as rows
where rows.cse_concern = 'Y'
