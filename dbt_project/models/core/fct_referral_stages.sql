{%- set referral, named = ["organisation_code", "referral_id"], ["organisation_code", "coalesce(referral_id, '')"] %}
{%- set kept = {
    "by": referral,
    "rows_of": {"fct_referrals": referral, "fct_assessments": named, "fct_protection_events": named},
    "touched_by": {"fct_looked_after_episodes": of_changed_children(referral)},
} %}
{{ config(meta={"kept": kept}) }}
-- The funnel begins where a council took the concern on: contacts and no further
-- action are left out.
with
    referrals as (
        select
            organisation_code,
            referral_id,
            area_code,
            child_key,
            age_band_at_referral,
            referral_date,
            {{ looked_after_on("taken_on.child_key", "taken_on.referral_date") }}
            as looked_after
        from {{ ref("fct_referrals") }} as taken_on
        where is_cse and not is_contact_only and not is_no_further_action
    ),
    reached as (
        select
            organisation_code,
            referral_id,
            'referral' as stage,
            referral_date as reached_date
        from referrals
        union all
        select organisation_code, referral_id, 'assessment', start_date
        from {{ ref("fct_assessments") }}
        union all
        select
            organisation_code,
            referral_id,
            case
                event_type
                when 'STRAT'
                then 'strategy'
                when 'S47'
                then 's47'
                when 'ICPC'
                then 'conference'
                when 'CPP_START'
                then 'plan'
            end,
            event_date
        from {{ ref("fct_protection_events") }}
    ),
    firsts as (
        select organisation_code, referral_id, stage, min(reached_date) as reached_date
        from reached
        group by all
    )
select
    referrals.organisation_code,
    referrals.referral_id,
    stages.stage,
    stages.stage_order,
    referrals.area_code,
    referrals.child_key,
    referrals.age_band_at_referral,
    referrals.looked_after,
    stages.stage || ', ' || referrals.age_band_at_referral as stage_and_age,
    stages.stage || ', ' || referrals.looked_after as stage_and_care,
    referrals.referral_date,
    firsts.reached_date,
    firsts.reached_date is not null as is_reached,
    {{ days_between("referrals.referral_date", "firsts.reached_date") }}
    as days_from_referral
from referrals
cross join {{ ref("referral_stages") }} as stages
left join
    firsts
    on referrals.organisation_code = firsts.organisation_code
    and referrals.referral_id = firsts.referral_id
    and stages.stage = firsts.stage
