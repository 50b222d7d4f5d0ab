{%- set interview = ["organisation_code", "rhi_ref"] %}
{%- set kept = {
    "by": interview,
    "rows_of": {"stg_rhi_episode": interview},
    "touched_by": {
        "fct_missing_episodes": "select organisation_code, rhi_ref from {this}"
        ~ " where (source, episode_ref) in (select (source, episode_ref) from {changed})",
    },
} %}
{{ config(meta={"kept": kept}) }}
select
    links.organisation_code,
    links.rhi_ref,
    lower(links.episode_source) as source,
    links.episode_ref,
    links.la as area_code,
    episodes.organisation_code as episode_organisation_code,
    links.episode_start_date,
    links.is_counted = 'Y' as is_counted,
    episodes.episode_ref is not null as is_known,
    episodes.start_date,
    episodes.end_date,
    episodes.returned_at,
    links.submission_id,
    links.file,
    links.line
from {{ ref("stg_rhi_episode") }} as links
-- Two councils may use one reference; the police have one list. Said by a value on each
-- side: with an `or` every link would be tried against every episode.
left join
    {{ ref("fct_missing_episodes") }} as episodes
    on lower(links.episode_source) = episodes.source
    and links.episode_ref = episodes.episode_ref
    and case lower(links.episode_source) when 'police' then 'SY' else links.la end
    = case episodes.source when 'police' then 'SY' else episodes.area_code end
