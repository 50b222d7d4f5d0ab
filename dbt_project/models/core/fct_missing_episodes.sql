with
    police as (
        select
            'police' as source,
            episode_ref,
            organisation_code,
            coalesce(
                {{ in_south_yorkshire("area_la") }},
                {{ in_south_yorkshire("residence_la") }},
                {{ in_south_yorkshire("placing_la") }},
                'U'
            ) as area_code,
            {{ child_key("rows") }} as child_key,
            category = 'MISSING' as is_missing,
            definition_version,
            missing_from as setting,
            {{ local_date("reported_at") }} as start_date,
            {{ local_date("found_at") }} as end_date,
            reported_at as started_at,
            found_at as ended_at,
            cse_risk_marker = 'Y' as has_cse_marker,
            cast(null as varchar) as police_episode_ref,
            birth_month,
            sex,
            submission_id,
            file,
            line
        from {{ ref("stg_pol_missing_episode") }} as rows
    ),
    councils as (
        select
            'council' as source,
            record_ref,
            organisation_code,
            la,
            {{ child_key("rows") }} as child_key,
            coalesce(missing_type = 'M', true) as is_missing,
            definition_version,
            setting,
            mis_start,
            mis_end,
            mis_start_at,
            mis_end_at,
            cast(null as boolean),
            police_episode_ref,
            birth_month,
            sex,
            submission_id,
            file,
            line
        from {{ ref("stg_la_missing") }} as rows
    ),
    both_sides as (
        select *
        from police
        union all
        select *
        from councils
    )
select
    * exclude (birth_month, sex),
    {{ hours_between("started_at", "ended_at") }} as duration_hours,
    {{ age_at("birth_month", "start_date") }} as age_at_start,
    coalesce(sex, 'U') as sex
from both_sides
