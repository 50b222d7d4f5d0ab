-- What the returns about children say differently of the same child or episode
-- (X05 to X10, X12 to X15).
insert into o_cross
with
    interviewed as (
        select source, e from m_link
        union
        select 'COUNCIL', q.c from m_pair as q inner join m_link as k on k.source = 'POLICE' and k.e = q.v
    )
select 'X05' as rule_code, lower(a.source) || ' episode without return interview' as record, count(*) as count
from o_away as a anti join interviewed as k on k.source = a.source and k.e = a.e
where a.missing and a.ended is not null
    and if(a.source = 'COUNCIL', a.asked <> 'N',
        a.age < 18 and a.e not in (select v from m_pair) and not on_own_keys(if(a.care, a.placed_by, a.area)))
group by a.source;

insert into o_cross
select 'X06', 'missing from care, ' || status, count(*) from o_reconciliation where status <> 'FULL' group by status
union all
select 'X07', 'interview whose clock began at another time', count(*) from o_interview where x07
union all
select 'X08', 'council episode from care the police do not have', count(*)
from o_away as a inner join r_la_missing as r on r.record_ref = a.ref and r.last
where a.source = 'COUNCIL' and a.care and a.missing and r.definition_version <> 'OTHER' and a.e not in (select c from m_pair) and not on_own_keys(a.area)
union all
select 'X09', 'council and year', count(*)
from (
    select la, y, count(distinct ref) filter (where side = 'council') as named, count(distinct ref) filter (where side = 'provider') as held
    from (
        select 'council' as side, la, fy(mis_end) as y, rhi_ref as ref from r_la_missing
        where last and not on_own_keys(la) and rhi_ref is not null and mis_end is not null
        union all
        select 'provider', la, fy(returned_date), rhi_ref from m_interview
    ) group by la, y
) where named <> held
union all
select 'X10', 'placement out of the area', count(*) from m_episode
where placed_out and not on_own_keys(la) and not (notified and decom + 2 <= last_day_of_all() and consulted)
union all
select 'X12', 'victim without an adviser in time', count(*) from o_journey where abe is not null and isva_order in ('after', 'not offered')
union all
select 'X13', 'voluntary service', count(*) from m_service as s
where opened is not null and closed is null
    and exists (select 1 from m_case as c where c.i = s.i and c.closed is null and c.la <> s.la)
union all
select 'X14', 'referral left for consent', count(*) from r_sc_contact_referral as r inner join m_referral as m on m.r = r.sort
where r.last and r.outcome_reason = 'CONSENT' and r.la <> '371' and years_old(m.born, m.d) < 18
union all
select 'X15', 'child looked after by two councils', count(*) from m_second_council
union all
select 'X15', 'child with open cases in two councils', count(*) from m_case as a inner join m_case as b using (i)
where a.la < b.la and a.opened < coalesce(b.closed, last_day_of_all() + 1) and b.opened < coalesce(a.closed, last_day_of_all() + 1);
