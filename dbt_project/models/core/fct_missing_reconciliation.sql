{{ config(meta={"kept": kept_by_pairs()}) }}
{%- set none_yet = list_of([]) %}
with
    police as (
        select
            *,
            is_from_care and is_missing and over_24_hours = 'certain' as is_counted,
            left(cast(start_date as string), 7) as month
        from {{ ref("fct_missing_episodes") }}
        where source = 'police'
    ),
    councils as (
        select
            *,
            started_at as start_at,
            ended_at as end_at,
            is_from_care
            and is_missing
            and over_24_hours in ('certain', 'possible') as is_counted,
            left(cast(start_date as string), 7) as month
        from {{ ref("fct_missing_episodes") }}
        where source = 'council'
    ),
    pairs as (
        select * from {{ ref("fct_missing_episode_matches") }} where is_from_care
    ),
    -- Several police episodes of one council's are one absence, open while one is.
    paired as (
        select
            pairs.organisation_code,
            pairs.episode_ref,
            any_value(police.organisation_code) as police_organisation_code,
            array_sort(array_agg(police.episode_ref)) as police_refs,
            array_sort(
                array_agg(police.episode_ref) filter (where police.is_counted)
            ) as police_counted_refs,
            min(police.start_date) as start_date,
            min(police.started_at) as start_at,
            if(
                bool_and(police.end_date is not null), max(police.end_date), null
            ) as end_date,
            if(
                bool_and(police.end_date is not null), max(police.ended_at), null
            ) as end_at
        from pairs
        inner join
            police
            on pairs.police_organisation_code = police.organisation_code
            and pairs.police_episode_ref = police.episode_ref
        group by all
    ),
    council_rows as (
        select
            councils.area_code,
            councils.month,
            councils.start_date,
            councils.child_key,
            councils.is_key_shared or paired.episode_ref is not null as is_key_shared,
            councils.organisation_code as council_organisation_code,
            councils.episode_ref as council_ref,
            councils.is_counted as council_is_counted,
            councils.is_counted
            and councils.over_24_hours = 'possible' as council_is_possible,
            if(paired.episode_ref is null, 'council only', 'both') as known_to,
            paired.police_organisation_code,
            coalesce(paired.police_refs, {{ none_yet }}) as police_refs,
            coalesce(paired.police_counted_refs, {{ none_yet }}) as police_counted_refs,
            case
                when paired.episode_ref is not null
                then {{ agrees("councils", "start", "paired", "start") }}
            end as is_start_close,
            case
                when paired.episode_ref is not null
                then {{ agrees("councils", "end", "paired", "end") }}
            end as is_end_close
        from councils
        left join paired using (organisation_code, episode_ref)
        where councils.is_counted or array_length(paired.police_counted_refs) > 0
    ),
    police_rows as (
        select
            police.placing_area_code,
            police.month,
            police.start_date,
            police.child_key,
            police.is_key_shared,
            cast(null as string),
            cast(null as string),
            false,
            false,
            'police only',
            police.organisation_code,
            {{ list_of(["police.episode_ref"]) }},
            {{ list_of(["police.episode_ref"]) }},
            cast(null as boolean),
            cast(null as boolean)
        from police
        anti join
            pairs
            on police.organisation_code = pairs.police_organisation_code
            and police.episode_ref = pairs.police_episode_ref
        where
            police.is_counted
            and {{ in_south_yorkshire("police.placing_area_code") }} is not null
    ),
    absences as (
        select *
        from council_rows
        union all
        select *
        from police_rows
    ),
    received as (
        select coverage.return_code, organisations.area_code, coverage.period as month
        from {{ ref("fct_coverage") }} as coverage
        inner join
            {{ ref("dim_organisations") }} as organisations using (organisation_code)
        where coverage.status in ('received', 'nil')
    )
select
    absences.*,
    case
        when
            absences.council_is_counted
            and array_length(absences.police_counted_refs) > 0
            and absences.is_start_close
            and absences.is_end_close
        then 'FULL'
        when absences.council_ref is not null and array_length(absences.police_refs) > 0
        then 'TIME_DIFF'
        when
            absences.council_ref is not null
            and (absences.child_key, absences.month)
            in (select child_key, month from police)
        then 'CHILD_ONLY'
        when absences.council_ref is not null
        then 'LA_ONLY'
        when
            (absences.child_key, absences.month, absences.area_code)
            in (select child_key, month, area_code from councils)
        then 'CHILD_ONLY'
        else 'POL_ONLY'
    end as status,
    -- Without the other side's return, or under a key it does not use, an episode it
    -- does not have says nothing.
    absences.is_key_shared
    and ('R05', 'SY', absences.month) in (select * from received)
    and ('R14', absences.area_code, absences.month)
    in (select * from received) as is_comparable
from absences
