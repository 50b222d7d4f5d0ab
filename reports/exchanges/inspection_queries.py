"""What stands in each list for an inspectorate, drawn from the core data set: one query a list.

Each is given $area, $day (the day the lists are as at) and $since (twelve months before it).
"""

from __future__ import annotations

WHO = """
    people.sex, people.ethnicity_group as ethnicity,
    cast(floor(datediff('month', people.birth_month, $day) / 12) as integer) as age"""
PEOPLE = "left join core.dim_children as people using (child_key)"
YES = "case {0} when true then 'Yes' when false then 'No' end"
CONTACTS = f"""
    select child_key as child, {WHO}, referral_date as contact_date, referral_source as source
    from core.fct_referrals {PEOPLE}
    where area_code = $area and is_contact_only and referral_date > $since and referral_date <= $day
    order by contact_date, child, source, referral_id"""
REFERRALS = f"""
    select child_key as child, {WHO}, referral_date, referral_source as source,
        {YES.format("is_no_further_action")} as nfa,
        count(child_key) over (partition by coalesce(child_key, referral_id)) as referrals
    from core.fct_referrals {PEOPLE}
    where area_code = $area and not is_contact_only and referral_date > $since and referral_date <= $day
    order by referral_date, child, source, referral_id"""
ASSESSMENTS = f"""
    select child_key as child, {WHO}, start_date as start,
        case when authorised_date <= $day then authorised_date end as authorised
    from core.fct_assessments {PEOPLE}
    where area_code = $area and start_date <= $day
        and (start_date > $since or authorised_date is null or authorised_date > $since)
    order by start, child, assessment_id"""
ENQUIRIES = f"""
    with events as (from core.fct_protection_events where area_code = $area and event_date <= $day),
    told as (
        select s47.child_key, s47.event_id, s47.event_date,
            coalesce(max(strategy.event_date), any_value(s47.event_date)) as strategy_date,
            {YES.format("s47.is_conference_not_required")} as needless,
            min(conference.event_date) as conference_date,
            case when count(begun.event_id) > 0 then 'Yes' end as plan
        from events as s47
        left join events as strategy on strategy.organisation_code = s47.organisation_code
            and strategy.event_id = s47.linked_event_id and strategy.event_type = 'STRAT'
        left join events as conference on conference.organisation_code = s47.organisation_code
            and conference.linked_event_id = s47.event_id and conference.event_type = 'ICPC'
        left join events as begun on begun.organisation_code = s47.organisation_code
            and begun.linked_event_id = conference.event_id and begun.event_type = 'CPP_START'
        where s47.event_type = 'S47' and s47.event_date > $since
        group by all
    ),
    counted as (
        select child_key, count(*) filter (event_type = 'S47') as enquiries,
            count(*) filter (event_type = 'ICPC') as conferences
        from events where event_date > $since group by all
    )
    select child_key as child, {WHO}, strategy_date, needless, conference_date, plan, enquiries, conferences
    from told left join counted using (child_key) {PEOPLE}
    order by event_date, child, event_id"""
PLANS = f"""
    with events as (from core.fct_protection_events where area_code = $area and event_date <= $day),
    told as (
        select begun.child_key, begun.event_id, begun.event_date as plan_start, begun.initial_category as initial,
            coalesce(max(over.latest_category), any_value(begun.latest_category)) as latest,
            max(review.event_date) as review, min(over.event_date) as plan_end, begun.previous_plans as previous
        from events as begun
        left join events as over on over.organisation_code = begun.organisation_code
            and over.linked_event_id = begun.event_id and over.event_type = 'CPP_END'
        left join events as review on review.organisation_code = begun.organisation_code
            and review.linked_event_id = begun.event_id and review.event_type = 'REVIEW'
        where begun.event_type = 'CPP_START'
        group by all
    )
    select child_key as child, {WHO}, plan_start, initial, latest, review, plan_end, previous
    from told {PEOPLE} where plan_end is null or plan_end > $since
    order by plan_start, child, event_id"""
# SSDA903: a period of care begins with S; L, B and U begin a legal status, P, T, B and U a placement.
CARE = f"""
    with episodes as (
        from core.fct_looked_after_episodes where area_code = $area and is_counted and start_date <= $day
    ),
    starts as (
        select child_key, max(start_date) filter (start_reason = 'S') as started,
            max(start_date) filter (start_reason in ('S', 'L', 'B', 'U')) as legal_since,
            max(start_date) filter (start_reason in ('S', 'P', 'T', 'B', 'U')) as placed
        from episodes group by all
    ),
    latest as (
        from episodes qualify row_number() over (partition by child_key order by start_date desc, record_ref) = 1
    ),
    absences as (
        select child_key, count(*) filter (is_missing) as missing, count(*) filter (not is_missing) as absent
        from core.fct_missing_episodes
        where source = 'council' and area_code = $area and start_date > $since and start_date <= $day group by all
    ),
    asked as (
        select child_key, is_offered, is_completed from core.fct_interview_duties
        where area_code = $area and start_date > $since and start_date <= $day
        qualify row_number() over (partition by child_key order by start_date desc, episode_ref desc) = 1
    )
    select child_key as child, {WHO}, {YES.format("is_unaccompanied")} as asylum, started, legal_since,
        legal_status as legal,
        case when end_date <= $day and end_reason is distinct from 'X1' then end_date end as ceased,
        case when end_date <= $day and end_reason is distinct from 'X1' then end_reason end as ceased_why,
        starts.placed, placement, place_provider as provider,
        case latest.placed when 'in' then 'a) In' when 'out' then 'b) Out' end as location,
        coalesce(missing, 0) as missing, coalesce(absent, 0) as absent,
        {YES.format("is_offered")} as offered, case when is_completed then 'Yes' end as accepted
    from latest left join starts using (child_key) left join absences using (child_key)
    left join asked using (child_key) {PEOPLE}
    where end_date is null or end_date > $since
    order by started, child"""
AT_RISK = f"""
    with absences as (
        select child_key, count(*) filter (source = 'council' and area_code = $area) as missing,
            count(*) filter (source = 'police') as missing_police
        from core.fct_missing_episodes where is_missing and start_date > $since and start_date <= $day group by all
    ),
    care as (
        from core.fct_looked_after_episodes where area_code = $area and is_counted and start_date <= $day
            and (end_date is null or end_date > $day)
        qualify row_number() over (partition by child_key order by start_date desc, record_ref) = 1
    ),
    plans as (
        select begun.child_key from core.fct_protection_events as begun
        left join core.fct_protection_events as over on over.organisation_code = begun.organisation_code
            and over.linked_event_id = begun.event_id and over.event_type = 'CPP_END' and over.event_date <= $day
        where begun.area_code = $area and begun.event_type = 'CPP_START' and begun.event_date <= $day
            and over.event_id is null
        group by all
    )
    select cases.child_key as child, {WHO}, opened_date as opened, identified_date as identified,
        exploited_from_date as began, risk_level as risk, risk_tool as tool, assessed_date as assessed,
        next_due_date as due, cse_models as kinds, risk_indicators as indicators,
        {YES.format("has_safety_plan")} as plan, safety_plan_date as plan_date, lead_agency as lead,
        {YES.format("care.record_ref is not null")} as looked_after, placement_group, placed,
        {YES.format("plans.child_key is not null")} as protected,
        coalesce(missing, 0) as missing, coalesce(missing_police, 0) as missing_police
    from core.fct_cse_cases as cases
    left join absences using (child_key) left join care using (child_key) left join plans using (child_key) {PEOPLE}
    where cases.area_code = $area and opened_date <= $day and (closed_date is null or closed_date > $day)
    order by opened, child, case_id"""
QUERIES = {
    "List 1": CONTACTS,
    "List 3": REFERRALS,
    "List 4": ASSESSMENTS,
    "List 5": ENQUIRIES,
    "List 7": PLANS,
    "List 8": CARE,
    "Children at risk": AT_RISK,
}
# The returns a list rests on.
RESTS_ON = {
    "List 1": ("R09",),
    "List 3": ("R09",),
    "List 4": ("R10",),
    "List 5": ("R11",),
    "List 7": ("R11",),
    "List 8": ("R13", "R14", "R15"),
    "Children at risk": ("R12", "R13", "R11", "R14", "R05"),
}
# Of these a nought or a No is left empty where the return has not come for every month.
UNSURE_WITHOUT = {
    "R05": ("missing_police",),
    "R11": ("enquiries", "conferences", "protected"),
    "R13": ("looked_after",),
    "R14": ("missing", "absent"),
}
