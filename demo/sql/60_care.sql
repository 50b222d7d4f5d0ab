-- Children in care: one looked-after child of six, and some of 15 to 17 whom no one
-- else knows.
create or replace table m_cared_for as
select i, la, person_key, born, sex, e, disability_any, d0, 1 + below(i, 'episodes', 3) as how_many, false as teen
from m_child where looked_after and la in ('370', '371', '372', '373')
union all
select i, pick(i, 'la', ['370', '371', '371', '372', '373', '373']), secret('child', i),
    (date_trunc('month', s1) - to_months(186 + below(i, 'age', 18)))::date, pick(i, 'sex', ['F', 'M']),
    pick(i, 'ethnicity', [1, 1, 1, 2, 3, 4, 5, 6]), 'N', d0, 1, true
from (
    select i, first_day() + below(i, 'first', 1826) as d0, first_day() + below(i, 'first', 1826) - 100 - below(i, 'came', 600) as s1
    from (select numbers_of(1000000) + n as i from range(0, greatest(8, (getvariable('children') / 25)::int)) as t(n))
);

-- One row for each looked-after episode: up to three in a row for a child, each
-- beginning where the last ended.
create or replace table m_episode as
with
    chains as (
        select *, d0 - 100 - below(i, 'came', 600) as s1, 60 + below(i, 'l1', 340) as l1, 60 + below(i, 'l2', 340) as l2,
            60 + below(i, 'l3', 340) as l3
        from m_cared_for
    ),
    parts as (select *, unnest(range(1, how_many + 1)) as p from chains),
    dated as (
        select *, i * 4 + p as x, s1 + case p when 1 then 0 when 2 then l1 else l1 + l2 end as decom,
            s1 + case p when 1 then l1 when 2 then l1 + l2 else l1 + l2 + l3 end as ending
        from parts
    ),
    placed as (
        select *,
            case when teen and not on_own_keys(la) and decom < date '2024-01-01' and chance(x, 'alone', 35) then pick(x, 'where', ['P2', 'H5'])
                else pick(x, 'place', ['U6', 'U4', 'U1', 'K2', 'R1']) end as place,
            -- Of every five placed out of the area, three are next door and two are
            -- outside the county.
            case when chance(x, 'out', 15) then pick(x, 'to', [
                if(la = '370', '371', '370'), if(la = '373', '372', '373'), if(la = '371', '372', '371'), '383', '384']) else la end as pl_la
        from dated
    )
select *, case when ending <= last_day_of_all() then ending end as dec, p = how_many as final, pl_la <> la as placed_out,
    case when p = 1 and decom >= first_day() and chance(i, 'corrected care', 12) and fy(decom + 3) = fy(decom)
        then decom + 3 else decom end as first_told,
    case when chance(x, 'far unknown', 3) then 999.9 when pl_la <> la then 8 + below(x, 'far', 45) else 1 + below(x, 'miles', 18) end as miles,
    -- What a council may fail to do when it places a child elsewhere (X10).
    pl_la <> la and not chance(x, 'not notified', 12) as notified, pl_la <> la and not chance(x, 'not consulted', 15) as consulted,
    case when teen and chance(x, 'accommodation', 50) then pick(x, 'accom', ['B1', 'D1', 'E1', 'S2', 'T1', 'V2', 'W2']) end as accom,
    'R13-' || x as record_ref
from placed
where ending >= first_day() and decom <= last_day_of_all();

-- A few children whom a second council says it looks after, for twenty days of one
-- episode of the first (X15).
create or replace table m_second_council as
select * exclude (began), i * 4 as x, began as decom, began + 20 as dec
from (
    select * exclude (x, decom, dec), x as of_x,
        greatest(decom, first_day()) + if(fy(greatest(decom, first_day()) + 10) = fy(greatest(decom, first_day()) + 31), 10, 32) as began,
        case la when '370' then '371' when '371' then '372' else '370' end as second_la, decom as x_decom, dec as x_dec
    from m_episode
    where i % 120 = 0 and not on_own_keys(la) and not teen
    qualify row_number() over (partition by i order by decom) = 1
)
where began + 20 < coalesce(x_dec, last_day_of_all());

insert into m_episode by name
select * exclude (of_x, second_la, x_decom, x_dec) replace (
    second_la as la, second_la as pl_la, false as placed_out, 5 as miles, false as notified, false as consulted, true as final,
    0 as p, dec as ending, decom as first_told, 'R13-' || x as record_ref)
from m_second_council;

create or replace table r_lac_episode as
with told as (select *, unnest(years(decom, dec)) as y from m_episode)
select council_of(la) as org, y, y = max(y) over (partition by x) as last, x as sort, i, p, born,
    record_ref, if(y = greatest(fy(decom), 2020), 'N', 'A') as record_action,
    (1 + y - greatest(fy(decom), 2020))::varchar as record_version,
    la, unnest(child_block(person_key, born, sex, e, false, disability_any, la)),
    '9' || lpad(i::varchar, 8, '0') as child_id_903,
    if(y = fy(decom) and fy(coalesce(dec, last_day_of_all())) > y, first_told, decom) as decom,
    if(p < 2, 'S', 'P') as rne, pick(i, 'legal', ['C1', 'C2', 'V2', 'C2']) as ls, pick(i, 'need', ['N1', 'N1', 'N5']) as cin,
    place, pick(x, 'provider', ['PR1', 'PR4']) as place_provider,
    by_then(m.dec, y) as dec, if(m.dec <= fy_end(y), if(final, 'E4A', 'X1'), null) as rec,
    if(m.dec <= fy_end(y) and not final, pick(x, 'why', ['CARPL', 'CLOSE', 'CHILD']), null) as reason_place_change,
    null as home_post_sector, null as pl_post_sector, (1000000 + x % 8999999)::varchar as urn,
    pl_la, if(placed_out, 'OUT', 'IN') as pl_location, miles::varchar as pl_distance_miles,
    if(notified, by_then(m.decom + 2, y), null) as area_la_notified_date, if(placed_out, yn(consulted), null) as area_la_consulted,
    'N' as specialist_cse_placement, 'N' as emergency_bed,
    'N' as dol_order, yn(i % 30 = 0) as unaccompanied, accom as care_leaver_accom
from told as m
order by org, y, sort;
