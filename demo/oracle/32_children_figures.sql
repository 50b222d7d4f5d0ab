-- What each figure is multiplied by, where that is not told by its unit alone.
alter table o_figure add column scale double;

create or replace table o_told as
with
    areas as (
        select * exclude (area), area as area_code from o_mark where area <> 'OUT'
        union all
        select * exclude (area), 'SY' from o_mark where area <> 'OUT'
    ),
    parts as (select * exclude (breakdowns), unnest(breakdowns) as b from areas where period in (select period from o_year_end)),
    counted as (
        select indicator_code, unit, basis, area_code, period, b[1] as breakdown, b[2] as breakdown_value,
            count(distinct who) filter (where n)::double as n, if(bool_or(d is not null), count(distinct who) filter (where d)::double, null) as d
        from parts group by all
    ),
    -- Where nothing of the kind happened in a year, the total is nought.
    totals as (
        select i.*, a.area_code, p.period
        from (select indicator_code, unit, basis, bool_or(d is not null) as is_share from o_mark
            where list_contains(breakdowns, ['all', 'all']) group by all) as i,
            (values ('370'), ('371'), ('372'), ('373'), ('SY')) as a(area_code), o_year_end as p
    )
select * from counted
union all by name
select indicator_code, unit, basis, area_code, period, 'all' as breakdown, 'all' as breakdown_value, 0::double as n,
    if(is_share, 0::double, null) as d
from totals as t
anti join counted as c
    on c.indicator_code = t.indicator_code and c.unit = t.unit and c.area_code = t.area_code and c.period = t.period and c.breakdown = 'all';

-- Profiles: of those whose ethnic group is known; and of the residents of the group,
-- which there are for the four councils only.
update o_told as t
set d = (select sum(o.n) from o_told as o where o.unit = t.unit and o.area_code = t.area_code and o.period = t.period and o.breakdown_value <> 'Unknown')
where unit like '%with known ethnicity' and breakdown_value <> 'Unknown';

update o_told as t
set d = (
    select sum(residents)::double from read_csv(getvariable('seeds') || '/residents_by_ethnicity.csv', all_varchar = true) as r(area, y, code, label, g, n, source),
        lateral (select n::int as residents)
    where r.g = t.breakdown_value and (t.area_code = 'SY' or r.area = t.area_code))
where unit like '%residents of the group';

insert into o_figure by name
select *, 'financial_year' as kind, 'received' as status,
    case when unit like '%with known ethnicity' then 100 when unit like '%residents of the group' then 10000 end as scale
from o_told;

insert into o_figure by name
with
    areas as (
        select * from (values ('370'), ('371'), ('372'), ('373')) as t(area_code)
    ),
    people as (
        select area_code as la, mid_year::int as y, population::int as population
        from read_csv(getvariable('seeds') || '/population.csv', all_varchar = true)
        where area_code in ('370', '371', '372', '373') and population_series = 'mye_rebased_2025' and age_from = '0' and age_to = '17' and sex = 'all'
    ),
    places as (select area_code, [area_code] as councils from areas union all values ('SY', ['370', '371', '372', '373'])),
    counted as (
        select a.area_code, p.period, year(p.day) - 1 as mid_year,
            (select count(distinct who) from o_in_care as c where c.period = p.period and list_contains(councils, c.la)) as looked_after,
            (select count(distinct i) from o_exploited as e where fy_name(e.y) = p.period and list_contains(councils, e.la) and in_care) as inside,
            (select count(distinct i) from o_exploited as e where fy_name(e.y) = p.period and list_contains(councils, e.la) and not in_care) as outside,
            (select sum(population) from people where people.y = year(p.day) - 1 and list_contains(councils, people.la)) as everyone
        from places as a, o_year_end as p
    )
select 'I25' as indicator_code, 'rate ratio' as unit, 'flow' as basis, area_code, period, 'all' as breakdown, 'all' as breakdown_value,
    10000.0 * inside / nullif(looked_after, 0) as n, 10000.0 * outside / (everyone - looked_after) as d, 'financial_year' as kind,
    'received' as status, 1 as scale
from counted;

-- Actions of a year against the cases open when it ended.
insert into o_figure by name
with
    areas as (
        select area_code, [area_code] as councils from (values ('370'), ('371'), ('372'), ('373')) as t(area_code)
        union all values ('SY', ['370', '371', '372', '373', 'U'])
    )
select 'I38' as indicator_code, 'actions per 100 open CSE cases' as unit, 'flow' as basis, area_code, p.period, 'all' as breakdown,
    'all' as breakdown_value,
    (select count(*) from m_disruption where year_of(issued) = p.period and list_contains(councils, la_of(district)))::double as n,
    (select count(*) from m_case where opened <= p.day and (closed is null or closed > p.day) and list_contains(councils, la))::double as d,
    'financial_year' as kind, 'received' as status, 100 as scale
from areas, o_year_end as p;
