{{
    config(
        meta={
            "kept": {
                "by": ["organisation_code", "crime_ref"],
                "rows_of": {"fct_crimes": ["organisation_code", "crime_ref"]},
                "touched_by": {
                    "fct_prosecutions": "select organisation_code, crime_ref from core.fct_crimes where crime_ref in (select unnest(crime_refs) from {changed})",
                    "fct_outcomes": "select organisation_code, crime_ref from core.fct_crimes where crime_ref in (select crime_ref from {changed})",
                    "stg_reach": "select organisation_code, crime_ref from core.fct_crimes where exists (select 1 from {changed} where return_code in ('R03', 'R06'))",
                },
            }
        }
    )
}}
-- How far the returns of outcomes and charges reach decides whether a crime has been
-- followed long enough.
with
    received_to as (
        select
            least(
                max(told_until) filter (where return_code = 'R03'),
                max(told_until) filter (where return_code = 'R06')
            ) as last_day
        from {{ ref("stg_reach") }}
    ),
    charges as (
        select crime_ref, min(charged_date) as charged_date
        from
            (
                select
                    {{ each_of("crime_refs") }} as crime_ref,
                    first_charge_date as charged_date
                from {{ ref("fct_prosecutions") }}
                where first_charge_date is not null
                union all
                select crime_ref, outcome_date
                from {{ ref("fct_outcomes") }}
                where outcome_group = 'charge' and reopened_date is null
            )
        group by crime_ref
    )
select
    crimes.crime_ref,
    crimes.organisation_code,
    crimes.area_code,
    crimes.recorded_date,
    crimes.victim_age_band_at_offence,
    crimes.cse_model,
    follow_ups.months_followed,
    charges.charged_date,
    charges.charged_date is not null
    and coalesce(charges.charged_date < ends.follow_up_ends, true) as is_charged,
    ends.follow_up_ends is null
    or coalesce(
        ends.follow_up_ends <= received_to.last_day + 1, false
    ) as is_followed_up
from {{ ref("fct_crimes") }} as crimes
cross join {{ ref("follow_up_months") }} as follow_ups
cross join received_to
cross join
    lateral(
        select
            {{ months_after("crimes.recorded_date", "follow_ups.months") }}
            as follow_up_ends
    ) as ends
left join charges using (crime_ref)
where crimes.is_cse and crimes.is_counted
