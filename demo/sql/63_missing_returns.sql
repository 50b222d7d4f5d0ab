create or replace table r_pol_missing_episode as
with told as (
    select *, unnest(years(reported::date, found::date)) as y from m_police_away
)
select 'SYP' as org, y, y = max(y) over (partition by v) as last, v as sort,
    'R05-' || v as record_ref, if(y = fy(reported::date), 'N', 'A') as record_action,
    (1 + y - fy(reported::date))::varchar as record_version,
    episode_ref, if(absent, 'ACPO2013', 'APP_NAR') as definition_version, if(absent, 'ABSENT', 'MISSING') as category,
    if(absent, 'NAR', pick(v, 'risk', ['MED', 'MED', 'HIGH'])) as risk_level_initial, if(absent, 'NAR', 'HIGH') as risk_level_highest,
    stamp(reported - to_minutes(15 + below(v, 'seen', 100))) as last_seen_at, stamp(reported) as reported_at,
    if(found::date <= fy_end(y), stamp(found), null) as found_at,
    if(found::date <= fy_end(y), stamp(found + on_the_way), null) as returned_at,
    case when not care then 'HOME' when place like 'U%' then 'FOSTER' when place in ('P2', 'H5') then 'SUPPORTED'
        else 'CHILDREN_HOME' end as missing_from,
    if(care and place not like 'U%', (1000000 + x % 8999999)::varchar, null) as placement_urn,
    if(care, la, null) as placing_la, if(care, pl_la, null) as area_la,
    if(care, 'CARER', 'PARENT') as reported_by, null as prevention_interview_date,
    pick(v, 'marker', ['N', 'N', 'Y', 'U']) as cse_risk_marker, 'N' as cce_risk_marker,
    stamp(reported + interval 1 hour) as la_notified_at, if(found::date <= fy_end(y), 'FOUND_SAFE', 'OPEN') as closed_state,
    unnest(child_block(person_key, born, sex, e, true, disability_any, pl_la))
from told
order by y, sort;
