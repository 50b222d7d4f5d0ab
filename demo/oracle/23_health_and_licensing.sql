-- What A&E, the health services and the licensing councils did, one row each as in
-- o_fact. Patients from outside South Yorkshire are not of it.
insert into o_fact by name
select 'I30' as indicator_code, unit, 'flow' as basis, if(la in ('370', '371', '372', '373', 'U'), la, 'OUT') as area,
    strptime(month, '%Y-%m')::date as day, cpis_checked as n, attendances as d,
    [['all', 'all'], ['age', age_band], ['trust', org]] as breakdowns
from r_hlt_ed_cpis
inner join (values ('% of attendances under 16', 16), ('% of attendances under 18', 18)) as u(unit, below_age)
    on split_part(age_band, '-', 2)::int < below_age;

insert into o_fact by name
select 'I32' as indicator_code, '% of accepted seen within target' as unit, 'flow' as basis, la as area,
    strptime(month, '%Y-%m')::date as day, seen_within_target as n, accepted as d, [['service', service]] as breakdowns
from r_hlt_service;

-- A recommendation counts as acted on when that was decided within four weeks of the
-- referral.
insert into o_fact by name
select 'I37' as indicator_code, '% of recommendations' as unit, 'flow' as basis, la as area, opened as day,
    (acted and decided <= last_day_of_all() and decided - coalesce(referred, opened) <= 28) is true as n, 1 as d,
    [['all', 'all'], ['licence type', licence_type]] as breakdowns
from m_licence where recommended;
