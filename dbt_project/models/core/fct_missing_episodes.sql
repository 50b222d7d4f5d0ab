{%- set episode = ["source", "organisation_code", "episode_ref"] %}
{%- set kept = {
    "by": episode,
    "rows_of": {
        "stg_pol_missing_episode": ["'police'", "organisation_code", "episode_ref"],
        "stg_la_missing": ["'council'", "organisation_code", "record_ref"],
    },
    "touched_by": {
        "stg_child_links": linked_otherwise(episode),
        "stg_reach": "select source, organisation_code, episode_ref from {this} inner join {changed} using (organisation_code)"
        ~ " where end_date is null and return_code = if(source = 'police', 'R05', 'R14')",
        "fct_shared_keys": "select episodes.source, organisation_code, episode_ref from {this} as episodes"
        ~ " inner join {changed} as keys on episodes.source <> keys.source"
        ~ " and if(episodes.source = 'council', 'SY', coalesce(placing_area_code, area_code)) = key_area_code",
    },
} %}
{{ config(meta={"kept": kept}) }}
with
    reach as (
        select organisation_code, return_code, told_until from {{ ref("stg_reach") }}
    ),
    police as (
        select
            'police' as source,
            'R05' as return_code,
            episode_ref,
            organisation_code,
            coalesce(
                {{ in_south_yorkshire("area_la") }},
                {{ in_south_yorkshire("residence_la") }},
                {{ in_south_yorkshire("placing_la") }},
                'U'
            ) as area_code,
            {{ child_key("rows") }} as child_key,
            {{ pseudonym_hash("rows") }} as pseudonym_hash,
            person_key_scheme,
            category,
            {{ is_among("category", codes_of("missing_categories")) }} as is_missing,
            definition_version,
            missing_from as setting,
            {{ is_among("missing_from", codes_in_group("missing_from", "care")) }}
            as is_from_care,
            nullif(placing_la, 'U') as placing_area_code,
            nullif(area_la, 'U') as placed_in_area_code,
            {{ local_date("reported_at") }} as start_date,
            {{ local_date("found_at") }} as end_date,
            reported_at as started_at,
            found_at as ended_at,
            coalesce(returned_at, found_at) as returned_at,
            cse_risk_marker = 'Y' as has_cse_marker,
            cast(null as string) as police_episode_ref,
            cast(null as string) as interview_required,
            cast(null as string) as interview_ref,
            cast(null as date) as iro_informed_date,
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
            'R14' as return_code,
            record_ref,
            organisation_code,
            la,
            {{ child_key("rows") }} as child_key,
            {{ pseudonym_hash("rows") }} as pseudonym_hash,
            person_key_scheme,
            missing_type,
            -- Only an episode from care says which it is; from home all are missing.
            missing_type is null
            or missing_type in {{ codes_of("missing_categories") }},
            definition_version,
            setting,
            {{ is_among("setting", codes_of("missing_from_care")) }},
            case when setting in {{ codes_of("missing_from_care") }} then la end,
            cast(null as string),
            mis_start,
            mis_end,
            mis_start_at,
            mis_end_at,
            mis_end_at,
            cast(null as boolean),
            police_episode_ref,
            rhi_required,
            rhi_ref,
            iro_informed_date,
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
    ),
    {{ keyed("both_sides") }},
    -- What is still open has lasted until its return stops telling.
    lasting as (
        select
            keyed.* {{ all_but(["person_key_scheme", "pseudonym_hash", "is_linked", "schemes", "other_area_code"]) }},
            coalesce(
                list_has_any(keys.schemes, keyed.schemes)
                or (keys.are_linked and keyed.is_linked),
                true
            ) as is_key_shared,
            coalesce(end_date, told_until) as lasted_to_date,
            coalesce(
                ended_at,
                case when end_date is null then {{ end_of_day("told_until") }} end
            ) as lasted_to_at
        from keyed
        left join
            reach
            on keyed.organisation_code = reach.organisation_code
            and keyed.return_code = reach.return_code
        left join
            {{ ref("fct_shared_keys") }} as keys
            on keyed.source <> keys.source
            and keyed.other_area_code = keys.key_area_code
    )
select
    * {{ all_but(["return_code", "birth_month", "sex", "lasted_to_date", "lasted_to_at"]) }},
    {{ hours_between("started_at", "ended_at") }} as duration_hours,
    {{ lasted_over_24_hours() }} as over_24_hours,
    case when is_from_care then 'from care' else 'not from care' end as care,
    case
        when not is_from_care
        then 'not from care'
        when placed_in_area_code = placing_area_code
        then 'in'
        when placed_in_area_code <> placing_area_code
        then 'out'
        else 'Unknown'
    end as placed,
    {{ age_at("birth_month", "start_date") }} as age_at_start,
    {{ age_band(age_at("birth_month", "start_date")) }} as age_band_at_start,
    coalesce(sex, 'U') as sex
from lasting
