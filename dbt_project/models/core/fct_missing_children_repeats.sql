-- An absence both sides have is counted once, as the police have it.
with
    police as (
        select *
        from {{ ref("fct_missing_episodes") }}
        where source = 'police' and is_missing
    ),
    held_by_the_police as (
        select pairs.organisation_code, pairs.episode_ref
        from {{ ref("fct_missing_episode_matches") }} as pairs
        semi join
            police
            on pairs.police_organisation_code = police.organisation_code
            and pairs.police_episode_ref = police.episode_ref
    ),
    absences as (
        select *
        from police
        union all
        select *
        from {{ ref("fct_missing_episodes") }}
        anti join held_by_the_police using (organisation_code, episode_ref)
        where source = 'council' and is_missing
    ),
    counted as (
        select
            source,
            organisation_code,
            episode_ref,
            area_code,
            child_key,
            start_date,
            care,
            placed,
            count(*) over (
                partition by child_key
                order by
                    start_date
                    range between to_days(
                        cast({{ threshold("repeat_days") }} as integer)
                    ) preceding and current row
            ) as episodes_90_days
        from absences
    ),
    levels as (
        select
            unnest(
                generate_series(1, cast({{ threshold("repeat_episodes") }} as integer))
            ) as at_least
    )
select
    counted.*,
    levels.at_least as episodes_at_least,
    counted.episodes_90_days >= {{ threshold("repeat_episodes") }} as is_repeat
from counted
inner join levels on counted.episodes_90_days >= levels.at_least
