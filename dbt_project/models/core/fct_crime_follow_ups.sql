-- How far the returns of outcomes and charges reach decides whether a crime has been
-- followed long enough.
with
    received_to as (
        select
            least(
                max(period_end) filter (where return_code = 'R03'),
                max(period_end) filter (where return_code = 'R06')
            ) as last_day
        from {{ ref("stg_submissions") }}
    ),
    charges as (
        select crime_ref, min(charged_date) as charged_date
        from
            (
                select
                    unnest(crime_refs) as crime_ref, first_charge_date as charged_date
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
            cast(
                crimes.recorded_date + to_months(follow_ups.months) as date
            ) as follow_up_ends
    ) as ends
left join charges using (crime_ref)
where crimes.is_cse and crimes.is_counted
