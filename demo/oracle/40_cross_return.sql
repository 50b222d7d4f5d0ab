-- What the returns say differently about the same thing, counted as the rules of the
-- brief's B9 would find it.
create or replace table o_series as
select indicator_code, unit, area_code, period, n::double as v,
    lag(n::double) over years as before, avg(n::double) over earlier as mean, stddev_samp(n::double) over earlier as deviation,
    count(*) over earlier as years_before
from o_figure
where kind = 'financial_year' and breakdown = 'all' and d is null and area_code <> 'U'
    and (indicator_code, unit) in (('I01', 'complaint'), ('I02', 'crime'), ('I02', 'investigation'), ('I03', 'defendant'),
        ('I04', 'defendant'), ('I11', 'defendant'), ('I15', 'episode'), ('I15', 'absent episode'), ('I21', 'victim'),
        ('I38', 'action'), ('I38', 'breach'))
window years as (partition by indicator_code, unit, area_code order by period),
    earlier as (partition by indicator_code, unit, area_code order by period rows between unbounded preceding and 1 preceding);

create or replace table o_cross as
select 'X01' as rule_code, 'complaint with reports of two agencies' as record, count(*) as count from o_complaint where merged
union all
select 'X02', 'crime with outcome 1 and no charge returned by the CPS', count(*) from m_crime
where fate_now = 'CHARGED' and x02 = 'police only'
union all
select 'X02', 'defendant charged by the CPS return without outcome 1', count(*)
from m_defendant where charged is not null and i in (select i from m_crime where x02 = 'cps only')
union all
select 'X03', 'crime', count(*) from m_crime where x03 and fate_now <> 'CANCELLED' and cse_flag is not null
union all
select 'X04', 'crime and case', count(distinct crime_ref || case_ref)
from (select case_ref, unnest(string_split(crime_refs, ';')) as crime_ref from m_defendant where x04)
union all
select 'X11', 'referral without assessment', count(*) from m_referral where cse and la <> '371' and a_start is null
union all
select 'X11', 'assessment that found harm without strategy discussion', count(*) + (
    select count(*) from o_stray where return_name = 'sc_assessment' and factors like '%11A%'
    and conclusion in ('SIGNIFICANT_HARM', 'LIKELY'))
from m_referral where cse_factor and harm and la <> '371' and strategy is null and authorised is not null
union all
select 'X17', 'own yearly series to 2024-25', count(*) from o_series
where greatest(v, before) >= 20
    and (abs(v - before) > before / 2 or (years_before >= 3 and abs(v - mean) > 3 * deviation))
union all
select 'X18', 'own yearly series to 2024-25', count(*) from o_series where v = before and v >= 100
union all
select 'X20', 'child', count(*) from m_referral where x20
union all
select 'X22', 'file', 1;
