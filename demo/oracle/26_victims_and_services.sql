-- The order of an offer and an interview, and the rest of a victim's way.
create or replace table o_journey as
select n, la as area, about, abe, charged, ended,
    case isva when 'before' then 'before' when 'earlier that day' then 'before' when 'same day' then 'same day, time not known'
        when 'later that day' then 'after' when 'after' then 'after' else 'not offered' end as isva_order,
    (select count(distinct if(answer = 'ACC' and answered <= last_day_of_all(), s, null)) from m_support as s
        where s.n = j.n and item = 'ISVA' and offered = 'Y') as advisers,
    (select list(item) from m_support as s where s.n = j.n and item in ('PTT', 'PCFV', 'MPB') and offered = 'Y') as items,
    (select count(*) from m_support as s where s.n = j.n and item in ('PTT', 'PCFV', 'MPB') and offered = 'Y' and present) as with_adviser
from m_journey as j
-- Of whom nothing was ever told there is no way to know.
where n in (select n from m_support);

insert into o_mark
select 'I21', '% of victims', 'flow', area, year_of(abe), about, isva_order in ('before', 'same day, time not known'), true, [['all', 'all']]
from o_journey where abe is not null
union all
select 'I21', 'victim', 'flow', area, year_of(abe), about, true, null, [['all', 'all'], ['order', isva_order]] from o_journey where abe is not null
union all
select 'I22', '% of victims', 'flow', area, year_of(ended), about, advisers = 1, true, [['all', 'all']]
from o_journey where ended is not null and advisers >= 1
union all
select 'I23', '% of offers', 'flow', la, year_of(on_day), n * 10 + s, answer = 'ACC' and answered <= last_day_of_all(), true, [['all', 'all']]
from m_support where item = 'ISVA' and offered = 'Y'
union all
select 'I24', '% of victims', 'flow', area, year_of(charged), about, with_adviser = 3, true, [['all', 'all']] from o_journey where charged is not null
union all
select 'I24', '% of victims, by item', 'flow', area, year_of(charged), about, coalesce(list_contains(items, item), false), true, [['item', item]]
from o_journey, (values ('PTT'), ('PCFV'), ('MPB')) as t(item) where charged is not null;

insert into o_mark
select 'I38', 'action', 'flow', la_of(district), year_of(issued), n, true, null, [['all', 'all'], ['type', type]] from m_disruption
union all
select 'I38', 'breach', 'flow', la_of(district), year_of(breached), n, true, null, [['all', 'all'], ['type', type]] from m_disruption where breached is not null;

insert into o_mark
select 'I43', 'open case', 'stock', la, p.period, n, true, null, [['all', 'all'], ['provider', provider_org]]
from m_service inner join o_year_end as p on opened <= p.day and (closed is null or closed > p.day)
union all
select 'I43', 'waiting referral', 'stock', la, p.period, n, true, null, [['all', 'all'], ['provider', provider_org]]
from m_service inner join o_year_end as p on d <= p.day
where accepted is null
union all
select 'I43', '% of closed cases', 'flow', la, year_of(closed), n, measured, true, [['all', 'all'], ['provider', provider_org]]
from m_service where closed is not null;
