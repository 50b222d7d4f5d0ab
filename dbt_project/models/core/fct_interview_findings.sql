{%- set year, year_returned, days = year_of("end_date"), year_of("returned_date"), days_reached(["R14", "R15"], 31) %}
{%- set of_episodes = "select area_code, " ~ year ~ " from core.fct_missing_episodes where " %}
{%- set of_interviews = "select area_code, " ~ year_returned ~ " from core.fct_return_interviews where " %}
{%- set kept = {
    "by": ["area_code", year_of("event_date")],
    "rows_of": {"fct_missing_episodes": ["area_code", year], "fct_return_interviews": ["area_code", year_returned]},
    "touched_by": {
        "fct_missing_episode_matches": paired_otherwise(["area_code", year]),
        "fct_interview_episodes": of_episodes ~ "(source, episode_ref) in (select (source, episode_ref) from {changed})"
        ~ " or episode_ref in (select told.episode_ref from (" ~ interviewed_otherwise("{changed}") ~ ") as told (council, episode_ref))"
        ~ " union all " ~ of_interviews ~ "(organisation_code, rhi_ref) in (select (organisation_code, rhi_ref) from {changed})",
        "stg_reach": of_episodes ~ "end_date between " ~ days ~ " union all " ~ of_interviews ~ "returned_date between " ~ days,
    },
} %}
{{ config(meta={"kept": kept}) }}
with
    -- What a return has not told of yet, its silence says nothing of.
    reach as (
        select
            reach.return_code,
            organisations.area_code,
            min(reach.told_from) as told_from,
            max(reach.told_until) as told_until
        from {{ ref("stg_reach") }} as reach
        inner join
            {{ ref("dim_organisations") }} as organisations using (organisation_code)
        group by all
    ),
    pairs as (select * from {{ ref("fct_missing_episode_matches") }}),
    links as (select * from {{ ref("fct_interview_episodes") }} where is_known),
    -- An interview linked to either side's episode is linked to both.
    covered as (
        select source, episode_organisation_code as organisation_code, episode_ref
        from links
        union all
        select 'council', pairs.organisation_code, pairs.episode_ref
        from pairs
        semi join
            links
            on links.source = 'police'
            and pairs.police_episode_ref = links.episode_ref
    ),
    not_interviewed as (
        select
            'X05' as rule_code,
            episodes.area_code,
            episodes.end_date as event_date,
            episodes.source || ' episode ' || episodes.episode_ref as record
        from {{ ref("fct_missing_episodes") }} as episodes
        inner join reach on reach.return_code = 'R15'
        anti join covered using (source, organisation_code, episode_ref)
        where
            episodes.is_missing
            and episodes.end_date >= reach.told_from
            and episodes.end_date
            + cast({{ threshold("interview_hours") }} / 24 as integer)
            <= reach.told_until
            and case
                when episodes.source = 'council'
                then episodes.interview_required <> 'N'
                else
                    coalesce(
                        episodes.age_at_start < {{ threshold("child_below_age") }}, true
                    )
                    and episodes.is_key_shared
                    and {{ in_none("episodes.episode_ref", "pairs", "police_episode_ref") }}
            end
    ),
    -- The clock runs from the end of one absence; who knows the time speaks first.
    returned_otherwise as (
        select
            'X07',
            interviews.area_code,
            interviews.returned_date,
            'interview ' || interviews.rhi_ref
        from
            (
                select *, returned_at_used as returned_at
                from {{ ref("fct_return_interviews") }}
            ) as interviews
        inner join
            (
                select
                    *,
                    coalesce({{ local_date("returned_at") }}, end_date) as returned_date
                from links
                where end_date is not null
            ) as links using (organisation_code, rhi_ref)
        group by all
        having
            not coalesce(
                bool_or(
                    {{ agrees("interviews", "returned", "links", "returned") }}
                ) filter (
                    where
                        interviews.returned_at is not null
                        and links.returned_at is not null
                ),
                bool_or({{ agrees("interviews", "returned", "links", "returned") }})
            )
    ),
    interviews_named as (
        select
            'R14' as return_code, area_code, end_date as day, interview_ref as rhi_ref
        from {{ ref("fct_missing_episodes") }}
        where interview_ref is not null and end_date is not null
        union
        select 'R15', area_code, returned_date, rhi_ref
        from {{ ref("fct_return_interviews") }}
    ),
    counted_otherwise as (
        select
            'X09',
            named.area_code,
            max(named.day),
            'interviews of '
            || years.period
            || ': '
            || count(distinct named.rhi_ref) filter (where named.return_code = 'R14')
            || ' of the council, '
            || count(distinct named.rhi_ref) filter (where named.return_code = 'R15')
            || ' of the provider'
        from interviews_named as named
        inner join
            {{ ref("dim_period_days") }} as years
            on named.day = years.day
            and years.period_kind = 'financial_year'
        inner join
            reach as councils
            on councils.return_code = 'R14'
            and named.area_code = councils.area_code
            and named.day between councils.told_from and councils.told_until
        inner join
            reach as providers
            on providers.return_code = 'R15'
            and named.day between providers.told_from and providers.told_until
        group by named.area_code, years.period
        having
            count(distinct named.rhi_ref) filter (where named.return_code = 'R14')
            <> count(distinct named.rhi_ref) filter (where named.return_code = 'R15')
    )
select *
from not_interviewed
union all
select *
from returned_otherwise
union all
select *
from counted_otherwise
