{{ config(meta={"kept": kept_by_record("stg_rhi", "rhi_ref")}) }}
with
    interviews as (
        select
            organisation_code,
            rhi_ref,
            la as area_code,
            {{ child_key("rows") }} as child_key,
            provider_org,
            outcome,
            {{ is_among("outcome", codes_of("interview_offered")) }} as is_offered,
            {{ is_among("outcome", codes_of("interview_completed")) }}
            and completed_date is not null as is_completed,
            requested_date,
            returned_date,
            returned_at_used,
            offered_date,
            declined_date,
            completed_date,
            completed_at,
            interviewer_type,
            coalesce(interviewer_independent = 'Y', false) as is_independent,
            advocacy_offered = 'Y' as is_advocacy_offered,
            harm_disclosed = 'Y' as is_harm_disclosed,
            intel_shared_with_police_date,
            led_to_referral = 'Y' as led_to_referral,
            led_to_strategy = 'Y' as led_to_strategy,
            submission_id,
            file,
            line
        from {{ ref("stg_rhi") }} as rows
    ),
    -- A day without a time is all the moments of that day: what holds for each is
    -- certain, what holds for none is impossible.
    clocked as (
        select
            *,
            {{ hours_between("returned_at_used", "completed_at") }}
            as hours_to_interview,
            {{ hours_between(end_of_day("returned_date"), start_of_day("completed_date")) }}
            as shortest_hours,
            {{ hours_between(start_of_day("returned_date"), end_of_day("completed_date")) }}
            as longest_hours
        from interviews
    )
select
    * {{ all_but(["shortest_hours", "longest_hours"]) }},
    case
        when not is_completed
        then null
        when
            coalesce(hours_to_interview, longest_hours)
            <= {{ threshold("interview_hours") }}
        then 'certain'
        when
            coalesce(hours_to_interview, shortest_hours)
            > {{ threshold("interview_hours") }}
        then 'impossible'
        else 'possible'
    end as within_72_hours
from clocked
