-- Everything that is counted, one row each: n to the numerator, d to the denominator
-- (null where there is none),
-- on its day and in its area. `breakdowns` are the parts the total is shown in:
-- (breakdown, value) pairs.
create or replace table o_fact as
select 'I01' as indicator_code, 'complaint' as unit, 'flow' as basis, area, day, 1 as n, null::int as d,
    [['all', 'all'], ['age', age], ['sex', sex], ['cancelled', cancelled]] as breakdowns
from o_complaint
union all
select 'I02', 'crime', 'flow', area, recorded, 1, null, [['all', 'all'], ['sex', sex],
    ['age', band(years_old(born, offence_to))], ['non_recent', yn(non_recent)]]
from o_crime
union all
select 'I02', 'investigation', 'flow', any_value(c.area), any_value(o.opened), 1, null, [['all', 'all']]
from m_outcome as o inner join o_crime as c on c.r = o.r group by o.inv
union all
select 'I03', 'defendant', 'flow', area, charged, 1, null, [['all', 'all']] from o_defendant
union all
select 'I04', 'defendant', 'flow', area, convicted, 1, null, [['all', 'all']] from o_defendant where convicted is not null
union all
select 'I04', 'defendant', 'flow', area, quashed, -1, null, [['all', 'all']] from o_defendant where quashed is not null
union all
select 'I09', 'case', 'flow', any_value(area), any_value(charged), 1, null, [['all', 'all']] from o_defendant group by case_ref
union all
select 'I11', '% of completed prosecutions', 'flow', area, greatest(verdict, coalesce(sentenced, verdict)),
    (convicted is not null)::int, 1, [['all', 'all']]
from o_defendant where not still_open
union all
select 'I11', 'defendant', 'flow', area, verdict, 1, null, [['all', 'all']] from o_defendant
where not still_open and convicted is null
union all
select 'I12', '% of crimes', 'flow', area, recorded, (suspects >= 2 or x03)::int, 1, [['all', 'all']] from o_crime
union all
select 'I36', '% of conferences', 'flow', la, conference, (conference - strategy <= 21)::int, 1, [['all', 'all']]
from m_referral where conference is not null
union all
select 'I39', '% of outcomes', 'flow', c.area, o.on_day, (o.type in ('14', '16'))::int, 1, [['all', 'all']]
from m_outcome as o inner join o_crime as c on c.r = o.r
where o.type not in ('0', '1A', '20')
union all
select 'I42', '% of records', 'flow', c.area, c.recorded, (p.ethnicity_self not in ('UN', 'NS'))::int, 1,
    [['all', 'all'], ['role', if(p.role = 'VIC', 'victim', 'suspect')]]
from r_pol_crime_person as p inner join o_crime as c on c.crime_ref = p.crime_ref
union all
select 'I42', '% of records', 'flow', la, d, (dfe_ethnicity(e) not in ('NOBT', 'REFU'))::int, 1,
    [['all', 'all'], ['role', 'child']]
from m_referral where cse and la <> '371';

-- Cohorts, each told for the year the cohort began in.
create or replace table o_cohort as
select 'I10' as indicator_code, '% of crimes' as unit, area, recorded as day,
    coalesce(charged_on < coalesce(followed.ends, date '9999-12-31'), false)::int as n, 1 as d,
    'months since recorded' as breakdown, followed.label as breakdown_value, null::int as days, followed.months
from o_crime
cross join lateral (
    select label, months, (recorded + to_months(months))::date as ends
    from (values ('3', 3), ('6', 6), ('12', 12), ('24', 24), ('to date', null)) as t(label, months)
) as followed
union all
select 'I35', '% of referrals', la, m.d, (reached is not null)::int, 1, 'stage', stage, reached - m.d, null
from m_referral as m
cross join lateral (
    values ('referral', m.d), ('assessment', a_start), ('strategy', strategy), ('s47', s47),
        ('conference', conference), ('plan', plan_start)
) as t(stage, reached)
where cse and la <> '371';
