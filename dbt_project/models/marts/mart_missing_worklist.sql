{%- set of_month = ["area_code", "month"] %}
{%- set kept = {
    "by": of_month,
    "rows_of": {"fct_missing_reconciliation": of_month},
    "touched_by": {
        "fct_missing_episodes": "select area_code, month from {this}"
        ~ " where (side, episode_ref) in (select (source, episode_ref) from {changed})"
        ~ " union all select area_code, month from core.fct_missing_reconciliation"
        ~ " where (child_key, month) in (select (child_key, strftime(start_date, '%Y-%m')) from {changed})",
    },
} %}
{{ config(meta={"kept": kept}) }}
{{ config(contract={"enforced": true}) }}
-- An absence the other side alone has is on no list of this one; where this one knows
-- the child, its own episodes of the month are.
with
    unlike as (
        select *
        from {{ ref("fct_missing_reconciliation") }}
        where is_comparable and status <> 'FULL'
    ),
    episodes as (
        select *, left(cast(start_date as string), 7) as month
        from {{ ref("fct_missing_episodes") }}
    ),
    own as (
        select
            'council' as side,
            area_code,
            month,
            status,
            council_organisation_code as organisation_code,
            council_ref as episode_ref,
            is_start_close,
            is_end_close,
            council_is_counted as is_counted,
            array_length(police_counted_refs) > 0 as is_counted_by_other
        from unlike
        where council_ref is not null
        union all
        select
            'police',
            area_code,
            month,
            status,
            police_organisation_code,
            police_ref,
            is_start_close,
            is_end_close,
            array_contains(police_counted_refs, police_ref),
            council_is_counted
        from (select *, {{ each_of("police_refs") }} as police_ref from unlike)
    ),
    beside_the_others as (
        select distinct
            episodes.source,
            unlike.area_code,
            unlike.month,
            unlike.status,
            episodes.organisation_code,
            episodes.episode_ref
        from unlike
        inner join
            episodes
            on unlike.child_key = episodes.child_key
            and unlike.month = episodes.month
            and case
                when unlike.council_ref is null
                then
                    episodes.source = 'council'
                    and unlike.area_code = episodes.area_code
                else episodes.source = 'police'
            end
        where unlike.status = 'CHILD_ONLY'
    ),
    -- Two absences of a council may be one of the police.
    lines as (
        select
            * {{ all_but(["is_counted_by_other"]) }},
            bool_or(is_counted_by_other) as is_counted_by_other,
            true as is_own_absence
        from own
        group by all
        union all
        select *, null, null, null, null, false
        from beside_the_others
    )
select
    lines.side,
    lines.area_code,
    lines.month,
    lines.status,
    lines.is_own_absence,
    lines.episode_ref,
    {{ as_told("episodes.started_at", "episodes.start_date") }} as started,
    {{ as_told("episodes.ended_at", "episodes.end_date") }} as ended,
    lines.is_start_close,
    lines.is_end_close,
    lines.is_counted,
    lines.is_counted_by_other
from lines
inner join
    episodes
    on lines.side = episodes.source
    and lines.organisation_code = episodes.organisation_code
    and lines.episode_ref = episodes.episode_ref
order by all
