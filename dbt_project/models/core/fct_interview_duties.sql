{%- set episode = ["organisation_code", "episode_ref"] %}
{%- set their_links = "(from core.fct_interview_episodes semi join {changed} using (organisation_code, rhi_ref))" %}
{%- set kept = {
    "by": episode,
    "rows_of": {"fct_missing_episodes": episode, "fct_missing_episode_matches": episode},
    "touched_by": {
        "fct_looked_after_episodes": of_changed_children(episode),
        "fct_interview_episodes": interviewed_otherwise("{changed}"),
        "fct_return_interviews": interviewed_otherwise(their_links),
    },
} %}
{{ config(meta={"kept": kept}) }}
-- An interview for the police episode is one for the council's, where the two are the
-- same absence.
with
    duties as (
        select *
        from {{ ref("fct_missing_episodes") }}
        where
            source = 'council'
            and is_missing
            and interview_required = 'Y'
            and end_date is not null
    ),
    -- Where the child was placed on the day, by the return of the looked after.
    placements as (
        select
            duties.organisation_code,
            duties.episode_ref,
            lower(min(care.placement_location)) as placed
        from duties
        inner join
            {{ ref("fct_looked_after_episodes") }} as care
            on duties.child_key = care.child_key
            and care.start_date <= duties.start_date
            and coalesce(care.end_date, {{ ever() }}) > duties.start_date
        where duties.is_from_care
        group by all
    ),
    links as (
        select
            duties.organisation_code,
            duties.episode_ref,
            links.organisation_code as interviewing_organisation_code,
            links.rhi_ref,
            links.is_counted
        from duties
        inner join
            {{ ref("fct_interview_episodes") }} as links
            on links.source = 'council'
            and duties.organisation_code = links.episode_organisation_code
            and duties.episode_ref = links.episode_ref
        union all
        select
            duties.organisation_code,
            duties.episode_ref,
            links.organisation_code,
            links.rhi_ref,
            links.is_counted
        from duties
        inner join
            {{ ref("fct_missing_episode_matches") }} as pairs using (
                organisation_code, episode_ref
            )
        inner join
            {{ ref("fct_interview_episodes") }} as links
            on links.source = 'police'
            and pairs.police_episode_ref = links.episode_ref
    ),
    met as (
        select
            links.organisation_code,
            links.episode_ref,
            bool_or(interviews.is_offered) as is_offered,
            bool_or(interviews.is_completed) as is_completed,
            min(interviews.provider_org) filter (where links.is_counted) as provider,
            count(distinct interviews.rhi_ref) as interviews_count,
            bool_or(interviews.within_72_hours = 'certain') as is_certain,
            bool_or(interviews.within_72_hours = 'possible') as is_possible,
            bool_or(
                interviews.within_72_hours = 'certain' and interviews.is_independent
            ) as is_certain_and_independent,
            bool_or(
                interviews.within_72_hours in ('certain', 'possible')
                and interviews.is_independent
            ) as is_possible_and_independent
        from links
        inner join
            {{ ref("fct_return_interviews") }} as interviews
            on links.interviewing_organisation_code = interviews.organisation_code
            and links.rhi_ref = interviews.rhi_ref
        group by all
    )
select
    duties.organisation_code,
    duties.episode_ref,
    duties.area_code,
    duties.child_key,
    duties.setting,
    duties.care,
    case
        when duties.is_from_care
        then coalesce(placements.placed, 'Unknown')
        else duties.care
    end as placed,
    duties.start_date,
    duties.end_date,
    coalesce(met.interviews_count, 0) as interviews_count,
    coalesce(met.provider, 'none') as provider,
    coalesce(met.is_offered, false) as is_offered,
    coalesce(met.is_completed, false) as is_completed,
    case
        when met.is_certain
        then 'certain'
        when met.is_possible
        then 'possible'
        when met.is_completed
        then 'impossible'
    end as within_72_hours,
    coalesce(met.is_certain_and_independent, false) as is_satisfied,
    coalesce(met.is_possible_and_independent, false) as is_possibly_satisfied
from duties
left join placements using (organisation_code, episode_ref)
left join met using (organisation_code, episode_ref)
