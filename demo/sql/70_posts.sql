-- One row for each kind of post in a team of an agency at the end of a year.
create or replace table r_wkf_post as
with
    kinds as (
        select a.org, a.la, unnest(['SW', 'SW_SENIOR', 'YOUTH', 'PARENT_SUPPORT', 'PREVENTION', 'HEALTH', 'ISVA', 'YOT',
            'EDUCATION', 'VOL_SPECIALIST', 'ADMIN']) as role
        from (values ('BAR', '370'), ('DON', '371'), ('ROT', '372'), ('SHE', '373')) as a(org, la)
        union all
        select 'SYP', a.la, unnest(['POLICE_DC', 'POLICE_PC', 'POLICE_ANALYST', 'ADMIN'])
        from (values ('370'), ('371'), ('372'), ('373')) as a(la)
        union all
        values ('CPS', 'SY', 'CPS'), ('HMC', 'SY', 'JUDICIARY')
    ),
    posts as (
        select *, row_number() over (order by org, la, role, y, t) as x
        from kinds, range(2020, 2025) as y(y), range(1, getvariable('teams') + 1) as t(t)
    ),
    -- The scope may be left blank. Social work for all children is none of recommendation 10's.
    scoped as (
        select *, if(x % 2 = 0, 'CSE', null) as scope from posts
        union all by name
        select org, la, 'SW' as role, y, 0 as t, 100000 + row_number() over (order by org, y) as x, 'ALL_CHILDREN' as scope
        from (values ('BAR', '370'), ('DON', '371'), ('ROT', '372'), ('SHE', '373')) as a(org, la), range(2020, 2025) as y(y)
    ),
    filled as (
        select *, 2 + below(org || la || role || t, 'established', 9) + below(x, 'growth', 3) as established, below(x, 'vacant', 4) * 0.25 as vacant from scoped
    )
-- One file of Sheffield's has a name with a typographer's apostrophe, and is sent in
-- Windows-1252.
select org, y::int as y, true as last, x as sort,
    'R19-' || org || '-' || la || '-' || role || '-' || t || '-' || y as record_ref,
    'N' as record_action, '1' as record_version, org as agency, la, role, case when org = 'SHE' and y = 2022 then 'Children’s team ' else 'TEAM' end || t as team, scope,
    fy_end(y::int) as snapshot_date, 'N' as mash_role, if(org = 'SYP', 'FORCE', 'COUNCIL') as funder,
    established::varchar as fte_established, (established - vacant)::varchar as fte_in_post, established::varchar as headcount,
    '0' as fte_agency, vacant::varchar as fte_vacant, null as open_caseload, null as cases_per_fte, null as days_lost,
    '0' as leavers, '0' as starters
from filled
-- Doncaster's return of posts for 2021-22 never came.
where not (org = 'DON' and y = 2021)
order by org, y, sort;
