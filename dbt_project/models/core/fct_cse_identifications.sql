{{
    config(
        meta={
            "kept": {
                "by": ["return_code", "organisation_code", "record"],
                "rows_of": {
                    "stg_pol_crime_person": ["'R02'", "organisation_code", "record_ref"],
                    "fct_referrals": ["'R09'", "organisation_code", "referral_id"],
                    "fct_cse_cases": ["'R12'", "organisation_code", "record_ref"],
                },
                "touched_by": {
                    "fct_crimes": "select 'R02', organisation_code, record_ref from staging.stg_pol_crime_person semi join {changed} using (organisation_code, crime_ref)",
                    "stg_child_links": persons_linked_otherwise("'R02', organisation_code, record_ref"),
                    "dim_children": "select return_code, organisation_code, record from {this} semi join {changed} using (child_key)",
                },
            }
        }
    )
}}
-- What the child's latest return knows of sex and ethnic group is believed, so that one
-- child stands in one group.
with
    identified as (
        select
            'R02' as return_code,
            persons.organisation_code,
            persons.record_ref as record,
            crimes.area_code,
            {{ child_key("persons") }} as child_key,
            crimes.recorded_date as identified_date,
            {{ age_at("persons.birth_month", "crimes.recorded_date") }}
            as age_at_identified
        from {{ ref("stg_pol_crime_person") }} as persons
        inner join
            {{ ref("fct_crimes") }} as crimes using (organisation_code, crime_ref)
        inner join
            {{ ref("codes") }} as roles
            on persons.role = roles.code
            and roles.list = 'person_role'
        where
            roles.code_group = 'victim'
            and crimes.is_cse
            and crimes.is_counted
            and persons.person_key is not null
        union all
        select
            'R09',
            organisation_code,
            referral_id,
            area_code,
            child_key,
            referral_date,
            age_at_referral
        from {{ ref("fct_referrals") }}
        where is_cse
        union all
        select
            'R12',
            organisation_code,
            record_ref,
            area_code,
            child_key,
            identified_date,
            age_at_identified
        from {{ ref("fct_cse_cases") }}
    )
select
    identified.*,
    {{ age_band("identified.age_at_identified") }} as age_band_at_identified,
    children.sex,
    children.ethnicity_group
from identified
inner join
    {{ ref("dim_children") }} as children on identified.child_key = children.child_key
