{%- set kept = {
    "by": ["'council'", "organisation_code", "episode_ref"],
    "rows_of": {"fct_missing_episodes": ["source", "organisation_code", "episode_ref"]},
    "touched_by": {
        "fct_missing_episodes": "select source, organisation_code, episode_ref from core.fct_missing_episodes"
        ~ " where source = 'council' and (police_episode_ref in (select episode_ref from {changed} where source = 'police')"
        ~ " or child_key in (select child_key from {changed} where source = 'police'))",
    },
    "beside": partners_of_touched(),
} %}
{{ config(meta={"kept": kept}) }}
-- A council's episode is the police one it names; where it names none the police have,
-- any of the same child at the same time.
with
    police as (select * from {{ ref("fct_missing_episodes") }} where source = 'police'),
    councils as (
        select * from {{ ref("fct_missing_episodes") }} where source = 'council'
    ),
    named as (
        select
            councils.organisation_code,
            councils.episode_ref,
            police.organisation_code as police_organisation_code,
            police.episode_ref as police_episode_ref,
            'reference' as matched_by
        from councils
        inner join police on councils.police_episode_ref = police.episode_ref
    ),
    at_the_same_time as (
        select
            councils.organisation_code,
            councils.episode_ref,
            police.organisation_code as police_organisation_code,
            police.episode_ref as police_episode_ref,
            'child and time' as matched_by
        from councils
        anti join named using (organisation_code, episode_ref)
        inner join
            police
            on councils.child_key = police.child_key
            and not ({{ over_before("councils", "police") }})
            and not ({{ over_before("police", "councils") }})
    ),
    pairs as (
        select *
        from named
        union all
        select *
        from at_the_same_time
    )
select
    pairs.organisation_code,
    pairs.episode_ref,
    pairs.police_organisation_code,
    pairs.police_episode_ref,
    pairs.matched_by,
    councils.child_key = police.child_key as is_same_child,
    councils.area_code,
    councils.is_from_care and police.is_from_care as is_from_care,
    {{ hours_between("police.started_at", "councils.started_at") }}
    as start_difference_hours,
    {{ hours_between("police.ended_at", "councils.ended_at") }} as end_difference_hours,
    {{ days_between("police.start_date", "councils.start_date") }}
    as start_difference_days,
    {{ days_between("police.end_date", "councils.end_date") }} as end_difference_days
from pairs
inner join councils using (organisation_code, episode_ref)
inner join
    police
    on pairs.police_organisation_code = police.organisation_code
    and pairs.police_episode_ref = police.episode_ref
