{{
    config(
        meta={
            "kept": {
                "by": ["organisation_code", "crime_ref"],
                "rows_of": {
                    "fct_crimes": ["organisation_code", "crime_ref"],
                    "fct_outcomes": ["organisation_code", "crime_ref"],
                },
            }
        }
    )
}}
-- A crime is under investigation from the day it is recorded to its first outcome, and
-- again from each day it is re-opened to the outcome that follows.
with
    crimes as (
        select organisation_code, crime_ref, area_code, recorded_date
        from {{ ref("fct_crimes") }}
        where is_cse and is_counted
    ),
    outcomes as (
        select organisation_code, crime_ref, outcome_seq, outcome_date, reopened_date
        from {{ ref("fct_outcomes") }}
        where not is_of_which and outcome_group <> 'unassigned'
    ),
    starts as (
        select
            organisation_code,
            crime_ref,
            area_code,
            0 as after_seq,
            recorded_date as started_date
        from crimes
        union all
        select
            crimes.organisation_code,
            crimes.crime_ref,
            crimes.area_code,
            outcome_seq,
            reopened_date
        from outcomes
        inner join crimes using (organisation_code, crime_ref)
        where reopened_date is not null
    )
select
    starts.crime_ref,
    starts.organisation_code,
    starts.area_code,
    starts.after_seq,
    starts.started_date,
    min_by(outcomes.outcome_date, outcomes.outcome_seq) filter (
        where outcomes.outcome_date is not null
    ) as ended_date
from starts
left join
    outcomes
    on starts.organisation_code = outcomes.organisation_code
    and starts.crime_ref = outcomes.crime_ref
    and starts.after_seq < outcomes.outcome_seq
group by all
