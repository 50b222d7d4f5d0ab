{{
    config(
        meta={
            "kept": {
                "by": ["organisation_code", "crime_ref"],
                "rows_of": {
                    "stg_pol_investigation_outcome": ["organisation_code", "crime_ref"],
                    "fct_crimes": ["organisation_code", "crime_ref"],
                },
            }
        }
    )
}}
with
    events as (
        select
            outcomes.*,
            coalesce(kinds.code_group, 'unassigned') as outcome_group,
            kinds.code_group is not distinct from 'of_which' as is_of_which
        from {{ ref("stg_pol_investigation_outcome") }} as outcomes
        left join
            {{ ref("codes") }} as kinds
            on outcomes.ho_outcome_type = kinds.code
            and kinds.list = 'ho_outcome_type'
    ),
    placed as (
        -- An of-which row says more of the row beside it and is never a crime's
        -- outcome itself.
        select
            *,
            outcome_seq = max(outcome_seq) filter (where not is_of_which) over (
                partition by organisation_code, crime_ref
            )
            and not is_of_which as is_last
        from events
    )
select
    placed.crime_ref,
    placed.outcome_seq,
    placed.organisation_code,
    coalesce(crimes.area_code, 'U') as area_code,
    coalesce(crimes.is_cse and crimes.is_counted, false) as is_cse,
    placed.ho_outcome_type,
    placed.outcome_group,
    placed.outcome_date,
    placed.outcome_recorded_date,
    placed.reopened_date,
    placed.is_of_which,
    placed.outcome_group not in {{ codes_of("outcome_groups_not_final") }} as is_final,
    placed.is_last,
    -- Re-opened without a newer outcome, the crime is back at 0, not yet assigned.
    placed.is_last and placed.reopened_date is null as is_current,
    case
        when placed.reopened_date is null then placed.ho_outcome_type else '0'
    end as standing_outcome_type,
    placed.investigation_ref,
    placed.victim_support_level,
    placed.submission_id,
    placed.file,
    placed.line
from placed
left join {{ ref("fct_crimes") }} as crimes using (organisation_code, crime_ref)
