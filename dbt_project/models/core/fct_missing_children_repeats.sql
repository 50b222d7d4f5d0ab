{{ config(meta={"kept": kept_by_pairs()}) }}
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
        from {{ ref("fct_missing_episodes") }} as episodes
        anti join
            held_by_the_police as held
            on episodes.organisation_code = held.organisation_code
            and episodes.episode_ref = held.episode_ref
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
                    range
                    between interval {{ told_threshold("repeat_days") }} day preceding
                    and current row
            ) as episodes_90_days
        from absences
    ),
    levels as (
        select
            {{ each_of(numbers_from(1, told_threshold("repeat_episodes"))) }}
            as at_least
    )
select
    counted.*,
    levels.at_least as episodes_at_least,
    counted.episodes_90_days >= {{ threshold("repeat_episodes") }} as is_repeat
from counted
inner join levels on counted.episodes_90_days >= levels.at_least
