create or replace table r_la_missing as
with
    -- The interview a council names beside its episode; a few it forgets (X09).
    named as (
        select k.e as c, n.rhi_ref, n.returned_date
        from m_link as k inner join m_interview as n using (g)
        where k.source = 'COUNCIL' and k.counted
            and not ((k.la, fy(n.returned_date)) in (('370', 2023), ('373', 2022)) and chance(k.e, 'not named', 25))
    ),
    told as (select *, unnest(years(began::date, ended::date)) as y from m_away)
select council_of(la) as org, y, y = max(y) over (partition by c) as last, c as sort, i, born,
    record_ref, if(y = fy(began::date), 'N', 'A') as record_action, (1 + y - fy(began::date))::varchar as record_version,
    la, unnest(child_block(person_key, born, sex, e, false, disability_any, if(care, la, pl_la))),
    if(care, 'CARE', 'HOME') as setting, missing_type,
    case when la = '373' and chance(w, 'definition', 4) then 'OTHER' when la in ('370', '373') then 'M_AND_A' else 'M_ONLY' end as definition_version,
    began::date as mis_start, if(timed, stamp(began), null) as mis_start_at,
    by_then(ended::date, y) as mis_end, if(timed and ended::date <= fy_end(y), stamp(ended), null) as mis_end_at,
    (select min(p.episode_ref) from m_pair as q inner join m_police_away as p using (v)
        where q.c = told.c and (told.variant = 3 or (q.kind <> 'one council' and chance(q.v, 'named', 60)))) as police_episode_ref,
    if(iro_told, began::date + if(fy(began::date + 1) = fy(began::date), 1, 0), null) as iro_informed_date, if(care, yn(chance(c, 'review', 10)), null) as review_brought_forward,
    interview_asked as rhi_required, if(named.returned_date <= fy_end(y), named.rhi_ref, null) as rhi_ref
from told
left join named using (c)
order by org, y, sort;

create or replace table r_rhi as
with
    finished as (
        select *, row_number() over (order by rhi_ref) as n, greatest(returned_date, coalesce(completed_at::date, declined_date, offered_date, returned_date)) as finished_on
        from m_interview
    ),
    told as (
        select m.*, y, m.finished_on <= fy_end(y) as done, c.person_key, c.born, c.sex, c.e as ethnic, c.disability_any
        from (select *, unnest(years(returned_date, finished_on)) as y from finished) as m
        inner join (select i, any_value(person_key) as person_key, any_value(born) as born, any_value(sex) as sex, any_value(e) as e,
            any_value(disability_any) as disability_any from m_absence group by i) as c using (i)
    ),
    -- What was not over when the year ended was waited for, or had been accepted.
    known as (
        select *, case when done then outcome when returned_date + 3 > fy_end(y) then 'PEND' else 'OFF_ACC_NOTC' end as outcome_told
        from told
    )
select 'RHI' as org, y, done as last, n as sort, i, born, 'R15-' || rhi_ref as record_ref, if(y = fy(returned_date), 'N', 'A') as record_action,
    (1 + y - fy(returned_date))::varchar as record_version, la, unnest(child_block(person_key, born, sex, ethnic, false, disability_any, la)),
    rhi_ref, provider_org, outcome_told as outcome, returned_date as requested_date, returned_date,
    if(return_timed, stamp(used), null) as returned_at_used,
    if(outcome_told like 'OFF%', offered_date, null) as offered_date, null as offered_at,
    if(outcome_told = 'OFF_DECL', declined_date, null) as declined_date, null as declined_at,
    if(done, completed_at::date, null) as completed_date, if(done and completed_timed and completed, stamp(completed_at), null) as completed_at,
    if(done and completed, pick(n, 'interviewer', ['ADVOCATE', 'YOUTH', 'COMMISSIONED', 'SW']), null) as interviewer_type,
    if(done and completed, independent, null) as interviewer_independent,
    pick(n, 'advocate', ['Y', 'Y', 'N', 'U']) as advocacy_offered, pick(n, 'concerns', ['N', 'N', 'Y', 'U']) as concerns_disclosed,
    pick(n, 'harm', ['N', 'N', 'N', 'Y']) as harm_disclosed, pick(n, 'location', ['N', 'Y', 'U']) as location_disclosed,
    null as intel_shared_with_police_date, yn(chance(n, 'referral', 8)) as led_to_referral, yn(chance(n, 'strategy', 3)) as led_to_strategy,
    pick(n, 'risk', ['MED', 'MED', 'HIGH']) as risk_level_revised
from known
order by y, sort;

create or replace table r_rhi_episode as
select 'RHI' as org, fy(n.returned_date) as y, true as last, row_number() over (order by n.rhi_ref, k.source, k.e) as sort,
    'R15B-' || n.rhi_ref || '-' || k.source || k.e as record_ref, 'N' as record_action, '1' as record_version,
    k.la, n.rhi_ref, k.source as episode_source, k.episode_ref, k.started as episode_start_date, yn(k.counted) as is_counted
from m_link as k inner join m_interview as n using (g)
order by y, sort;
