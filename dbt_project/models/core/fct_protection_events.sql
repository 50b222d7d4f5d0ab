{%- set referral = ["organisation_code", "coalesce(referral_id, event_id)"] %}
{%- set events = "staging.stg_sc_protection_event" %}
{%- set touched_events = events ~ " semi join {touched} on organisation_code = key_1 and coalesce(referral_id, event_id) = key_2" %}
{%- set kept = {
    "by": referral,
    "rows_of": {"stg_sc_protection_event": referral, "fct_referrals": ["organisation_code", "referral_id"]},
    "touched_by": {
        "stg_child_links": linked_otherwise(referral),
        "stg_sc_protection_event": in_one_or_two_steps(events, referral, "linked_event_id", "event_id", "{changed}"),
    },
    "beside": in_one_or_two_steps(events, referral, "event_id", "linked_event_id", touched_events),
} %}
{{ config(meta={"kept": kept}) }}
with
    events as (
        select events.*, referrals.child_key as referral_child_key, referrals.is_cse
        from {{ ref("stg_sc_protection_event") }} as events
        left join
            {{ ref("fct_referrals") }} as referrals using (
                organisation_code, referral_id
            )
    ),
    conferences as (
        select
            conference.organisation_code,
            conference.event_id,
            -- The discussion the conference goes back to by its links; else the last
            -- one of the referral
            -- before it; else the enquiry, which a discussion opens.
            coalesce(
                max(linked.event_date) filter (where linked.event_type = 'STRAT'),
                max(before.event_date) filter (
                    where linked.event_type = 'S47' and before.event_type = 'STRAT'
                ),
                max(same.event_date) filter (where same.event_type = 'STRAT'),
                max(same.event_date) filter (where same.event_type = 'S47')
            ) as strategy_date
        from events as conference
        left join
            events as linked
            on conference.organisation_code = linked.organisation_code
            and conference.linked_event_id = linked.event_id
        left join
            events as before
            on linked.organisation_code = before.organisation_code
            and linked.linked_event_id = before.event_id
        left join
            events as same
            on conference.organisation_code = same.organisation_code
            and conference.referral_id = same.referral_id
            and same.event_date <= conference.event_date
        where conference.event_type = 'ICPC'
        group by all
    )
select
    events.event_id,
    events.organisation_code,
    events.la as area_code,
    events.referral_id,
    coalesce(events.referral_child_key, {{ child_key("events") }}) as child_key,
    coalesce(events.is_cse, false) as is_cse_referral,
    events.event_type,
    events.event_date,
    events.linked_event_id,
    events.agencies_present,
    coalesce(events.transfer_in = 'Y', false) as is_transfer_in,
    events.icpc_not_required = 'Y' as is_conference_not_required,
    events.initial_category,
    events.latest_category,
    events.previous_plans,
    conferences.strategy_date,
    held.working_day_number
    - discussed.working_day_number as working_days_from_strategy,
    case
        when events.event_type = 'ICPC'
        then
            coalesce(
                held.working_day_number - discussed.working_day_number
                <= {{ threshold("conference_working_days") }},
                false
            )
    end as is_within_time,
    events.submission_id,
    events.file,
    events.line
from events
left join conferences using (organisation_code, event_id)
left join
    {{ ref("dim_days") }} as discussed on conferences.strategy_date = discussed.day
left join {{ ref("dim_days") }} as held on events.event_date = held.day
