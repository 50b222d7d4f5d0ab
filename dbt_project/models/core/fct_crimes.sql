{%- set crime = ["organisation_code", "crime_ref"] %}
{%- set kept = {
    "by": crime,
    "rows_of": {"stg_pol_crime": crime, "stg_pol_crime_person": crime},
    "touched_by": {
        "stg_child_links": persons_linked_otherwise("organisation_code, crime_ref"),
        "dim_exploited_children": "select organisation_code, crime_ref from {this} where victim_key in (select child_key from {changed})",
    },
} %}
{{ config(meta={"kept": kept}) }}
with
    persons as (
        select
            persons.*,
            {{ child_key("persons") }} as person,
            coalesce(self_defined.ethnicity_group, 'Unknown') as ethnicity_group,
            roles.code_group as role_group
        from {{ ref("stg_pol_crime_person") }} as persons
        inner join
            {{ ref("codes") }} as roles
            on persons.role = roles.code
            and roles.list = 'person_role'
        left join
            {{ ref("ethnicity_groups") }} as self_defined
            on persons.ethnicity_self = self_defined.ethnicity_code
            and self_defined.ethnicity_scheme = 'SDE18'
    ),
    -- One crime for each victim is the counting rule; where a crime has several, the
    -- youngest stands for it.
    victims as (
        select
            *,
            count(*) over (partition by organisation_code, crime_ref) as victims_count
        from persons
        where role_group = 'victim'
        qualify
            row_number() over (
                partition by organisation_code, crime_ref
                order by birth_month desc nulls last, record_ref
            )
            = 1
    ),
    suspects as (
        select
            organisation_code,
            crime_ref,
            count(distinct person) filter (
                where role_group = 'suspect'
            ) as suspects_count,
            count(*) as persons_count
        from persons
        group by all
    ),
    crimes as (
        select
            crimes.*,
            {{ local_date("crimes.reported_date") }} as reported_day,
            {{ local_date("crimes.recorded_date") }} as recorded_day,
            coalesce(crimes.offence_to, crimes.offence_from) as offence_day,
            coalesce(districts.code_group, 'U') as area_code,
            bands.code_group is not distinct from 'group' as is_group_band
        from {{ ref("stg_pol_crime") }} as crimes
        left join
            {{ ref("codes") }} as districts
            on crimes.district = districts.code
            and districts.list = 'district'
        left join
            {{ ref("codes") }} as bands
            on crimes.group_size_band = bands.code
            and bands.list = 'group_size_band'
    ),
    aged as (
        select
            crimes.*,
            victims.person as victim_key,
            coalesce(victims.victims_count, 0) as victims_count,
            coalesce(victims.sex, 'U') as victim_sex,
            coalesce(victims.ethnicity_group, 'Unknown') as victim_ethnicity_group,
            {{ age_at("victims.birth_month", "crimes.offence_day") }}
            as victim_age_at_offence,
            {{ age_at("victims.birth_month", "crimes.reported_day") }}
            as victim_age_at_report,
            {{ age_at("victims.birth_month", today()) }} as victim_age_now,
            coalesce(suspects.suspects_count, 0) as suspects_count,
            coalesce(suspects.persons_count, 0) as persons_count
        from crimes
        left join victims using (organisation_code, crime_ref)
        left join suspects using (organisation_code, crime_ref)
    )
select
    crime_ref,
    organisation_code,
    area_code,
    ho_offence_class,
    sets.offence_set,
    cse_flag,
    cse_flag = 'Y' as is_cse,
    status as crime_status,
    status <> 'CANCELLED' as is_counted,
    cancel_reason,
    offence_from as offence_from_date,
    offence_to as offence_to_date,
    reported_day as reported_date,
    recorded_day as recorded_date,
    {{ days_between("offence_day", "reported_day") }}
    > {{ threshold("non_recent_days") }} as is_non_recent,
    case
        when offence_day is null
        then 'U'
        when
            {{ days_between("offence_day", "reported_day") }}
            > {{ threshold("non_recent_days") }}
        then 'Y'
        else 'N'
    end as non_recent,
    multi_perp_flag,
    suspects_count,
    persons_count,
    suspects_count >= {{ threshold("group_suspects") }}
    or multi_perp_flag = 'Y'
    or is_group_band as is_group,
    victims_count,
    victim_key,
    victim_sex,
    victim_ethnicity_group,
    victim_age_at_offence,
    victim_age_at_report,
    victim_age_now,
    {{ age_band("victim_age_at_offence") }} as victim_age_band_at_offence,
    {{ age_band("victim_age_at_report") }} as victim_age_band_at_report,
    -- A victim who was a child then may be an adult now: counted by the age then, no
    -- risk now.
    coalesce(
        victim_age_at_offence < {{ threshold("child_below_age") }}, false
    ) as is_child_at_offence,
    coalesce(
        victim_age_now < {{ threshold("child_below_age") }}, false
    ) as is_child_now,
    coalesce(children.cse_model, 'Unknown') as cse_model,
    operation_code,
    investigating_body,
    submission_id,
    file,
    line
from aged
left join {{ ref("offence_sets") }} as sets using (ho_offence_class)
left join
    {{ ref("dim_exploited_children") }} as children
    on aged.victim_key = children.child_key
