{{ config(meta={"kept": kept_by_record("stg_lac_episode")}) }}
select
    episodes.record_ref,
    episodes.organisation_code,
    episodes.la as area_code,
    {{ child_key("episodes") }} as child_key,
    episodes.decom as start_date,
    episodes.dec as end_date,
    episodes.rne as start_reason,
    episodes.rec as end_reason,
    episodes.ls as legal_status,
    -- Short breaks are care for a while, and leave the child out of the count of
    -- children looked after.
    coalesce(statuses.code_group, '') <> 'exclude_from_cla_counts' as is_counted,
    episodes.place as placement,
    case
        when episodes.place in {{ codes_of("residential") }}
        then 'residential'
        when episodes.place in {{ codes_of("unregulated") }}
        then 'unregulated'
        else coalesce(placements.code_group, 'unknown')
    end as placement_group,
    episodes.place_provider,
    episodes.pl_location as placement_location,
    case episodes.pl_location when 'IN' then 'in' when 'OUT' then 'out' end as placed,
    nullif(
        episodes.pl_distance_miles, {{ threshold("distance_not_known_miles") }}
    ) as placement_distance_miles,
    coalesce(
        episodes.pl_location = 'OUT'
        and episodes.pl_distance_miles > {{ threshold("far_placement_miles") }}
        and episodes.pl_distance_miles < {{ threshold("distance_not_known_miles") }},
        false
    ) as is_far_out_of_area,
    episodes.area_la_notified_date,
    episodes.area_la_consulted,
    episodes.specialist_cse_placement = 'Y' as is_specialist_cse_placement,
    episodes.unaccompanied = 'Y' as is_unaccompanied,
    episodes.care_leaver_accom as care_leaver_accommodation,
    coalesce(
        episodes.place in {{ codes_of("unregulated") }}
        or episodes.care_leaver_accom in {{ codes_of("unsuitable_16_to_18") }},
        false
    ) as is_unsuitable_at_16_to_18,
    episodes.birth_month,
    {{ age_at("episodes.birth_month", "episodes.decom") }} as age_at_start,
    coalesce(episodes.sex, 'U') as sex,
    episodes.submission_id,
    episodes.file,
    episodes.line
from {{ ref("stg_lac_episode") }} as episodes
left join
    {{ ref("codes") }} as statuses
    on episodes.ls = statuses.code
    and statuses.list = 'legal_status'
left join
    {{ ref("codes") }} as placements
    on episodes.place = placements.code
    and placements.list = 'placement_type'
