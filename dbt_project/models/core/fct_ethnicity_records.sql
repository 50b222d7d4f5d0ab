{{
    config(
        meta={
            "kept": {
                "by": ["record"],
                "rows_of": {
                    "stg_pol_crime_person": ["'R02 ' || record_ref"],
                    "fct_referrals": ["'R09 ' || organisation_code || ' ' || referral_id"],
                },
                "touched_by": {
                    "fct_crimes": "select 'R02 ' || record_ref from staging.stg_pol_crime_person semi join {changed} using (organisation_code, crime_ref)",
                },
            }
        }
    )
}}
with
    known as (
        select ethnicity_scheme, ethnicity_code
        from {{ ref("ethnicity_groups") }}
        where ethnicity_group <> 'Unknown'
    )
select
    'R02 ' || persons.record_ref as record,
    roles.code_group as person_role,
    crimes.area_code,
    crimes.recorded_date as event_date,
    {{ is_among("persons.ethnicity_self", "(select ethnicity_code from known where ethnicity_scheme = 'SDE18')") }}
    as is_known
from {{ ref("stg_pol_crime_person") }} as persons
inner join {{ ref("fct_crimes") }} as crimes using (organisation_code, crime_ref)
inner join
    {{ ref("codes") }} as roles
    on persons.role = roles.code
    and roles.list = 'person_role'
where crimes.is_cse and crimes.is_counted and roles.code_group in ('victim', 'suspect')
union all
select
    'R09 ' || organisation_code || ' ' || referral_id,
    'child',
    area_code,
    referral_date,
    ethnicity_group <> 'Unknown'
from {{ ref("fct_referrals") }}
where is_cse
