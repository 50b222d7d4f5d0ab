-- Figures that are no sums over districts or days: what was suppressed, medians, those
-- in date at a day, schools in a year.
-- A sum with a count in it that the sender suppressed is suppressed.
insert into o_figure by name
with
    told as (
        select q::date as day, org, if(age_band = '16-17', '16-17', 'under 16') as age, came, u.*
        from m_sexual_health, lateral (
            values ('diagnoses per 1,000 attendances', found, true, small_found or small_all),
                ('repeat infections per 1,000 attendances', again, true, small_again or small_all),
                ('referral', sent_on, false, small_sent_on or small_all)
        ) as u(unit, counted, is_rate, hidden)
    ),
    shown as (
        select p.period, p.kind, unit, b[1] as breakdown, b[2] as breakdown_value, bool_or(hidden) as hidden,
            sum(counted)::double as n, if(any_value(is_rate), sum(came)::double, null) as d
        from (select *, unnest([['all', 'all'], ['age group', age], ['provider', org]]) as b from told) as t
        inner join o_period as p on t.day between p.first and p.last
        where p.kind = 'financial_year' or (p.kind = 'quarter' and b[1] = 'all')
        group by all
    )
select 'I31' as indicator_code, unit, 'flow' as basis, period, kind, breakdown, breakdown_value, 'SY' as area_code,
    if(hidden, null, n) as n, if(hidden, null, d) as d, if(hidden, 'suppressed by sender', 'received') as status
from shown;

insert into o_figure by name
select 'I32' as indicator_code, 'median of the medians sent, days' as unit, 'flow' as basis, p.period, p.kind,
    'service' as breakdown, service as breakdown_value, a.area as area_code, median(median_wait_days::double) as n, null::double as d,
    'received' as status
from r_hlt_service as s
inner join o_period as p on strptime(s.month, '%Y-%m') between p.first and p.last and p.kind = 'financial_year'
cross join lateral (select unnest([s.la, 'SY']) as area) as a
group by all;

-- Who is trained and in date on the last day, of the headcounts last stated by then.
insert into o_figure by name
with
    days as (select period, kind, last from o_period),
    groups as (
        select period, kind, la, staff_group, employer_type,
            arg_max(target, (told_on, x)) filter (where target is not null)::double as d,
            sum(trained) filter (where staff_group = 'COUNCILLOR' or told_on + interval 2 year > last)::double as n
        from m_training inner join days on told_on <= last
        group by all
    ),
    parts as (
        select period, kind, la, b[1] as breakdown, b[2] as breakdown_value, sum(coalesce(n, 0)) as n, sum(d) as d
        from (
            select *, unnest([['all', 'all'], ['staff group', staff_group], ['employer', employer_type]]) as b
            from groups where d is not null
        )
        where kind = 'financial_year' or b[1] = 'all'
        group by all
    )
select 'I33' as indicator_code, '% of target headcount' as unit, 'stock' as basis, period, kind, breakdown, breakdown_value,
    coalesce(la, 'SY') as area_code, sum(n) as n, sum(d) as d, 'received' as status
from parts
group by grouping sets ((period, kind, breakdown, breakdown_value, la), (period, kind, breakdown, breakdown_value));

-- Schools with a session for years 6 to 8 in the year, of all there are known to be.
-- Rotherham has 16 secondary schools, whoever of them is told of.
insert into o_figure by name
with
    schools as (
        select y, la, setting_type, s, bool_or(sessions > 0 and year_group in ('Y6', 'Y7', 'Y8')) as reached,
            list_distinct(list(year_group) filter (where sessions > 0 and year_group in ('Y6', 'Y7', 'Y8'))) as groups
        from m_session group by all
    ),
    areas as (
        select y, la, setting_type, greatest(count(*), max(if(la = '372' and setting_type = 'SECONDARY', 16, 0))) as there
        from schools group by y, la, setting_type
    ),
    parts as (
        select a.*, g.breakdown, g.breakdown_value,
            (select count(*) from schools as s where s.y = a.y and s.la = a.la and s.setting_type = a.setting_type
                and if(g.breakdown = 'all', s.reached, list_contains(s.groups, g.breakdown_value))) as n
        from areas as a
        inner join (values ('all', 'all', 'PRIMARY'), ('all', 'all', 'SECONDARY'), ('year group', 'Y6', 'PRIMARY'),
            ('year group', 'Y7', 'SECONDARY'), ('year group', 'Y8', 'SECONDARY')) as g(breakdown, breakdown_value, setting_type)
            on g.setting_type = a.setting_type
    )
select 'I34' as indicator_code, if(setting_type = 'PRIMARY', '% of primary schools', '% of secondary schools') as unit,
    'flow' as basis, fy_name(y) as period, 'financial_year' as kind, breakdown, breakdown_value, coalesce(la, 'SY') as area_code,
    sum(n)::double as n, sum(there)::double as d, 'received' as status
from parts
group by grouping sets ((y, setting_type, breakdown, breakdown_value, la), (y, setting_type, breakdown, breakdown_value));
