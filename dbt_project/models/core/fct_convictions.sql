{{
    config(
        meta={
            "kept": {
                "by": ["case_ref", "defendant_key"],
                "rows_of": {
                    "stg_crt_result": ["case_ref", "defendant_key"],
                    "fct_prosecutions": ["case_ref", "defendant_key"],
                },
            }
        }
    )
}}
with
    guilty as (
        select
            results.case_ref,
            results.defendant_key,
            min(results.outcome_date) as convicted_date,
            count(*) as offences_count,
            -- The conviction falls only when nothing the defendant was convicted of
            -- is left.
            bool_and(
                results.appeal_result is not distinct from 'QUASHED'
            ) as is_quashed,
            max(results.appeal_date) filter (
                where results.appeal_result = 'QUASHED'
            ) as quashed_date
        from {{ ref("stg_crt_result") }} as results
        where
            results.court_outcome in {{ codes_in_group("court_outcome", "successful") }}
            and results.ho_offence_class
            in (select ho_offence_class from {{ ref("offence_sets") }})
        group by results.case_ref, results.defendant_key
    ),
    events as (
        select
            *,
            'convicted' as conviction_event,
            convicted_date as counted_date,
            1 as conviction_count
        from guilty
        union all
        select *, 'quashed', quashed_date, -1
        from guilty
        where is_quashed
    )
select
    events.case_ref,
    events.defendant_key,
    events.conviction_event,
    events.counted_date,
    events.conviction_count,
    events.convicted_date,
    events.offences_count,
    coalesce(prosecutions.area_code, 'U') as area_code,
    coalesce(prosecutions.is_cse, false) as is_cse,
    coalesce(prosecutions.cse_crimes_count, 0) as cse_crimes_count,
    coalesce(prosecutions.sex, 'U') as sex,
    coalesce(prosecutions.ethnicity_group, 'Unknown') as ethnicity_group
from events
left join {{ ref("fct_prosecutions") }} as prosecutions using (case_ref, defendant_key)
