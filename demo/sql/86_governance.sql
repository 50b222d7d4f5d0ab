-- The registers. One row for each action of a council's plan and half-year.
create or replace table r_gov_action as
with
    told as (
        select *, row_number() over (order by org, y, h, a) as x,
            case h when 1 then make_date(y::int, 9, 30) else fy_end(y::int) end as on_day, make_date(2021 + a::int % 4, 12, 31) as due
        from (values ('BAR', '370'), ('DON', '371'), ('ROT', '372'), ('SHE', '373')) as t(org, la), range(2020, 2025) as u(y),
            (values (1), (2)) as v(h), range(1, 7) as w(a)
    )
-- Recommendation 4 stands in nobody's plan.
select org, y, true as last, x as sort, 'R26-' || lpad(x::varchar, 5, '0') as record_ref,
    'N' as record_action, '1' as record_version, la, 'PREVENT-' || a as action_code, 'REC-' || if(a = 6, '4', (10 + a)::varchar) as recommendation_ref,
    if(a = 6, null, 'CSE-PLAN') as plan_ref, pick(a, 'owner', ['HEAD_OF_SERVICE', 'DIRECTOR', 'LEAD_NURSE']) as owner_role,
    if(a = 6, null, due) as due_date,
    case when a = 6 then 'NOT_IN_PLAN' when on_day > due then if(a = 3, 'DELAYED', 'DONE') when on_day < due - 600 then 'NOT_STARTED' else 'ON_TRACK' end as status,
    on_day as status_date
from told
order by org, y, sort;

-- One row for each children's home and quarter's end.
create or replace table r_res_home as
with
    told as (
        select *, row_number() over (order by org, y, q, k) as x, (make_date(y::int, 4, 1) + to_months(3 * q::int))::date - 1 as on_day,
            4 + below(la || k, 'places', 5) as places
        from (values ('BAR', '370'), ('DON', '371'), ('ROT', '372'), ('SHE', '373')) as t(org, la), range(2020, 2025) as u(y),
            range(1, 5) as v(q), range(1, 4) as w(k)
    )
select org, y, true as last, x as sort, 'R27-' || lpad(x::varchar, 5, '0') as record_ref,
    'N' as record_action, '1' as record_version, la, 'SC' || la || lpad(k::varchar, 3, '0') as urn, on_day as snapshot_date,
    pick(la || k, 'type', ['K2', 'K2', 'R1', 'S1']) as home_type, pick(la || k, 'provider', ['PR1', 'PR4', 'PR5']) as provider_code,
    pick(la || k, 'specialism', ['NONE', 'NONE', 'CSE', 'EBD']) as specialism, places, below(la || k, 'emergency', 2) as emergency_beds,
    places - below(x, 'free', 3) as occupied, 'ZZ' || k || ' ' || below(la || k, 'sector', 9) as location_post_sector,
    1 + below(la || k, 'decile', 10) as imd_decile, pick(la || k, 'band', ['UNDER_5', 'UNDER_5', '5-9']) as rso_band,
    -- Some homes went without a visit for longer than a month.
    on_day - if(chance(x, 'unvisited', 8), 40, below(x, 'visit', 28)) as independent_visit_date, on_day - below(x, 'procedure', 300) as procedure_checked_date
from told
order by org, y, sort;

-- One row for each agency and standard audited in a year.
create or replace table r_gov_section11_audit as
with
    told as (
        select *, row_number() over (order by org, y, agency, standard) as x
        from (values ('BAR', '370', 'RFF'), ('DON', '371', 'RP5'), ('ROT', '372', 'RFR'), ('SHE', '373', 'RCU')) as t(org, la, trust),
            range(2020, 2025) as u(y), (values ('COUNCIL'), ('TRUST'), ('POLICE')) as v(agency), range(1, 4) as w(standard)
    )
select org, y, true as last, x as sort, 'R28-' || lpad(x::varchar, 5, '0') as record_ref,
    'N' as record_action, '1' as record_version, la, case agency when 'TRUST' then trust when 'COUNCIL' then org else 'SYP' end as agency,
    make_date(y::int, 10, 1) + below(org || agency || y, 'audited', 60) as audit_date, 'S11-' || standard as standard,
    pick(x, 'result', ['MET', 'MET', 'PARTLY', 'NOT_MET']) as result
from told
order by org, y, sort;

-- One row for each judgement of an inspection; the framework changed once.
create or replace table r_gov_inspection as
with
    told as (
        select *, row_number() over (order by org, y, subject) as x, make_date(y::int, 6, 1) + below(org || y, 'inspected', 120) as seen
        from (values ('BAR', '370'), ('DON', '371'), ('ROT', '372'), ('SHE', '373')) as t(org, la), range(2020, 2025) as u(y),
            (values ('CHILDREN_IN_CARE'), ('LEADERSHIP')) as v(subject)
    )
select org, y, true as last, x as sort, 'R29-' || lpad(x::varchar, 5, '0') as record_ref,
    'N' as record_action, '1' as record_version, la, if(y % 3 = 0, 'JTAI', 'OFSTED') as inspectorate, 'ILACS' as framework,
    if(y < 2023, '2018-01', '2023-01') as framework_version, seen as inspected_date, seen + 30 + below(x, 'published', 20) as published_date,
    subject, pick(x, 'judgement', ['GOOD', 'REQUIRES_IMPROVEMENT', 'INADEQUATE', 'OUTSTANDING']) as judgement
from told
order by org, y, sort;

-- One row for each court and half-year.
create or replace table r_crt_register as
with
    told as (
        select *, row_number() over (order by court, y, h) as x, case h when 1 then make_date(y::int, 9, 30) else fy_end(y::int) end as on_day
        from (values ('CRT-1', '373', 2020), ('CRT-2', '371', 2022), ('CRT-3', 'SY', 2030)) as t(court, la, named), range(2020, 2025) as u(y),
            (values (1), (2)) as v(h)
    )
select 'HMC' as org, y, true as last, x as sort, 'R30-' || lpad(x::varchar, 5, '0') as record_ref,
    'N' as record_action, '1' as record_version, court as court_code, la, on_day as snapshot_date, yn(y >= named) as named_person,
    case when y >= named then make_date(named, 4, 6) end as named_since, yn(court = 'CRT-1') as specialist_court,
    yn(court <> 'CRT-3') as best_technology_room, yn(court = 'CRT-1' or y >= 2022) as s28_available
from told
order by y, sort;

-- One row for each redaction decided. One of Sheffield's protected a service.
create or replace table r_gov_redaction as
with
    told as (
        select *, row_number() over (order by org, y, k) as x, make_date(y::int, 5, 1) + below(org || y || k, 'asked', 200) as asked
        from (values ('BAR', '370'), ('DON', '371'), ('ROT', '372'), ('SHE', '373')) as t(org, la), range(2020, 2025) as u(y),
            (values (1), (2)) as v(k)
    )
select org, y, true as last, x as sort, 'R31-' || lpad(x::varchar, 5, '0') as record_ref,
    'N' as record_action, '1' as record_version, la, 'SCR-' || y || '-P' || k as item_ref, asked as requested_date,
    pick(x, 'requester', ['FAMILY', 'VICTIM', 'REPORTING_AGENCY']) as requester_role, asked + 5 + below(x, 'decided', 30) as decided_date,
    pick(x, 'decider', ['INDEPENDENT', 'COURT', 'FAMILY']) as decider_role,
    if(org = 'SHE' and y = 2022 and k = 1, 'SERVICE', pick(x, 'protects', ['VICTIM', 'FAMILY', 'LIVE_INVESTIGATION'])) as protects,
    pick(x, 'reason', ['IDENTITY', 'HEALTH', 'OTHER']) as reason_code, asked + 365 as review_date,
    yn(chance(x, 'delayed', 15)) as live_investigation_delay
from told
order by org, y, sort;
