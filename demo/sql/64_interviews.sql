-- One row for each episode an interview was asked for, whichever side told of it; `g`
-- groups those that one interview covers, such as all of one year of one placement.
create or replace table m_covered as
with
    of_councils as (
        select 'COUNCIL' as source, c as e, record_ref as episode_ref, la, i, began::date as started, ended, timed, kind,
            care, w, interview_asked,
            case when interview_asked = 'Y' and care and chance(x, 'one for all', 25) then 'x' || x || '/' || fy(ended::date)
                when kind = 'one police' and interview_asked = 'Y' and chance(w, 'one for both', 50) then 'w' || w else 'c' || c end as g
        from m_away
        where not on_own_keys(la) and ended is not null and interview_asked <> 'N' and missing_type is distinct from 'A'
    ),
    -- Of what a council does not know the provider hears from the police: in Sheffield
    -- always, elsewhere in the first two years.
    of_police as (
        select 'POLICE', v, p.episode_ref, la, i, reported::date, found + on_the_way, true, kind, care, w, 'Y', 'v' || v
        from m_police_away as p
        where found is not null and not absent and la in ('370', '371', '372', '373') and (on_own_keys(la) or fy(found::date) < 2022)
            and v not in (select v from m_pair)
    )
select *
from (select * from of_councils union all select * from of_police)
where chance(g, 'interview', case when interview_asked = 'U' then 50 when source = 'POLICE' then 70 else 93 end) or kind = 'clock';

-- One row for each interview asked for; its clock starts with the last of the returns.
create or replace table m_interview as
with
    grouped as (
        select g, any_value(la) as la, any_value(i) as i, any_value(source) as source, count(*) as episodes,
            arg_max(ended, ended) as back, arg_max(timed, ended) as timed, arg_max(e, ended) as e, any_value(kind) as kind
        from m_covered group by g
    ),
    told as (
        select * exclude (timed),
            'RHI' || if(source = 'POLICE', 'P', 'C') || lpad(e::varchar, 9, '0') as rhi_ref,
            -- The clock was started with another time than the episode's (X07).
            kind <> 'clock' and episodes = 1 and chance(g, 'x07', 4) and hour(back) < 14 and fy(back::date + 1) = fy(back::date) as x07,
            timed and not (kind = 'clock' and e >= numbers_of(120000000) + 10) and chance(g, 'return timed', if(kind = 'clock', 100, 92)) as return_timed,
            below(g, '72', 100) as u,
            if(kind = 'clock', 'OFF_ACC_COMP', pick(g, 'outcome', ['OFF_ACC_COMP', 'OFF_ACC_COMP', 'OFF_ACC_COMP', 'OFF_ACC_COMP', 'OFF_ACC_COMP',
                'OFF_ACC_COMP', 'OFF_ACC_COMP', 'OFF_ACC_NOTC', 'OFF_DECL', 'OFF_DECL', 'NOFF_CONTACT', 'NOFF_MISS', 'NOFF_OTH'])) as outcome
        from grouped
    ),
    returned as (
        select *, case when not x07 then back when return_timed then back + interval 9 hour else back + interval 1 day end as used
        from told
    ),
    held as (
        select *, outcome = 'OFF_ACC_COMP' as completed, outcome like 'OFF%' as offered,
            case when kind = 'clock' then e < numbers_of(120000000) + 10
                when return_timed then chance(g, 'completed timed', 88) else false end as completed_timed,
            used::date + case when u < 45 then 1 when u < 60 then 2 when u < 88 then 3 else 4 + below(g, 'late', 3) end as on_the_day
        from returned
    )
select * exclude (u, on_the_day), used::date as returned_date,
    case when not completed then null
        when kind = 'clock' then [timestamp '2024-04-01 13:00:00', timestamp '2024-04-01 13:30:00', timestamp '2024-10-28 11:00:00',
            timestamp '2024-10-28 12:00:00', timestamp '2024-10-28 12:00:00', timestamp '2024-10-29 12:00:00', timestamp '2024-04-02 12:00:00',
            timestamp '2024-04-01 12:00:00'][(e / 2)::int - numbers_of(60000000)]
        -- Seventy-two hours to the minute, and a minute more.
        when completed_timed and u between 60 and 69 then on_wall(in_utc(used) + interval 72 hour)
        when completed_timed and u between 70 and 75 then on_wall(in_utc(used) + interval 72 hour) + interval 1 minute
        else on_day(on_the_day, 9 + below(g, 'held', 8), below(g, 'held', 60)) end as completed_at,
    case when offered then used::date + below(g, 'offered', 2) end as offered_date,
    case when outcome = 'OFF_DECL' then used::date + 1 + below(g, 'declined', 3) end as declined_date,
    if(kind = 'clock', 'Y', pick(g, 'independent', ['Y', 'Y', 'Y', 'Y', 'Y', 'Y', 'N', 'U'])) as independent,
    if(chance(g, 'provider', 15), 'PROVIDER_C', if(la in ('370', '371'), 'PROVIDER_A', 'PROVIDER_B')) as provider_org
from held;

-- One row for each interview and episode it covers. Of some the provider also names
-- the police's, and in one year some are named again with an interview that was not
-- to be.
create or replace table m_link as
select g, source, e, episode_ref, la, started, true as counted from m_covered
union all
select k.g, 'POLICE', p.v, p.episode_ref, k.la, p.reported::date, true
from m_covered as k
inner join m_pair as q on k.source = 'COUNCIL' and q.c = k.e and q.kind = 'both'
inner join m_police_away as p using (v)
where chance(p.v, 'both named', 30)
union all
select 'd' || k.g, k.source, k.e, k.episode_ref, k.la, k.started, false
from m_covered as k inner join m_interview as n using (g)
where fy(n.returned_date) = 2021 and n.episodes = 1 and not n.x07 and chance(g, 'named twice', 10);

insert into m_interview by name
select k.g, n.* exclude (g) replace ('N' || n.rhi_ref as rhi_ref, 'NOFF_DUP' as outcome, false as offered, false as completed, null as completed_at,
    null as offered_date, null as declined_date, false as x07, used as used)
from (select g from m_link where not counted) as k
inner join m_interview as n on k.g = 'd' || n.g;
