create or replace table r_pol_incident as
select 'SYP' as org, fy(d) as y, true as last, r as sort,
    'R04-' || r as record_ref, 'N' as record_action, '1' as record_version,
    'I' || lpad(r::varchar, 8, '0') as incident_ref,
    clock(d, 8 + below(r, 'hour', 5), r) as received_at,
    pick(r, 'source', ['6', '6', '2A', '1A', '3E', '5A', '8']) as source,
    'PPS' as nsir_open_category, null as nsir_close_category, 'CSE;CHILD' as nsir_qualifiers,
    pick(r, 'level', ['SUSPECTED', 'SUSPECTED', 'CONFIRMED', 'CONFIRMED', 'U', 'NOT_CSE']) as cse_concern_level,
    yn(c.crime_ref is not null) as crime_recorded, c.crime_ref,
    null as shared_with_csc_date, null as vcop_informed_date, null as dedupe_group,
    unnest(child_block(p.person_key, p.born, p.sex, p.e, true, p.disability_any, p.la))
from m_report as p
left join (select r, crime_ref from m_crime) as c using (r)
where kind in ('P', 'B')
order by y, sort;

create or replace macro class_of(r, age, flag) as case
    when flag <> 'Y' then pick(r, 'class', ['13', '88C', '8R'])
    when age < 13 then pick(r, 'class', ['88A', '71', '20B', '21'])
    when age < 16 then pick(r, 'class', ['88A', '71', '22B', '19D'])
    else pick(r, 'class', ['71', '71', '13', '88C']) end;

create or replace table r_pol_crime as
with
    told as (
        select *, unnest(years(recorded, closed_on)) as y from m_crime
    )
select 'SYP' as org, y, y = max(y) over (partition by r) as last, r as sort,
    'R01-' || r as record_ref, if(y = fy(recorded), 'N', 'A') as record_action,
    (1 + y - fy(recorded))::varchar as record_version,
    crime_ref,
    class_of(r, age, cse_flag) as ho_offence_class,
    null as ho_subclass, null as cjs_code,
    cse_flag, pick(r, 'csa', ['Y', 'N', 'U']) as csa_flag, 'N' as cce_flag,
    pick(r, 'online', ['Y', 'N', 'N']) as online_flag, 'N' as trafficking_flag, 'N' as honour_da_flag,
    if(cse_flag = 'Y', recorded, null) as cse_flag_set_date, if(cse_flag = 'Y', 'OIC', null) as cse_flag_set_by_role,
    yn((suspects >= 2) <> x03) as multi_perp_flag,
    case when x03 then 'U' when suspects = 0 then 'U' when suspects = 1 then '1' when suspects = 2 then '2' else '3-5' end
        as group_size_band,
    offence_from, 'D' as offence_from_precision, offence_to, 'D' as offence_to_precision,
    clock(recorded, 8 + below(r, 'hour', 5), r) as reported_date,
    clock(recorded, 14 + below(r, 'hour 2', 5), r) as recorded_date,
    district, null as operation_code, 'SYP' as investigating_body,
    case when by_then(closed_on, y) is null then 'OPEN'
        when fate_now = 'CHARGED' then 'FINAL' else fate_now end as status,
    if(fate_now = 'CANCELLED' and closed_on <= fy_end(y), pick(r, 'cancel', ['DUP', 'VERIFIED_NO', 'ERROR']), null)
        as cancel_reason,
    if(fate_now = 'CANCELLED', by_then(closed_on, y), null) as cancel_date,
    null as reclassified_from, null as reclass_date
from told
order by y, sort;

-- A child's suspects and defendants are the same people, whichever of the crimes is
-- meant.
create or replace macro suspect_number(i, n) as i * 4 + n;
create or replace macro adult_born(k) as date '1960-01-01' + to_months(below(k, 'adult', 480));

create or replace table r_pol_crime_person as
with
    people as (
        select r, 0 as n, 'VIC' as role, recorded as told_on from m_crime
        union all
        select r, unnest(range(1, suspects + 1)), 'SUS', recorded from m_crime where suspects > 0
        union all
        select r, unnest(range(1, defendants + 1)), 'CHARGED', closed_on
        from m_crime where fate_now = 'CHARGED'
    )
select 'SYP' as org, fy(told_on) as y, true as last, r * 20 + n + if(role = 'CHARGED', 10, 0) as sort,
    'R02-' || r || '-' || role || n as record_ref, 'N' as record_action, '1' as record_version,
    c.crime_ref, role,
    unnest(case when n = 0
        then child_block(c.person_key, c.born, c.sex, c.e, true, c.disability_any, c.la)
        else child_block(secret('adult', suspect_number(c.i, n)),
            adult_born(suspect_number(c.i, n)), pick(suspect_number(c.i, n), 'man', ['M', 'M', 'M', 'F']),
            pick(suspect_number(c.i, n), 'ethnicity', [1, 1, 1, 1, 1, 2, 3, 3, 5, 7]), true, 'U', 'U') end),
    'U' as nationality_group,
    police_ethnicity(case when n = 0 then c.e else pick(suspect_number(c.i, n), 'ethnicity', [1, 1, 1, 1, 1, 2, 3, 3, 5, 7]) end)
        as ethnicity_self,
    pick(r * 20 + n, 'officer', ['1', '1', '4', '3', '0']) as ethnicity_officer,
    if(n = 0, 'U', null) as cla_at_offence, if(n = 0, 'U', null) as cla_at_report,
    pick(r * 20 + n, 'relation', ['STRANGER', 'ACQ', 'BOYFRIEND', 'ONLINE', 'U']) as relationship,
    case when role = 'CHARGED' then 'CHARGED'
        when role = 'SUS' then pick(r * 20 + n, 'status', ['DESCRIBED', 'UNKNOWN']) end as suspect_status,
    c.offence_to, class_of(c.r, c.age, c.cse_flag) as ho_offence_class, null as arrest_date, null as bail_type
from people
inner join m_crime as c using (r)
order by y, sort;

create or replace table r_pol_investigation_outcome as
select 'SYP' as org, fy(written) as y, true as last, r * 10 + outcome_seq as sort,
    'R03-' || r || '-' || outcome_seq as record_ref, 'N' as record_action, '1' as record_version,
    crime_ref, outcome_seq, type as ho_outcome_type, on_day as outcome_date, written as outcome_recorded_date,
    if(type = '15' and step = 2, on_day, null) as reopened_date, if(type = '15' and step = 2, 'NEW_EVIDENCE', null) as reopen_reason,
    'INV' || lpad(inv::varchar, 8, '0') as investigation_ref, opened as investigation_opened,
    null as investigation_closed,
    case type when '15' then 'SUPPORTS' when '14' then 'NOT' when '16' then 'NOT' end as victim_support_level,
    'N' as cps_advice_sought, null as cps_advice_date
from m_outcome
order by y, sort;
