-- Times of day here are those of the clock on the wall; between two of them lie as
-- many real hours as there were.
create or replace macro stamp(t) as strftime(t, '%Y-%m-%dT%H:%M:%S') || zone(t::date);
create or replace macro in_utc(t) as t - if(zone(t::date) = '+01:00', interval 1 hour, interval 0 hour);
create or replace macro on_wall(t) as t + if(zone(t::date) = '+01:00', interval 1 hour, interval 0 hour);
create or replace macro hours(a, b) as datediff('minute', in_utc(a), in_utc(b)) / 60.0;
create or replace macro on_day(d, hour, minute) as d::timestamp + to_hours(hour) + to_minutes(minute);

-- One row for each time a child was away, and who knows of it: both sides in the same
-- words, both with other times, one of them alone, each of another time in the same
-- month, two episodes of the police for one of the council, or the reverse.
create or replace table m_absence as
with
    from_care as (
        select x * 4 + m as w, i, la, true as care, x, place, pl_la, decom + (m * 15)::int + below(x * 4 + m, 'day', 8) as d, dec,
            person_key, born, sex, e, disability_any
        from (select *, unnest(range(1, 1 + below(x, 'spells', 4))) as m from m_episode where p > 0 and chance(i, 'goes missing', 60))
    ),
    from_home as (
        select numbers_of(40000000) + i * 8 + m as w, i, la, false as care, null::bigint as x, null as place, la as pl_la,
            d0 - 60 + (m * 12)::int as d, null::date as dec, person_key, born, sex, e, disability_any
        from (
            select *, unnest(case when i % 5 = 0 then range(1, 2 + below(i, 'times', 3)) else [6] end) as m
            from m_child where not looked_after and (i % 5 = 0 or (i % 14 = 0 and la in ('370', '371', '373')))
        )
    ),
    drawn as (
        select *, below(w, 'known', 100) as k, below(w, 'long', 100) as t
        from (select * from from_care union all select * from from_home)
        where d between first_day() and date '2025-03-19' and d < coalesce(dec, date '2025-03-20')
    ),
    known as (
        select * exclude (k, t), case
                -- Who is cared for outside the county is looked for by other police.
                when pl_la not in ('370', '371', '372', '373') then if(care, 'council', 'police')
                when not care then case when on_own_keys(la) or la = 'U' then 'police' when i % 5 <> 0 then 'council'
                    when k < 55 then 'both' when k < 70 then 'council' else 'police' end
                when k < 55 then 'both' when k < 65 then 'times' when k < 74 then 'council' when k < 82 then 'police'
                when k < 88 and month(d) = month(d + 6) then 'child' when k < 88 then 'council'
                when fy(d) <> fy(d + 3) then 'both' when k < 93 then 'one police' when k < 97 then 'one council' when la in ('370', '373') then 'away' else 'both' end as kind,
            case when t < 8 then 'evening' when t < 45 then 'night' when t < 55 then 'a day'
                when t < 78 or fy(d) <> fy(d + 4) then 'next evening' else 'days' end as how_long
        from drawn
    ),
    timed as (
        select *, on_day(d, if(how_long = 'next evening', 15 + below(w, 'seen', 4), 16 + below(w, 'seen', 4)), below(w, 'minute', 60)) as s
        from known
    )
select * exclude (how_long),
    case
        when kind in ('one police', 'one council') then on_day(d + 2, 19, below(w, 'found', 60))
        when how_long = 'evening' then s + to_minutes(45 + below(w, 'found', 30))
        when how_long = 'night' then on_day(d + 1, 6 + below(w, 'hour', 3), below(w, 'found', 60))
        when how_long = 'a day' then s + interval 1 day
        when how_long = 'next evening' or kind = 'child' then on_day(d + 1, 19, below(w, 'found', 60))
        else on_day(d + 2 + below(w, 'nights', 2), 8 + below(w, 'hour', 3), below(w, 'found', 60)) end as f
from timed
union all
-- Three children are still missing when all has been told.
select numbers_of(30000000) + x, i, la, true, x, place, pl_la, date '2025-03-29', null, person_key, born, sex, e, disability_any, 'both',
    on_day(date '2025-03-29', 16, 0), null
from (from m_episode where dec is null and la = pl_la and not on_own_keys(la) and p > 0 order by x limit 3)
union all
-- Children at home whose interviews try the clock (64_interviews.sql).
select numbers_of(60000000) + n, numbers_of(2000000) + n, '373', false, null, null, '373', back::date - 1, null, secret('child', numbers_of(2000000) + n),
    date '2010-05-01', 'F', 1, 'N', 'clock', back - interval 16 hour, back
from (values (1, timestamp '2024-03-29 12:00:00'), (2, timestamp '2024-03-29 12:00:00'), (3, timestamp '2024-10-25 12:00:00'),
    (4, timestamp '2024-10-25 12:00:00'), (5, timestamp '2024-10-26 12:00:00'), (6, timestamp '2024-10-25 12:00:00'),
    (7, timestamp '2024-03-29 12:00:00'), (8, timestamp '2024-03-30 12:00:00')) as t(n, back);

-- One row for each episode as the council has it.
create or replace table m_away as
with
    parts as (
        select *, unnest(if(kind = 'one police', [0, 1], [0])) as part
        from m_absence
        -- Barnsley's year without any is the nil return; Sheffield tells of children
        -- in care only.
        where kind <> 'police' and not (la = '370' and fy(d) = 2020) and not (on_own_keys(la) and not care) and la <> 'U'
    ),
    varied as (
        select *, w * 2 + part as c, if(kind = 'times', below(w, 'variant', 4), null) as variant,
            case when on_own_keys(la) then false when kind in ('one police', 'one council', 'clock') then true
                when kind = 'times' then below(w, 'variant', 4) in (0, 2) when kind = 'away' then false
                else chance(w, 'timed', 65) or (care and hours(s, f) <= 24 and chance(w, 'timed too', 85)) end as timed
        from parts
    )
select * exclude (s, f, d), 'R14-' || c as record_ref,
    case
        when kind = 'one police' and part = 1 then on_day(s::date + 1, 14, 0)
        when variant = 2 then s - interval 8 hour
        when variant = 3 then on_day(f::date + 1, 12, 0)
        when kind = 'clock' then s
        when chance(w, 'six hours', 5) then s - interval 6 hour
        else s - to_minutes(below(w, 'council minutes', 100)) end as began,
    case
        when kind = 'one police' and part = 0 then on_day(s::date + 1, 8, 0)
        when variant = 0 then f + to_minutes(540 + below(w, 'later', 200))
        when variant = 1 then f + interval 1 day
        when variant = 3 then on_day(f::date + 2, 12, 0)
        when kind = 'clock' then f
        else f + to_minutes(below(w, 'council found', 60)) end as ended,
    case when not care then null when kind = 'away' then 'A'
        when kind = 'council' and la in ('370', '373') and chance(w, 'type', 35) then 'A' else 'M' end as missing_type,
    care and not on_own_keys(la) and chance(c, 'IRO', 80) as iro_told,
    case when on_own_keys(la) then 'U' when kind = 'away' then 'N' when kind = 'clock' then 'Y'
        when kind = 'council' and la in ('370', '373') and care and chance(w, 'type', 35) then 'N'
        when chance(c, 'interview asked', 88) then 'Y' when chance(c, 'interview not asked', 60) then 'N' else 'U' end as interview_asked
from varied;

-- One row for each episode as the police have it.
create or replace table m_police_away as
with
    parts as (
        select *, unnest(if(kind = 'one council', [0, 1], [0])) as part from m_absence
        where kind not in ('council', 'clock') and pl_la in ('370', '371', '372', '373', 'U')
    )
select * exclude (s, f, d), w * 2 + part as v, 'M' || lpad((w * 2 + part)::varchar, 9, '0') as episode_ref,
    not care and kind = 'police' and fy(d) = 2020 and chance(w, 'absent', 30) as absent,
    case when kind = 'one council' and part = 1 then on_day(s::date + 1, 14, 0) when kind = 'child' then s + interval 4 day else s end as reported,
    case when kind = 'one council' and part = 0 then on_day(s::date + 1, 8, 0) when kind = 'child' then f + interval 4 day else f end as found,
    to_minutes(60 + below(w, 'home', 60)) as on_the_way
from parts;

-- The council's episodes that are the police's too. The keys of Sheffield's national
-- return are its own, so no one can know.
create or replace table m_pair as
select c, v, a.kind
from m_away as a
inner join m_police_away as p using (w)
where not on_own_keys(a.la) and a.kind in ('both', 'times', 'one police', 'one council', 'away');
