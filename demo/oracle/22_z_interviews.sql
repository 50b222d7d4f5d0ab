-- One row for each interview held, with what its clock shows: to the minute where
-- both times are told, else the least and the most it can have been.
create or replace table o_interview as
with
    lasted as (
        select *, hours(used, completed_at) as exactly,
            hours(used::date::timestamp, completed_at::date::timestamp + interval 1 day) as at_most,
            hours(used::date::timestamp + interval 1 day, completed_at::date::timestamp) as at_least
        from m_interview
    )
select g, offered, completed, independent = 'Y' as independent, provider_org, x07, la, returned_date,
    case
        when not completed then null
        when return_timed and completed_timed then if(exactly <= 72, 'certain', 'impossible')
        when at_most <= 72 then 'certain'
        when at_least > 72 then 'impossible'
        else 'possible' end as in_time
from lasted;

-- One row for each council episode after which an interview is owed, with the best
-- that was done about it, through its own or the police's episode.
create or replace table o_duty as
with
    owed as (select * from o_away where source = 'COUNCIL' and missing and asked = 'Y' and ended is not null),
    links as (
        select distinct o.e, k.g, k.counted
        from owed as o inner join m_link as k on k.source = 'COUNCIL' and k.e = o.e
        union
        select o.e, k.g, k.counted
        from owed as o inner join m_pair as q on q.c = o.e inner join m_link as k on k.source = 'POLICE' and k.e = q.v
    ),
    done as (
        select k.e, bool_or(n.offered) as offered, bool_or(n.completed) as completed,
            coalesce(bool_or(n.in_time = 'certain' and n.independent), false) as well_done,
            coalesce(bool_or(n.in_time <> 'impossible' and n.independent), false) as perhaps, min(n.provider_org) filter (where k.counted) as provider
        from links as k inner join o_interview as n using (g) group by k.e
    )
select o.e, o.area, o.ended, o.care, coalesce(d.offered, false) as offered, coalesce(d.completed, false) as completed,
    coalesce(d.well_done, false) as well_done, coalesce(d.perhaps, false) as perhaps, coalesce(d.provider, 'none') as provider
from owed as o left join done as d using (e);

insert into o_mark
select 'I19', '% of episodes offered', 'flow', area, year_of(ended), e, offered, true,
    [['all', 'all'], ['care', care_of(care)], ['provider', provider]] from o_duty
union all
select 'I19', '% of episodes completed', 'flow', area, year_of(ended), e, completed, true,
    [['all', 'all'], ['care', care_of(care)], ['provider', provider]] from o_duty
union all
select 'I20', '% of completed', 'flow', area, year_of(ended), e, well_done, true, [['all', 'all'], ['care', care_of(care)]]
from o_duty where completed
union all
select 'I20', '% of required', 'flow', area, year_of(ended), e, well_done, true, [['all', 'all'], ['care', care_of(care)]] from o_duty
union all
select 'I20', '% of required, possibly', 'flow', area, year_of(ended), e, perhaps, true, [['all', 'all'], ['care', care_of(care)]] from o_duty;
