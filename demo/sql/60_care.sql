-- One row for each looked-after episode: up to three in a row for a child, each
-- beginning where the last ended.
create or replace table m_episode as
with
    chains as (
        select *, d0 - 100 - below(i, 'came', 600) as s1, 60 + below(i, 'l1', 340) as l1, 60 + below(i, 'l2', 340) as l2,
            60 + below(i, 'l3', 340) as l3, 1 + below(i, 'episodes', 3) as how_many
        from m_child where looked_after and la in ('370', '371', '372', '373')
    ),
    parts as (select *, unnest(range(1, how_many + 1)) as p from chains),
    dated as (
        select *, s1 + case p when 1 then 0 when 2 then l1 else l1 + l2 end as decom,
            s1 + case p when 1 then l1 when 2 then l1 + l2 else l1 + l2 + l3 end as ending
        from parts
    )
select *, i * 4 + p as x, case when ending <= last_day_of_all() then ending end as dec, p = how_many as final,
    case when p = 1 and decom >= first_day() and chance(i, 'corrected care', 12) and fy(decom + 3) = fy(decom)
        then decom + 3 else decom end as first_told
from dated
where ending >= first_day() and decom <= last_day_of_all();

create or replace table r_lac_episode as
with told as (select *, unnest(years(decom, dec)) as y from m_episode)
select council_of(la) as org, y, y = max(y) over (partition by x) as last, x as sort, i, p, born,
    'R13-' || x as record_ref, if(y = greatest(fy(decom), 2020), 'N', 'A') as record_action,
    (1 + y - greatest(fy(decom), 2020))::varchar as record_version,
    la, unnest(child_block(person_key, born, sex, e, false, disability_any, la)),
    '9' || lpad(i::varchar, 8, '0') as child_id_903,
    if(y = fy(decom) and fy(coalesce(dec, last_day_of_all())) > y, first_told, decom) as decom,
    if(p = 1, 'S', 'P') as rne, pick(i, 'legal', ['C1', 'C2', 'V2', 'C2']) as ls, pick(i, 'need', ['N1', 'N1', 'N5']) as cin,
    pick(x, 'place', ['U6', 'U4', 'U1', 'K2', 'R1']) as place, pick(x, 'provider', ['PR1', 'PR4']) as place_provider,
    by_then(m.dec, y) as dec, if(m.dec <= fy_end(y), if(final, 'E4A', 'X1'), null) as rec,
    if(m.dec <= fy_end(y) and not final, pick(x, 'why', ['CARPL', 'CLOSE', 'CHILD']), null) as reason_place_change,
    null as home_post_sector, null as pl_post_sector, (1000000 + x % 8999999)::varchar as urn,
    la as pl_la, 'IN' as pl_location, (1 + below(x, 'miles', 18))::varchar as pl_distance_miles,
    null as area_la_notified_date, null as area_la_consulted, 'N' as specialist_cse_placement, 'N' as emergency_bed,
    'N' as dol_order, yn(i % 30 = 0) as unaccompanied, null as care_leaver_accom
from told as m
order by org, y, sort;

-- One row for each time a child went missing, as the council has it: from care, and
-- at home.
create or replace table m_away as
with
    from_care as (
        select x * 4 + m as w, i, la, true as care, decom + (m * 15)::int + below(x * 4 + m, 'day', 8) as d, dec,
            person_key, born, sex, e, disability_any
        from (select *, unnest(range(1, 1 + below(x, 'spells', 3))) as m from m_episode)
    ),
    from_home as (
        select i * 16 + 15 as w, i, la, false as care, d0 - 30 as d, null::date, person_key, born, sex, e, disability_any
        from m_child where i % 7 = 0 and not looked_after and la in ('370', '371', '373')
    )
select *, case when d + below(w, 'nights', 4) <= last_day_of_all() then d + below(w, 'nights', 4) end as back
from (select * from from_care union all select * from from_home)
-- Barnsley's year without any is the nil return.
where d between first_day() and last_day_of_all() and not (la = '370' and fy(d) = 2020);

create or replace table r_la_missing as
with told as (select *, unnest(years(d, back)) as y from m_away)
select council_of(la) as org, y, y = max(y) over (partition by w) as last, w as sort, i, born,
    'R14-' || w as record_ref, if(y = fy(d), 'N', 'A') as record_action, (1 + y - fy(d))::varchar as record_version,
    la, unnest(child_block(person_key, born, sex, e, false, disability_any, la)),
    if(care, 'CARE', 'HOME') as setting,
    case when not care then null when la in ('370', '373') then pick(w, 'type', ['M', 'M', 'A']) else 'M' end as missing_type,
    if(la in ('370', '373'), 'M_AND_A', 'M_ONLY') as definition_version,
    d as mis_start, null as mis_start_at, by_then(back, y) as mis_end, null as mis_end_at,
    null as police_episode_ref, if(care, d + 1, null) as iro_informed_date, if(care, 'N', null) as review_brought_forward,
    'Y' as rhi_required, null as rhi_ref
from told
order by org, y, sort;

-- One row for each police missing episode: away in the afternoon, found and home the
-- next day.
create or replace table r_pol_missing_episode as
with
    times as (
        select *, i * 8 + m as w, d0 - 60 + (m * 12)::int as d
        from (select *, unnest(range(1, 2 + below(i, 'times', 4))) as m from m_child where i % 5 = 0)
    ),
    told as (select *, unnest(years(d, d + 1)) as y from times where d between first_day() and last_day_of_all())
select 'SYP' as org, y, y = max(y) over (partition by w) as last, w as sort,
    'R05-' || w as record_ref, if(y = fy(d), 'N', 'A') as record_action, (1 + y - fy(d))::varchar as record_version,
    'M' || lpad(w::varchar, 8, '0') as episode_ref, 'APP_NAR' as definition_version, 'MISSING' as category,
    pick(w, 'risk', ['MED', 'MED', 'HIGH']) as risk_level_initial, 'HIGH' as risk_level_highest,
    clock(d, 14 + below(w, 'seen', 4), w) as last_seen_at, clock(d, 18, w) as reported_at,
    if(d + 1 <= fy_end(y), clock(d + 1, 8 + below(w, 'found', 3), w), null) as found_at,
    if(d + 1 <= fy_end(y), clock(d + 1, 11 + below(w, 'home', 3), w), null) as returned_at,
    if(looked_after, 'FOSTER', 'HOME') as missing_from,
    null as placement_urn, if(looked_after, la, null) as placing_la, if(looked_after, la, null) as area_la,
    if(looked_after, 'CARER', 'PARENT') as reported_by, null as prevention_interview_date,
    pick(w, 'marker', ['N', 'N', 'Y', 'U']) as cse_risk_marker, 'N' as cce_risk_marker,
    clock(d, 19, w) as la_notified_at, if(d + 1 <= fy_end(y), 'FOUND_SAFE', 'OPEN') as closed_state,
    unnest(child_block(person_key, born, sex, e, true, disability_any, la))
from told
order by y, sort;
