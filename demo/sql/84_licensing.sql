-- One row for each action on a licence, with what became of it: most decided within
-- four weeks, some late, some not by the end.
create or replace table m_licence as
with
    opened as (
        select *, row_number() over (order by la, y, k) as x
        from (values ('370', 6), ('371', 9), ('372', 14), ('373', 11)) as t(la, many), range(2020, 2025) as u(y), range(1, 15) as v(k)
        -- Barnsley had none in 2020-21: the nil return.
        where k <= many and not (la = '370' and y = 2020)
    ),
    dated as (
        select *, make_date(y::int, 4, 10) + below(x, 'opened', 345) as opened,
            pick(x, 'trigger', ['CSE', 'CSC_REFERRAL', 'CSC_REFERRAL', 'POLICE', 'COMPLAINT', 'DBS']) as set_off,
            case when chance(x, 'late', 20) then 30 + below(x, 'how late', 40) else 5 + below(x, 'days', 18) end as took
        from opened
    )
select *, if(set_off = 'CSC_REFERRAL', opened - below(x, 'before', 6), null) as referred,
    if(chance(x, 'never', 4), null, opened + took) as decided,
    (set_off in ('CSE', 'CSC_REFERRAL') or chance(x, 'police asked', 50)) as recommended, chance(x, 'acted on', 80) as acted,
    pick(x, 'licence', ['TAXI_DRV', 'TAXI_DRV', 'TAXI_OP', 'ALC', 'LNR', 'HOTEL']) as licence_type
from dated;

create or replace table r_lic_action as
with told as (select * exclude (y), unnest(years(opened, decided)) as y from m_licence)
select council_of(la) as org, y, y = max(y) over (partition by x) as last, x as sort,
    'R22-' || lpad(x::varchar, 5, '0') as record_ref, if(y = fy(opened), 'N', 'A') as record_action,
    (1 + y - fy(opened))::varchar as record_version, la, secret('licence', x) as licence_key, licence_type,
    set_off as "trigger", opened as opened_date, referred as referral_from_csc_date, yn(recommended) as recommendation_made,
    by_then(decided, y) as decision_date,
    case when decided > fy_end(y) or decided is null then null
        when acted then pick(x, 'action', ['SUSP', 'REVOKE', 'REVOKE_IMM', 'COND', 'WARN']) else 'NFA' end as action,
    case when decided <= fy_end(y) then yn(acted and recommended) end as acted_on,
    case when decided <= fy_end(y) then yn(acted and chance(x, 'appeal', 15)) end as appeal,
    case when decided <= fy_end(y) and acted and chance(x, 'appeal', 15)
        then pick(x, 'appeal', ['UPHELD', 'UPHELD', 'VARIED', 'OVERTURNED']) end as outcome_after_appeal,
    below(x, 'renewals', 4) as renewals_checked
from told
order by org, y, sort;
