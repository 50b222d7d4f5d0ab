{%- set began = ["area_code", "start_date"] %}
{%- set kept = {
    "by": ["area_code", "event_date"],
    "rows_of": {
        "fct_missing_reconciliation": began,
        "fct_missing_episodes": began,
        "fct_interview_findings": ["area_code", "event_date"],
    },
    "touched_by": {
        "fct_missing_episode_matches": paired_otherwise(began),
        "stg_reach": "select area_code, start_date from core.fct_missing_episodes where start_date between " ~ days_reached(["R05"]),
    },
} %}
{{ config(meta={"kept": kept}) }}
with
    -- What the police return has not told of yet, its silence says nothing of.
    reach as (
        select min(told_from) as told_from, max(told_until) as told_until
        from {{ ref("stg_reach") }}
        where return_code = 'R05'
    ),
    not_reconciled as (
        select
            'X06' as rule_code,
            area_code,
            start_date as event_date,
            concat_ws(
                ' ',
                status,
                'council ' || council_ref,
                'police ' || nullif({{ list_text("police_refs", " ") }}, '')
            ) as record
        from {{ ref("fct_missing_reconciliation") }}
        where is_comparable and status <> 'FULL'
    ),
    not_with_the_police as (
        select
            'X08',
            episodes.area_code,
            episodes.start_date,
            'council episode ' || episodes.episode_ref
        from {{ ref("fct_missing_episodes") }} as episodes
        inner join
            reach on episodes.start_date between reach.told_from and reach.told_until
        anti join
            {{ ref("fct_missing_episode_matches") }} as pairs using (
                organisation_code, episode_ref
            )
        where
            episodes.source = 'council'
            and episodes.is_from_care
            and episodes.is_missing
            and episodes.is_key_shared
            and episodes.definition_version in {{ codes_of("missing_told_to_police") }}
    )
select *
from not_reconciled
union all
select *
from not_with_the_police
union all
select *
from {{ ref("fct_interview_findings") }}
