-- One row for each action against those who exploit: of three crimes with a suspect
-- one, and some about places and licences.
create or replace table m_disruption as
with
    against_persons as (
        select r * 2 as n, i, district, person_key, born, sex, e, disability_any, la, secret('adult', suspect_number(i, 1)) as adult_key,
            recorded + 5 + below(i, 'issued', 8) as issued, datediff('month', born, recorded + 20) as months
        from m_crime
        where cse_flag = 'Y' and fate_now <> 'CANCELLED' and suspects > 0 and chance(r, 'disrupted', 35)
    ),
    about_places as (
        select i * 2 + 1 as n, i, district_of(la) as district, null as person_key, null as born, null as sex, null as e, null as disability_any, null as la,
            null as adult_key, d0 as issued, null as months
        from m_child where i % 37 = 0 and la <> 'U'
    ),
    typed as (
        select *, case when person_key is null then pick(n, 'place', ['HOTEL', 'CLOS', 'VISIT', 'LIC', 'VISIT'])
            when months < 190 then pick(n, 'notice', ['CAWN16', 'CAWN16', 'CAWN16', 'SRO', 'INJ', 'VISIT'])
            else pick(n, 'order', ['SRO', 'SHPO', 'INJ', 'VISIT']) end as type
        from (select * from against_persons union all select * from about_places)
        where issued <= last_day_of_all()
    ),
    lasting as (
        -- Over before the same two people can be written of again: a child's reports
        -- are 170 days apart.
        select *, case when type in ('CAWN16', 'SRO', 'SHPO', 'INJ') then issued + 150 end as expires, chance(n, 'served', 90) as served
        from typed
    )
select *, case when expires is not null and served and chance(n, 'breached', 18) and issued + 10 + below(n, 'breach', 120) <= last_day_of_all()
    then issued + 10 + below(n, 'breach', 120) end as breached
from lasting;

create or replace table r_dsp_disruption as
with told as (select *, unnest(years(issued, coalesce(breached, issued))) as y from m_disruption)
select 'SYP' as org, y, y = max(y) over (partition by n) as last, n as sort, i, born,
    'R23-' || n as record_ref, if(y = fy(issued), 'N', 'A') as record_action, (1 + y - fy(issued))::varchar as record_version,
    district, type as disruption_type, issued as issued_date, expires as expires_date,
    unnest(if(person_key is null, {
        'person_key': null::varchar, 'person_key_scheme': null::varchar, 'birth_month': null::varchar, 'sex': null::varchar,
        'ethnicity_code': null::varchar, 'ethnicity_scheme': null::varchar, 'disability_any': null::varchar, 'residence_la': null::varchar
    }, child_block(person_key, born, sex, e, true, disability_any, la))),
    adult_key, if(adult_key is null, null, 'SY1') as adult_key_scheme, yn(served) as served, by_then(breached, y) as breached_date,
    if(breached <= fy_end(y), pick(n, 'breach of it', ['CHARGED', 'WARNED', 'NFA']), null) as breach_outcome,
    yn(chance(n, 'other powers', 15)) as alt_legislation_used
from told
order by y, sort;
