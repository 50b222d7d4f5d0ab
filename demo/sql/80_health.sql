-- One row for each trust, area its patients live in, month, age band and sex: how
-- many came to A&E and how many were looked up. Some live outside South Yorkshire, and
-- of some it is not known where.
create or replace table r_hlt_ed_cpis as
with
    served(org, la, size) as (
        values ('RFF', '370', 40), ('RFF', '384', 6), ('RP5', '371', 45), ('RP5', '372', 8), ('RFR', '372', 42),
            ('RCU', '373', 80), ('RCU', 'U', 4)
    ),
    cells as (
        select *, row_number() over (order by org, la, m, age_band, sex) as x
        from served, range(timestamp '2020-04-01', timestamp '2025-04-01', interval 1 month) as t(m),
            (values ('0-9'), ('10-12'), ('13-15'), ('16-17')) as b(age_band), (values ('F'), ('M')) as s(sex)
    ),
    seen as (
        select *, 6 + below(x, 'came', size) as attendances from cells
    ),
    -- A fifth at most are not looked up, fewer as the years go by.
    checked as (
        select *, attendances - below(x, 'not looked up', 1 + (attendances * (12 - year(m) + 2017)) // 50) as cpis_checked
        from seen
    )
select org, fy(m::date) as y, true as last, x as sort, 'R16-' || lpad(x::varchar, 6, '0') as record_ref,
    'N' as record_action, '1' as record_version, org as trust, la, month_of(m) as month, age_band, sex,
    attendances, cpis_checked, below(x, 'plan', 1 + cpis_checked // 10) as cpis_flag_cpp,
    if(sex = 'F' and age_band = '16-17', below(x, 'unborn', 2), 0) as cpis_flag_ucpp,
    below(x, 'cared for', 1 + cpis_checked // 8) as cpis_flag_cla, below(x, 'told', 1 + cpis_checked // 10) as notification_acknowledged,
    below(x, 'concern', 1 + attendances // 15) as cse_concern_raised, below(x, 'referred', 1 + attendances // 20) as referred_csc
from checked
order by org, y, sort;

-- One row for each provider, quarter, age band and sex, rounded to 5. A small count
-- is never sent: in 2020-21, 2022-23 and 2024-25 none of those an indicator needs is
-- small but one of referrals, in the two years between some are.
create or replace table m_sexual_health as
with
    cells as (
        select *, row_number() over (order by org, q, age_band, sex) as x
        from (values ('RFF', '370'), ('RP5', '371'), ('RFR', '372'), ('RCU', '373')) as t(org, la),
            range(timestamp '2020-04-01', timestamp '2025-04-01', interval 3 month) as u(q),
            (values ('U13'), ('13-15'), ('16-17')) as b(age_band), (values ('F'), ('M')) as s(sex)
    ),
    counted as (
        select *, fy(q::date) as y, quarter(q - interval 3 month) as n, age_band = 'U13' as young,
            5 * if(age_band = 'U13', 1 + below(x, 'came', 2), 8 + below(x, 'came', 12)) as came from cells
    )
select *, 5 * if(young, below(x, 'found', 2), 1 + below(x, 'found', 4)) as found,
    if(young, 0, 5 * below(x, 'again', 2)) as again, 5 * below(x, 'sent on', if(young, 2, 3)) as sent_on,
    (y = 2021 and org = 'RP5' and n = 4 and age_band = '16-17' and sex = 'F') as small_found,
    (y = 2021 and org = 'RP5' and n = 2 and age_band = '13-15') as small_again,
    (y = 2022 and org = 'RFF' and n = 3 and age_band = '13-15' and sex = 'M') as small_sent_on,
    (y = 2023 and org = 'RFR' and age_band = 'U13') as small_all
from counted;

create or replace table r_hlt_sexual_health as
select org, y, true as last, x as sort, 'R17-' || lpad(x::varchar, 6, '0') as record_ref,
    'N' as record_action, '1' as record_version, org as provider, la, q::date as quarter_start, age_band, sex,
    if(small_all, 'C', came::varchar) as attendances,
    if(small_all, 'C', (came - if(young, 0, 5 * below(x, 'known', 4)))::varchar) as first_attendances,
    if(small_all, 'C', came::varchar) as sti_tests,
    if(small_all, 'C', if(small_found, 'c', found::varchar)) as sti_diagnoses,
    if(small_all, 'C', if(small_again, 'c', again::varchar)) as repeat_sti_12m,
    if(sex = 'M', null, if(small_all or young, 'c', (5 * below(x, 'pregnancy', 4))::varchar)) as pregnancy_tests,
    if(small_all, 'C', came::varchar) as lac_flag_asked, if(small_all, 'C', came::varchar) as spotting_the_signs_completed,
    if(small_all or chance(x, 'few', 30), 'c', (5 * below(x, 'concern', 2))::varchar) as cse_concern,
    if(small_all, 'C', if(small_sent_on, 'c', sent_on::varchar)) as referred_csc
from m_sexual_health
order by org, y, sort;

-- One row for each trust, service, month, age band and sex. Nobody was seen in some
-- months, so that there is no wait to tell of.
create or replace table r_hlt_service as
with
    cells as (
        select *, row_number() over (order by org, service, m, age_band, sex) as x
        from (values ('RFF', '370'), ('RP5', '371'), ('RFR', '372'), ('RCU', '373')) as t(org, la),
            (values ('CAMHS', 30, 40), ('SARC', 8, 2)) as v(service, size, wait),
            range(timestamp '2020-04-01', timestamp '2025-04-01', interval 1 month) as u(m),
            (values ('13-15'), ('16-17')) as b(age_band), (values ('F'), ('M')) as s(sex)
    ),
    asked as (select *, below(x, 'referrals', size) as referrals from cells),
    taken as (select *, greatest(0, referrals - below(x, 'not taken', 4)) as accepted from asked),
    met as (select *, greatest(0, accepted - below(x, 'not seen', 3)) as seen from taken)
select org, fy(m::date) as y, true as last, x as sort, 'R18-' || lpad(x::varchar, 6, '0') as record_ref,
    'N' as record_action, '1' as record_version, org as trust, la, service, month_of(m) as month, age_band, sex,
    below(x, 'carried', 4) as carried_forward, referrals, accepted, referrals - accepted as refused,
    if(seen = 0, null, (wait + below(x, 'wait', wait * 2) * 0.5)::decimal(8, 1)) as median_wait_days, seen,
    seen - below(x, 'too late', 1 + seen // 3) as seen_within_target, below(x, 'stayed away', 3) as did_not_attend,
    below(x, 'flagged', 1 + referrals // 4) as cse_flagged_cohort,
    if(service = 'SARC', below(x, 'examined', 1 + seen), null) as examinations_within_72h,
    below(x, 'self', 1 + referrals // 3) as self_referrals, below(x, 'police', 1 + referrals // 2) as police_referrals
from met
order by org, y, sort;
