-- One row for each referral to a council: the reports it knows of, and others that
-- are not about exploitation.
create or replace table m_referral as
with
    all_of_them as (
        select i, j, r, la, person_key, born, sex, e, disability_any, d_council as d, true as cse, j = n as final,
            kind, n, age
        from m_report where kind in ('B', 'C')
        union all
        select i, j, (i - 1) * 3 + j, la, person_key, born, sex, e, disability_any,
            d0 + case j when 1 then 0 else gap1 end, false, j = 2 or i % 4 <> 0 or age >= 16, 'C', 1, age
        from (select *, unnest(if(i % 4 = 0 and age < 16, [1, 2], [1])) as j from m_child where not reported)
        where d0 + case j when 1 then 0 else gap1 end <= last_day_of_all()
    ),
    decided as (
        select *,
            not cse and chance(r, 'nfa', 20) as nfa,
            not cse and la <> '371' and chance(r, 'contact', 8) as contact_only
        from all_of_them
    ),
    worked as (
        select *,
            not nfa and not contact_only and case
                when cse then not (d <= date '2025-01-15' and chance(r, 'x11', 4))
                else chance(r, 'assessed', 75)
            end as assessed
        from decided
    ),
    dated as (
        select *,
            case when assessed then least(d + 1 + below(r, 'start', 20), last_day_of_all()) end as a_start,
            case when assessed then chance(r, 'harm', if(cse, 40, 25)) else false end as harm,
            case
                when nfa or contact_only then d + 2
                when final then d + 140 + below(r, 'closure', 400)
                else d + 140
            end as closing
        from worked
    ),
    conferred as (
        select *,
            a_start + 10 + below(r, 'authorised', 40) as authorising,
            cse and chance(r, '11A', 85) as cse_factor,
            case when harm and not (cse and la <> '371' and chance(r, 'x11b', 6))
                then least(a_start + 2 + below(r, 'strategy', 5), last_day_of_all()) end as strategy
        from dated
    ),
    enquired as (
        select *,
            case when chance(r, 's47', 90) then strategy end as s47,
            strategy + if(chance(r, 'in time', 78), 5 + below(r, 'quick', 8), 40 + below(r, 'slow', 20)) as conferring
        from conferred
    ),
    planned as (
        select *,
            case when s47 is not null and chance(r, 'icpc', 60) and conferring <= last_day_of_all() then conferring end
                as conference,
        from enquired
    )
select *,
    case when chance(r, 'plan', 70) then conference end as plan_start,
    case when chance(r, 'plan', 70) and conference + 25 <= last_day_of_all() then conference + 25 end as plan_review,
    case when chance(r, 'plan', 70) and conference + 40 <= last_day_of_all() then conference + 40 end as plan_end,
    pick(r, 'category', ['NEG', 'EMO', 'SAB', 'PHY']) as category,
    case when closing <= last_day_of_all() then closing end as closed_on,
    case when authorising <= last_day_of_all() then authorising end as authorised,
    -- A child known to two agencies whose month of birth they do not agree on (X20).
    kind = 'B' and n = 1 and chance(r, 'x20', 4) as x20,
    -- What the first return said of the start before the next one put it right.
    case when chance(r, 'corrected', 10) and fy(d + 2) = fy(d) and coalesce(a_start, d + 2) >= d + 2 then d + 2 else d end as first_told
from planned;

create or replace macro council_of(la) as case la
    when '370' then 'BAR' when '371' then 'DON' when '372' then 'ROT' when '373' then 'SHE' end;

create or replace table r_sc_contact_referral as
with
    told as (
        select *, unnest(years(d, closed_on)) as y, born - if(x20, to_months(1), to_months(0)) as birth from m_referral
    )
select council_of(la) as org, y, y = max(y) over (partition by r) as last, r as sort,
    'R09-' || r as record_ref, if(y = fy(d), 'N', 'A') as record_action, (1 + y - fy(d))::varchar as record_version,
    la, unnest(child_block(person_key, birth, sex, e, false, disability_any, la)),
    'REF' || lpad(r::varchar, 8, '0') as referral_id,
    if(y = fy(d) and fy(coalesce(closed_on, last_day_of_all())) > y, first_told, d) as referral_date,
    if(kind = 'B', '6', pick(r, 'source', ['1A', '2A', '3A', '3E', '5A', '8'])) as referral_source,
    yn(contact_only) as contact_only, case when cse then 'Y' when chance(r, 'unsure', 8) then 'U' else 'N' end as cse_concern,
    if(cse, 'DISCLOSURE', null) as cse_concern_basis,
    if(nfa or contact_only, null, pick(r, 'need', ['N1', 'N1', 'N5', 'N4', 'N6'])) as primary_need,
    yn(nfa) as nfa, if(nfa or contact_only, 'NFA', 'ACCEPTED') as outcome,
    if(nfa or contact_only, 'THRESHOLD', null) as outcome_reason,
    referral_date as decision_date, null as nrm_referred, null as onward_referral_to,
    by_then(closed_on, y) as closure_date, if(closed_on <= fy_end(y), if(assessed, 'RC7', 'RC8'), null) as closure_reason,
    null as transferred_from_la, null as transferred_to_la
from told
order by org, y, sort;

create or replace macro factors_of(r, cse_factor, started) as if(cse_factor, '11A;' || pick(r, 'with', ['10A', '4A', '13A', '15A']),
    pick(r, 'factor', ['3B', '4B', '16A', '17A', '2B;3B', '21']));

create or replace table r_sc_assessment as
with told as (select *, unnest(years(a_start, authorised)) as y from m_referral where assessed)
select council_of(la) as org, y, y = max(y) over (partition by r) as last, r as sort,
    'R10-' || r as record_ref, if(y = fy(a_start), 'N', 'A') as record_action, (1 + y - fy(a_start))::varchar as record_version,
    la, unnest(child_block(person_key, born - if(x20, to_months(1), to_months(0)), sex, e, false, disability_any, la)),
    'AS' || lpad(r::varchar, 8, '0') as assessment_id, 'REF' || lpad(r::varchar, 8, '0') as referral_id,
    d as referral_date, a_start as start_date, by_then(authorised, y) as authorised_date,
    if(authorised <= fy_end(y), factors_of(r, cse_factor, a_start), null) as factors,
    pick(r, 'alone', ['Y', 'Y', 'Y', 'N']) as child_seen_alone, 'Y' as qualified_sw,
    if(authorised <= fy_end(y), if(harm, pick(r, 'conclusion', ['SIGNIFICANT_HARM', 'LIKELY']), 'NO'), null) as conclusion
from told
order by org, y, sort;

-- One row for each protection event; `link` is the event it follows from.
create or replace table m_event as
with
    events as (
        select r, 1 as s, 'STRAT' as type, strategy as on_day, null::int as link from m_referral where strategy is not null
        union all
        select r, 2, 'S47', s47, 1 from m_referral where s47 is not null
        union all
        select r, 3, 'ICPC', conference, 2 from m_referral where conference is not null
        union all
        select r, 4, 'CPP_START', plan_start, 3 from m_referral where plan_start is not null
        union all
        select r, 5, 'REVIEW', plan_review, 4 from m_referral where plan_review is not null
        union all
        select r, 6, 'CPP_END', plan_end, 4 from m_referral where plan_end is not null
    )
select e.*, c.category, c.la, c.i, c.conference, c.person_key, c.born, c.x20, c.sex, c.e as ethnic, c.disability_any, c.cse, c.plan_end
from events as e inner join m_referral as c using (r);

create or replace table r_sc_protection_event as
select council_of(la) as org, fy(on_day) as y, true as last, r * 10 + s as sort,
    'R11-' || r || '-' || s as record_ref, 'N' as record_action, '1' as record_version, la,
    unnest(child_block(person_key, born - if(x20, to_months(1), to_months(0)), sex, ethnic, false, disability_any, la)),
    'EV' || lpad((r * 10 + s)::varchar, 9, '0') as event_id, type as event_type,
    'REF' || lpad(r::varchar, 8, '0') as referral_id, on_day as event_date,
    if(link is null, null, 'EV' || lpad((r * 10 + link)::varchar, 9, '0')) as linked_event_id,
    if(s = 1, 'POLICE;HEALTH', null) as agencies_present, if(s = 2, yn(conference is null), null) as icpc_not_required,
    if(s in (4, 6), category, null) as initial_category,
    if(s in (4, 6), category, null) as latest_category,
    if(s in (4, 6), '0', null) as previous_plans, if(s = 3, 'N', null) as transfer_in,
    if(s = 4, by_then(plan_end, fy(on_day)), null) as plan_end_date
from m_event
order by org, y, sort;
