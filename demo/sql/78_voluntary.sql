-- One row for each referral of a child to a voluntary service.
create or replace table m_service as
with
    referred as (
        select i, la, person_key, born, sex, e, disability_any, d0 + 10 + below(i, 'referred to', 30) as d, reported as cse, i * 2 as n, null::date as since
        from m_child
        where la <> 'U' and (reported and chance(i, 'service', 22) or (not reported and chance(i, 'service', 4)))
        union all
        -- Open with a service of one council while the child's case is open in
        -- another (X13).
        select i, if(la = '373', '372', '373'), person_key, born, sex, e, disability_any, opened + 8, true, i * 2 + 1, opened + 20
        from m_case where closed is null and n = 1 and chance(i, 'moved', 25) and opened + 20 <= last_day_of_all()
    ),
    answered as (
        select *, case when since is not null then 'Y' when d >= date '2024-10-01' and chance(n, 'waiting', 25) then null
            when chance(n, 'never answered', 2) then null when chance(n, 'not accepted', 12) then 'N' else 'Y' end as accepted
        from referred where d <= last_day_of_all()
    ),
    worked as (
        select *, case when accepted <> 'Y' or accepted is null then null when since is not null then since
            when d + 5 + below(n, 'began', 55) <= last_day_of_all() then d + 5 + below(n, 'began', 55) end as opened
        from answered
    )
select *, case when since is null and opened + 40 + below(n, 'work', 300) <= last_day_of_all() then opened + 40 + below(n, 'work', 300) end as closed,
    chance(n, 'measured', 62) as measured, pick(n, 'provider', ['VOL_A', 'VOL_A', 'VOL_B']) as provider_org
from worked;

create or replace table r_vol_service as
with
    told as (
        -- What waits, or is open, is told again each year; what was not accepted is
        -- not.
        select *, unnest(years(d, case when accepted = 'N' then d else closed end)) as y from m_service
    )
select 'VOL' as org, y, y = max(y) over (partition by n) as last, n as sort, i, born,
    'R24-' || n as record_ref, if(y = fy(d), 'N', 'A') as record_action, (1 + y - fy(d))::varchar as record_version,
    la, unnest(child_block(person_key, born, sex, e, false, disability_any, la)), provider_org,
    pick(n, 'what', ['ONE_TO_ONE', 'ONE_TO_ONE', 'GROUP_WORK', 'THERAPY', 'PARENT_SUPPORT']) as service_code, d as referral_date,
    pick(n, 'who', ['6', '5A', '2A', '1A']) as referral_source, yn(cse) as cse_concern, accepted,
    by_then(v.opened, y) as opened, by_then(v.closed, y) as closed,
    if(v.closed <= fy_end(y), pick(n, 'closure', ['COMPLETED', 'COMPLETED', 'DISENGAGED', 'MOVED']), null) as closure_reason,
    if(v.closed <= fy_end(y), yn(measured), null) as improved_outcome_measured,
    if(v.closed <= fy_end(y) and measured, pick(n, 'better', ['Y', 'Y', 'N']), null) as improved_outcome, pick(n, 'voice', ['Y', 'N']) as voice_captured
from told as v
order by y, sort;
