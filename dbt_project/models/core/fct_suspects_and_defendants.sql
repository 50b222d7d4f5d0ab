-- A suspect is not a defendant, and a defendant is not convicted: each row says which
-- the
-- person was.
with
    persons as (
        select
            'suspect' as person_role,
            'R02 ' || persons.record_ref as record,
            coalesce({{ child_key("persons") }}, persons.record_ref) as person,
            crimes.area_code,
            crimes.recorded_date as event_date,
            coalesce(groups.ethnicity_group, 'Unknown') as ethnicity_told
        from {{ ref("stg_pol_crime_person") }} as persons
        inner join
            {{ ref("fct_crimes") }} as crimes using (organisation_code, crime_ref)
        inner join
            {{ ref("codes") }} as roles
            on persons.role = roles.code
            and roles.list = 'person_role'
        -- What the person says of themselves, never what an officer saw.
        left join
            {{ ref("ethnicity_groups") }} as groups
            on persons.ethnicity_self = groups.ethnicity_code
            and groups.ethnicity_scheme = 'SDE18'
        where roles.code_group = 'suspect' and crimes.is_cse and crimes.is_counted
        union all
        select
            'defendant',
            'R06 ' || prosecutions.case_ref || ' ' || prosecutions.defendant_key,
            coalesce({{ child_key("rows") }}, prosecutions.defendant_key),
            prosecutions.area_code,
            prosecutions.first_charge_date,
            prosecutions.ethnicity_group
        from {{ ref("fct_prosecutions") }} as prosecutions
        inner join
            {{ ref("stg_cps_prosecution") }} as rows using (case_ref, defendant_key)
        where prosecutions.is_cse and prosecutions.first_charge_date is not null
    ),
    -- One person stands in one group: the one told last.
    told as (
        select
            person,
            max_by(ethnicity_told, (event_date, record)) filter (
                where ethnicity_told <> 'Unknown'
            ) as ethnicity_group
        from persons
        group by person
    )
select
    persons.* {{ all_but(["ethnicity_told"]) }},
    coalesce(told.ethnicity_group, 'Unknown') as ethnicity_group
from persons
inner join told on persons.person = told.person
