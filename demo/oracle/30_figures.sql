create or replace table o_flow as
select f.indicator_code, f.unit, f.basis, p.period, p.kind, f.area, b[1] as breakdown, b[2] as breakdown_value,
    sum(f.n)::double as n, sum(f.d)::double as d
from (select * exclude (breakdowns), unnest(breakdowns) as b from o_fact) as f
inner join o_period as p on f.day between p.first and p.last
where f.area <> 'OUT' and (p.kind = 'financial_year' or b[1] = 'all')
group by all;

-- Crimes under investigation at any time in the period.
insert into o_flow
select 'I08', 'crime', 'stock', p.period, p.kind, c.area, 'all', 'all', count(*), null
from o_crime as c inner join o_period as p on c.recorded <= p.last and coalesce(c.closed_on, last_day_of_all() + 1) >= p.first
where c.area <> 'OUT' group by all;

insert into o_flow
select c.indicator_code, c.unit, 'cohort', p.period, p.kind, c.area, c.breakdown, c.breakdown_value, sum(c.n), sum(c.d)
from o_cohort as c inner join o_period as p on c.day between p.first and p.last
where c.area <> 'OUT' and (p.kind = 'financial_year' or (p.kind = 'quarter' and c.indicator_code = 'I10'))
    -- A cohort not yet followed for so long has no figure.
    and (c.months is null or p.last + to_months(c.months) <= last_day_of_all())
group by all;

insert into o_flow
select w.indicator_code, w.unit, 'stock', fy_name(w.y), 'financial_year', w.la, 'all', 'all', sum(w.n), null
from (
    select case when role like 'POLICE%' then 'I05' when role like 'SW%' then 'I06' else 'I07' end as indicator_code,
        unnest(['FTE', 'person']) as unit, y, la, unnest([fte_in_post::decimal(18, 2), headcount::decimal(18, 2)]) as n
    from r_wkf_post where role <> 'ADMIN' and coalesce(scope, 'CSE') = 'CSE'
) as w
group by all;

-- Returns due and rows sent (tables made by demo/truth.py from the list of what was
-- sent).
insert into o_flow
select 'I40', '% of returns', 'flow', fy_name(y), 'financial_year', area, 'all', 'all', count(*) filter (on_time), count(*)
from o_due group by all;

insert into o_flow
select 'I41', '% of rows', 'flow', fy_name(y), 'financial_year', area, 'all', 'all', sum(accepted), sum(accepted + quarantined)
from o_sent group by all;

-- South Yorkshire is everything that is not known to lie outside it, also what serves
-- no one area (posts of 'SY').
create or replace table o_figure as
with
    counted as (
        select indicator_code, unit, basis, period, kind, breakdown, breakdown_value, sum(n) as n, sum(d) as d
        from o_flow group by all
    ),
    -- A year in which nothing of the kind happened is a nought.
    indicators as (
        select indicator_code, unit, basis, bool_or(d is not null) as is_share
        from counted where breakdown = 'all' group by all
        union
        values ('I01', 'complaint', 'flow', false), ('I02', 'crime', 'flow', false), ('I03', 'defendant', 'flow', false),
            ('I04', 'defendant', 'flow', false)
    ),
    totals as (
        select * from counted
        union all
        select i.indicator_code, i.unit, i.basis, p.period, p.kind, 'all', 'all', 0, if(i.is_share, 0, null)
        from indicators as i
        inner join o_period as p on p.kind = 'financial_year'
        anti join counted as c
            on c.indicator_code = i.indicator_code and c.unit = i.unit and c.period = p.period and c.breakdown = 'all'
    ),
    areas as (
        select t.* exclude (n, d), a.area as area_code, coalesce(f.n, 0) as n, if(t.d is null, null, coalesce(f.d, 0)) as d
        from totals as t
        cross join (values ('370'), ('371'), ('372'), ('373')) as a(area)
        left join o_flow as f on f.area = a.area and f.indicator_code = t.indicator_code and f.unit = t.unit
            and f.period = t.period and f.breakdown = t.breakdown and f.breakdown_value = t.breakdown_value
        union all
        select * exclude (area, n, d), area, n, d from o_flow where area = 'U'
        union all
        select * exclude (n, d), 'SY', n, d from totals
    )
select * exclude (n),
    -- Doncaster's posts of 2021-22 never came: what is not received is not nothing.
    -- Others' posts count there too.
    if(indicator_code in ('I06', 'I07') and period = '2021-22' and area_code = '371', null, n) as n,
    case
        when period <> '2021-22' or indicator_code not in ('I06', 'I07') then 'received'
        when area_code = '371' and indicator_code = 'I06' then 'not received'
        when area_code in ('371', 'SY') then 'part received'
        else 'received' end as status
from areas
union all
select indicator_code, 'median days', 'cohort', p.period, p.kind, breakdown, breakdown_value, a.area, null, median(days), 'received'
from o_cohort as c
inner join o_period as p on c.day between p.first and p.last and p.kind = 'financial_year'
cross join lateral (select unnest([c.area, 'SY']) as area) as a
where c.indicator_code = 'I35' and days is not null
group by all;
