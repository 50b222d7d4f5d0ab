-- Children 1 … cse_children are reported for sexual exploitation; the rest are known
-- to social care only.
create or replace table m_child as
with
    drawn as (
        select
            i,
            i <= getvariable('cse_children') as reported,
            first_day() + below(i, 'first', 1826) as d0,
            170 + below(i, 'gap 1', 200) as gap1,
            170 + below(i, 'gap 2', 200) as gap2,
            below(i, 'reports', 100) as many,
            below(i, 'la', 1000) as place,
            i % 6 = 0 as looked_after,
            below(i, 'age', 100) as a
        from range(1, getvariable('children') + 1) as t(i)
    ),
    reports as (
        select
            *,
            case
                when not reported then 1
                when many >= 92 and d0 + gap1 + gap2 <= last_day_of_all() then 3
                when many >= 70 and d0 + gap1 <= last_day_of_all() then 2
                else 1
            end as n,
            case
                when place < 170 then '370'
                when place < 400 then '371'
                when place < 600 then '372'
                when place < 985 or not reported then '373'
                -- The place the child lives is not known, nor is that of any crime.
                else 'U'
            end as la,
            case
                when looked_after then 6 + a % 8
                when a < 12 then 6 + a % 4
                when a < 32 then 10 + a % 3
                when a < 72 then 13 + a % 3
                else 16 + a % 2
            end as age
        from drawn
    )
select
    *,
    secret('child', i) as person_key,
    d0 + case n when 1 then 0 when 2 then gap1 else gap1 + gap2 end as d_last,
    (date_trunc('month', d0 + case n when 1 then 0 when 2 then gap1 else gap1 + gap2 end)
        - to_months(age * 12 + below(i, 'months', 10)))::date as born,
    pick(i, 'sex', ['F', 'F', 'F', 'F', 'F', 'F', 'F', 'M', 'M', 'M']) as sex,
    -- Of a child in care it is known; else small files would be mostly unknown by
    -- chance.
    if(looked_after, pick(i, 'ethnicity', [1, 1, 1, 2, 3, 4, 5, 6]),
        pick(i, 'ethnicity', [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8])) as e,
    pick(i, 'disability', ['N', 'N', 'N', 'N', 'N', 'N', 'Y', 'U']) as disability_any,
    -- Where the offences happened: mostly where the child lives, sometimes next door
    -- or outside the county.
    case when la = 'U' then 'U' else case below(i, 'district', 50) when 0 then 'OUT' when 1 then 'U'
        when 2 then 'SHE' when 3 then 'ROT' when 4 then 'BAR' else district_of(la) end end as district
from reports;

create or replace macro dfe_ethnicity(e) as
    ['WBRI', 'WOTH', 'APKN', 'MWBC', 'BAFR', 'WROM', 'NOBT', 'REFU'][e];
create or replace macro police_ethnicity(e) as ['W1', 'W9', 'A2', 'M1', 'B2', 'W5', 'UN', 'NS'][e];

-- One row for each report of a child. kind: P the police alone have it, C the council
-- alone, B both,
-- never more than seven days apart. Other reports of a child are far away: half a
-- year less two weeks.
create or replace table m_report as
with
    dated as (
        select c.*, j, (i - 1) * 3 + j as r,
            d0 + case j when 1 then 0 when 2 then gap1 else gap1 + gap2 end as d
        from (select *, unnest(range(1, n + 1)) as j from m_child where reported) as c
    ),
    sorted as (
        select *, below(r, 'kind', 100) as k, d + below(r, 'council late', 15) - 7 as d_both from dated
    ),
    kinds as (
        select *, case
            when la = 'U' or k < 45 then 'P'
            when k < 65 and la <> '371' and d_both between first_day() and last_day_of_all() then 'B'
            when k < 65 then 'P'
            else 'C' end as kind
        from sorted
    )
select * exclude (k, d_both), case kind when 'B' then d_both when 'C' then d end as d_council
from kinds
-- A year in which few of Rotherham's reports were made: the figure jumps down and up
-- again (X17).
where not (la = '372' and fy(d) = 2021 and chance(r, 'quiet year', 65));

-- Sheffield's two years with exactly as many complaints as each other (X18): the
-- surplus was never reported.
delete from m_report
where
    r in (
        select r
        from
            (
                select r, fy(d) as y, kind, count(*) over (partition by fy(d)) as total
                from m_report
                where la = '373'
            )
        where y in (2022, 2023) and kind = 'P'
        qualify
            row_number() over (partition by y order by r)
            <= total
            - (
                select min(n)
                from
                    (
                        select count(*) as n
                        from m_report
                        where la = '373' and fy(d) in (2022, 2023)
                        group by fy(d)
                    )
            )
    )
;

-- The person block of a child's row, in the words of the standard.
create or replace macro child_block(key, born, sex, e, police, disability, la) as {
    'person_key': key,
    'person_key_scheme': 'SY1',
    'birth_month': month_of(born),
    'sex': sex,
    'ethnicity_code': case when police then police_ethnicity(e) else dfe_ethnicity(e) end,
    'ethnicity_scheme': case when police then 'SDE18' else 'DFE' end,
    'disability_any': disability,
    'residence_la': la
};
