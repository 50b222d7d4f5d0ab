-- The periods a figure is told for: the five financial years, and their quarters and
-- months.
create or replace table o_period as
select fy_name(y::int) as period, 'financial_year' as kind, make_date(y::int, 4, 1) as first, fy_end(y::int) as last
from range(2020, 2025) as t(y)
union all
select fy_name(y::int) || '-Q' || q, 'quarter', (make_date(y::int, 4, 1) + to_months(3 * (q::int - 1)))::date,
    (make_date(y::int, 4, 1) + to_months(3 * q::int))::date - 1
from range(2020, 2025) as t(y), range(1, 5) as u(q)
union all
select strftime(m, '%Y-%m'), 'month', m::date, (m + interval 1 month)::date - 1
from range(timestamp '2020-04-01', timestamp '2025-04-01', interval 1 month) as t(m);

create or replace macro years_old(born, d) as floor(datediff('month', born, d) / 12)::int;
create or replace macro band(age) as case
    when age < 10 then '0-9' when age < 13 then '10-12' when age < 16 then '13-15' when age < 18 then '16-17' else '18+' end;

-- One row for each complaint: the police's report, with the council's of the same
-- child beside it where there
-- is one, or the council's own. Doncaster's census says nothing of exploitation at
-- referral.
create or replace table o_complaint as
select m.r, m.i, m.la as area, if(m.kind = 'C', m.d_council, m.d) as day, m.sex,
    band(years_old(m.born, if(m.kind = 'C', m.d_council, m.d))) as age,
    yn(m.kind = 'P' and i.cse_concern_level = 'NOT_CSE') as cancelled, m.kind = 'B' as merged
from m_report as m
left join r_pol_incident as i on i.sort = m.r
where m.kind <> 'C' or m.la <> '371';

-- One row for each crime that counts as an investigation.
create or replace table o_crime as
select *, la_of(district) as area, if(fate_now = 'CHARGED', closed_on, null) as charged_on
from m_crime where cse_flag = 'Y' and fate_now <> 'CANCELLED'
union all by name
select -1 as r, event_date::date as recorded, la_of(district) as area, 0 as suspects, false as x03
from o_stray where return_name = 'pol_crime' and cse_flag = 'Y' and status <> 'CANCELLED';

-- One row for each defendant with a first charge, with what became of it.
create or replace table o_defendant as
select d.case_ref, d.k, d.charged, la_of(d.district) as area,
    min(r.verdict) filter (where r.court_outcome in ('GUILTY', 'FOUND_G')) as convicted,
    -- An appeal after the last return is not known of.
    any_value(r.appealed) filter (where r.appeal_result = 'QUASHED' and r.appealed <= last_day_of_all()) as quashed,
    max(r.verdict) as verdict, max(if(r.sentenced <= last_day_of_all(), r.sentenced, null)) as sentenced,
    bool_or(r.court_outcome in ('HUNG', 'WARRANT')) as still_open
from m_defendant as d
left join m_result as r on r.case_ref = d.case_ref and r.k = d.k
where d.charged is not null
group by all;
