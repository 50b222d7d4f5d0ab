-- Counted here is always how many: of whatever `who` names, in an area and in South
-- Yorkshire, each once. `n` says whether it is in the numerator, `d` in the
-- denominator.
create or replace table o_mark (
    indicator_code varchar,
    unit varchar,
    basis varchar,
    area varchar,
    period varchar,
    who varchar,
    n boolean,
    d boolean,
    breakdowns varchar[][]
)
;

create or replace macro year_of(d) as fy_name(fy(d::date));
create or replace macro ethnic_group(e) as ['White', 'White', 'Asian', 'Mixed', 'Black', 'White', 'Unknown', 'Unknown'][e];
create or replace macro care_of(care) as if(care, 'from care', 'not from care');

-- One row for each episode of either side; children of Sheffield's national return
-- have keys of its own. Of days without times only some are certain.
create or replace table o_away as
select 'POLICE' as source, v as e, i::varchar as who, pl_la as area, la as placed_by, care, not absent as missing, reported as began, found as ended,
    true as timed, episode_ref as ref, years_old(born, reported::date) as age, sex, pl_la = la as inside, 'Y' as asked, false as iro_told,
    case when found is null or hours(reported, found) > 24 then 'certain' else 'impossible' end as over_24
from m_police_away
union all
select 'COUNCIL', c, if(on_own_keys(la), 'R', '') || i, la, la, care, missing_type is distinct from 'A', began, ended, timed, record_ref,
    years_old(born, began::date), sex, null, interview_asked, iro_told,
    case
        when ended is null then 'certain'
        when timed then if(hours(began, ended) > 24, 'certain', 'impossible')
        when ended::date - began::date >= 2 then 'certain'
        when ended::date - began::date = 1 then 'possible'
        else 'impossible' end
from m_away
union all
select 'POLICE', -1, 'stray', '372', '372', false, true, event_date::timestamp, null, true, 'stray', years_old((birth_month || '-01')::date, event_date::date),
    sex, null, 'Y', false, 'certain'
from o_stray where return_name = 'pol_missing_episode';

insert into o_mark
select 'I15', 'episode', 'flow', area, year_of(began), e, true, null, [['all', 'all'], ['age', band(age)], ['sex', sex],
    ['care', care_of(care)], ['placed', if(not care, 'not from care', if(inside, 'in', 'out'))]]
from o_away where source = 'POLICE' and missing
union all
select 'I15', 'absent episode', 'flow', area, year_of(began), e, true, null, [['all', 'all']]
from o_away where source = 'POLICE' and not missing
union all
select 'I15', 'child', 'flow', area, year_of(began), who, true, null, [['all', 'all']] from o_away where source = 'POLICE' and missing
union all
select 'I17', '% of police episodes', 'flow', area, year_of(began), e, over_24 = 'certain', true, [['all', 'all'], ['care', care_of(care)]]
from o_away where source = 'POLICE' and missing
union all
select 'I17', '% of council episodes', 'flow', area, year_of(began), e, over_24 = 'certain', true, [['all', 'all'], ['care', care_of(care)]]
from o_away where source = 'COUNCIL' and missing
union all
select 'I17', '% of council episodes, possibly', 'flow', area, year_of(began), e, over_24 <> 'impossible', true,
    [['all', 'all'], ['care', care_of(care)]]
from o_away where source = 'COUNCIL' and missing
union all
select 'I20b', '% of episodes', 'flow', area, year_of(began), e, iro_told, true, [['all', 'all']]
from o_away where source = 'COUNCIL' and care;

-- What both sides have is one time the child was missing.
insert into o_mark
with
    times as (
        select *, count(*) over (partition by who order by began::date range between interval 90 day preceding and current row) as so_far
        from o_away as a
        where missing and (source = 'POLICE' or e not in (select c from m_pair))
    )
select 'I16', 'child', 'flow', area, year_of(began), who, true, null, [['episodes in 90 days at least', k::varchar]]
from times, (values (1), (2), (3)) as t(k) where so_far >= k
union all
select 'I16', '% of children', 'flow', area, year_of(began), who, so_far >= 3, true, [['all', 'all']] from times;

-- Children in care missing over 24 hours as each side has them, side by side (X06).
-- Of a council on keys of its own nothing can be said: nobody knows whose child is
-- whose.
create or replace table o_reconciliation as
with
    councils as (
        select *, care and missing and over_24 <> 'impossible' as counted, strftime(began, '%Y-%m') as month from o_away where source = 'COUNCIL'
    ),
    police as (
        select *, care and missing and over_24 = 'certain' as counted, strftime(began, '%Y-%m') as month from o_away where source = 'POLICE'
    ),
    beside as (
        select q.c, min(p.began) as began, if(count(p.ended) = count(*), max(p.ended), null) as ended, bool_or(p.counted) as counted
        from m_pair as q inner join police as p on p.e = q.v
        where p.care group by q.c
    )
select c.month, c.area as la, c.ref as council_ref, null as police_ref, case
        when b.c is null then if(exists (select 1 from police as p where p.who = c.who and p.month = c.month), 'CHILD_ONLY', 'LA_ONLY')
        when not c.counted or not b.counted then 'TIME_DIFF'
        when c.timed and abs(hours(c.began, b.began)) <= 6 and coalesce(abs(hours(c.ended, b.ended)) <= 6, c.ended is null and b.ended is null) then 'FULL'
        when not c.timed and c.began::date = b.began::date and c.ended::date is not distinct from b.ended::date then 'FULL'
        else 'TIME_DIFF' end as status
from councils as c
left join beside as b on b.c = c.e
where c.care and (c.counted or b.counted) and not on_own_keys(c.area)
union all
select p.month, p.placed_by, null, p.ref,
    if(exists (select 1 from councils as c where c.who = p.who and c.month = p.month and c.area = p.placed_by), 'CHILD_ONLY', 'POL_ONLY')
from police as p
where p.counted and p.e not in (select v from m_pair) and not on_own_keys(p.placed_by);

insert into o_mark
select 'I18', '% of episodes', 'flow', la, fy_name(fy((month || '-01')::date)), coalesce(council_ref, police_ref), status in ('FULL', 'TIME_DIFF'), true,
    [['all', 'all']]
from o_reconciliation;
