-- One row for each defendant of a case. A case is all charged crimes of one child; a
-- crime on which the
-- CPS advised against a charge is a case of its own (charged is null).
create or replace table m_defendant as
with
    cases as (
        select i, 'P' || lpad(i::varchar, 8, '0') as case_ref, max(closed_on) as charged,
            max(closed_on) - 5 - below(i, 'referred', 15) as referred, any_value(district) as district,
            string_agg(crime_ref, ';' order by crime_ref) as crime_refs, any_value(defendants) as defendants,
            min(crime_ref) as first_crime, any_value(x04) as x04, any_value(ho) as ho
        from (select *, if(age < 13, '88A', '71') as ho from m_crime)
        where fate_now = 'CHARGED' and coalesce(x02, '') <> 'police only'
        group by i
        union all
        select i, 'PA' || lpad(r::varchar, 8, '0'), null, closed_on - 3, district, crime_ref, 1, crime_ref, false, null
        from m_crime
        where fate_now = 'FINAL' and cse_flag = 'Y' and chance(r, 'advice', 8)
    )
select *, i * 4 + n as k from (select *, unnest(range(1, defendants + 1)) as n from cases);

create or replace table r_cps_prosecution as
with told as (select *, unnest(years(referred, coalesce(charged, referred))) as y from m_defendant)
select 'CPS' as org, y, y = max(y) over (partition by case_ref, n) as last, k as sort,
    'R06-' || case_ref || '-' || n as record_ref, if(y = fy(referred), 'N', 'A') as record_action,
    (1 + y - fy(referred))::varchar as record_version,
    case_ref, 'D' || lpad(k::varchar, 8, '0') as defendant_key, crime_refs, referred as referral_date,
    case when charged is null then 'NFA_EVID' when charged <= fy_end(y) then 'CHARGE' else 'FURTHER' end as advice_outcome,
    by_then(charged, y) as charge_date,
    if(charged <= fy_end(y), pick(i, 'requisition', ['CHARGE', 'CHARGE', 'PR']), null) as charge_type,
    yn(not x04) as cps_cse_monitoring_flag, defendants::varchar as n_defendants, '1' as n_victims,
    yn(defendants > 1) as multi_defendant,
    pick(i, 'prosecutor', ['Y', 'N', 'U']) as specialist_prosecutor, null as specialist_court, null as tech_room,
    null as ground_rules_hearing, null as expert_witness,
    null as first_hearing, null as trial_start, null as trial_fixture_moves,
    null as material_requested_date, null as material_supplied_date,
    unnest(child_block(secret('adult', k), adult_born(k), pick(k, 'man', ['M', 'M', 'M', 'F']),
        pick(k, 'ethnicity', [1, 1, 1, 1, 1, 2, 3, 3, 5, 7]), true, 'U', 'U'))
from told
order by y, sort, case_ref;

-- One row for each offence of a defendant that came to a result.
create or replace table m_result as
with
    tried as (
        select *, charged + 120 + below(k, 'trial', 360) as verdict, below(k, 'verdict', 100) as v
        from m_defendant where charged is not null
    ),
    offences as (
        select *, unnest(range(1, 2 + below(k, 'offences', 3))) as s,
            case when v < 58 then 'convicted' when v < 90 then 'not convicted' else 'open' end as fate
        from tried where verdict <= last_day_of_all()
    ),
    results as (
        select *,
            case
                when fate = 'open' then if(v < 95, 'HUNG', 'WARRANT')
                when fate = 'not convicted' then pick(k, 'how', ['NG_ALL', 'DISCON', 'STAY', 'DISMISS'])
                when s = 1 or chance(k * 4 + s, 'also', 70) then pick(k, 'plea', ['GUILTY', 'FOUND_G'])
                else 'NG_ALL'
            end as court_outcome
        from offences
    )
select *,
    if(court_outcome in ('GUILTY', 'FOUND_G'), verdict + 20 + below(k, 'sentence', 40), null) as sentenced,
    if(court_outcome in ('GUILTY', 'FOUND_G') and below(k, 'appeal', 100) < 10, verdict + 100 + below(k, 'heard', 200), null)
        as appealed,
    if(below(k, 'appeal', 100) < 5, 'QUASHED', 'DISMISSED') as appeal_result
from results;

create or replace table r_crt_result as
with
    told as (
        select *, unnest(list_distinct([fy(verdict), fy(sentenced), fy(appealed)])) as y from m_result
    ),
    known as (
        select *, by_then(sentenced, y) as s_date, by_then(appealed, y) as a_date from told where y <= 2024
    )
select 'HMC' as org, y, y = max(y) over (partition by k, case_ref, s) as last, k * 4 + s as sort,
    'R07-' || case_ref || '-' || n || '-' || s as record_ref, if(y = fy(verdict), 'N', 'A') as record_action,
    (1 + y - fy(verdict))::varchar as record_version,
    case_ref, 'D' || lpad(k::varchar, 8, '0') as defendant_key, s as offence_seq,
    ho as ho_offence_class,
    case court_outcome when 'GUILTY' then 'G' when 'FOUND_G' then 'NG' when 'NG_ALL' then 'NG' else 'NONE' end as plea,
    court_outcome,
    case when court_outcome = 'NG_ALL' then 'ACQUITTED_TRIAL'
        when court_outcome in ('DISCON', 'STAY', 'DISMISS') then pick(k, 'reason', ['VICTIM_ISSUES', 'EVIDENTIAL', 'LEGAL'])
        end as unsuccessful_reason,
    verdict as outcome_date, s_date as sentence_date, if(s_date is null, null, 'IMM_CUST') as sentence_type,
    if(s_date is null, null, 12 + below(k, 'months', 150)) as custody_months, null as min_term_months,
    if(s_date is null, null, 'Y') as shpo_made, if(s_date is null, null, 10) as sor_years,
    if(a_date is null, null, appeal_result) as appeal_result, a_date as appeal_date
from known
order by y, sort, case_ref;
