-- One row for each victim's way through a case: all crimes of a case, or one crime
-- of which none came.
create or replace table m_journey as
with
    of_cases as (
        select d.i, d.case_ref, null as crime_ref, max(d.charged) as charged, max(r.verdict) + 30 as ended, min(c.recorded) as recorded
        from m_defendant as d
        inner join m_crime as c on d.i = c.i and c.fate_now = 'CHARGED'
        left join m_result as r on d.case_ref = r.case_ref and d.k = r.k
        where d.charged is not null
        group by all
    ),
    of_crimes as (
        select i, null, crime_ref, null::date, closed_on, recorded from m_crime
        where fate_now <> 'CHARGED' and cse_flag = 'Y' and fate_now <> 'CANCELLED' and chance(r, 'supported', 28)
    ),
    ways as (select *, row_number() over (order by i, case_ref, crime_ref) as n, coalesce(case_ref, crime_ref) as about from (from of_cases union all from of_crimes)),
    drawn as (
        select *, below(about, 'ISVA', 100) as u, if(chance(about, 'ABE', 78), recorded + 9 + below(about, 'ABE day', 12), null) as abe
        from ways
    )
select c.person_key, c.born, c.sex, c.e, c.disability_any, c.la, d.* exclude (abe, charged, ended),
    case when abe <= last_day_of_all() then abe end as abe, chance(about, 'ABE timed', 60) as abe_timed,
    case when charged <= last_day_of_all() then charged end as charged,
    case when ended <= last_day_of_all() then ended end as ended,
    -- Before the interview, on its day (whether before it is known of some), after
    -- it, or not at all.
    case when u < 58 then 'before' when u < 68 then 'same day' when u < 76 then 'earlier that day' when u < 80 then 'later that day'
        when u < 89 then 'after' when u < 94 then 'refused' when u < 97 then 'does not apply' else 'no row' end as isva,
    chance(about, 'another adviser', 15) as another_adviser
from drawn as d inner join m_child as c using (i);

-- One row for each item of support or measure of each of them, with what was offered.
create or replace table m_support as
with
    items as (
        select n, 'ISVA' as item, 0 as s, case isva when 'before' then coalesce(abe, recorded + 15) - 1 - below(about, 'days before', 7)
            when 'after' then coalesce(abe, recorded + 15) + 1 + below(about, 'days after', 20)
            else coalesce(abe, recorded + 15) end as on_day,
            case when isva = 'refused' then 'N' when isva = 'does not apply' then 'NA' else 'Y' end as offered
        from m_journey where isva <> 'no row'
        union all
        select n, 'ISVA', 1, coalesce(abe, recorded + 15) + 60, 'Y' from m_journey
        where another_adviser and isva not in ('refused', 'does not apply', 'no row')
        union all
        select n, item, s, charged + 3 + below(about || item, 'days', 25), if(chance(about || item, 'offered', if(chance(about, 'all', 50), 97, 75)), 'Y', 'N')
        from m_journey, (values ('PTT', 2), ('PCFV', 3), ('MPB', 4)) as t(item, s)
        where charged is not null and not chance(about || item, 'no row', 8)
        union all
        select n, item, s, charged + 30, 'Y' from m_journey, (values ('S24', 5), ('S28', 6)) as t(item, s)
        where charged is not null and chance(about || item, 'measure', 40)
    )
select i.*, j.* exclude (n, u),
    -- The first adviser, or the one who came after.
    case when item = 'ISVA' and offered = 'Y' then pick(j.about || s, 'response', ['ACC', 'ACC', 'ACC', 'ACC', 'DEC', 'PEND']) else 'ACC' end as answer,
    item = 'ISVA' or chance(about || item, 'present', if(chance(about, 'all', 50), 96, 80)) as present,
    i.on_day + below(about || item, 'answer', 5) as answered
from items as i inner join m_journey as j using (n)
where i.on_day <= last_day_of_all();

create or replace table r_vic_support as
with
    told as (
        select *, unnest(years(on_day, coalesce(greatest(on_day, abe, charged, ended, answered), on_day))) as y from m_support
    ),
    known as (
        select *, offered = 'Y' as is_offered, if(answered <= fy_end(y), answer, 'PEND') as answer_told, n * 10 + s as line_number from told
    )
select 'VSP' as org, y, y = max(y) over (partition by line_number) as last, line_number as sort, i, born,
    'R08-' || line_number as record_ref, if(y = fy(k.on_day), 'N', 'A') as record_action, (1 + y - fy(k.on_day))::varchar as record_version,
    unnest(child_block(person_key, born, sex, e, false, disability_any, la)), case_ref, crime_ref,
    item as item_code, offered, if(offered = 'NA', 'DECLINED_INVESTIGATION', null) as not_offered_reason, k.on_day as recorded_date,
    if(is_offered, k.on_day, null) as offered_date,
    case when item = 'ISVA' and s = 0 and is_offered and abe is not null then case isva
        when 'earlier that day' then clock(k.on_day, 9, line_number) when 'later that day' then clock(k.on_day, 16, line_number)
        when 'same day' then if(abe_timed, null, clock(k.on_day, 9, line_number)) end end as offered_at,
    if(is_offered, answer_told, null) as response,
    if(is_offered and answer_told <> 'PEND', answered, null) as response_date,
    null as started_date, if(is_offered and answer_told = 'DEC', 'NOT_NOW', null) as decline_reason,
    if(item = 'ISVA' and is_offered and answer_told = 'ACC', secret('ISVA', below(about, 'adviser', 12) + s), null) as isva_key,
    if(item = 'ISVA' and is_offered and answer_told = 'ACC', pick(line_number, 'trained', ['Y', 'Y', 'Y', 'N']), null) as isva_court_trained,
    if(is_offered, yn(present), null) as isva_present_at_offer,
    by_then(abe, y) as abe_date,
    if(abe <= fy_end(y) and (abe_timed or isva in ('earlier that day', 'later that day')), clock(abe, 12, line_number), null) as abe_at,
    if(abe <= fy_end(y), 'Y', null) as abe_video, by_then(charged, y) as charge_decision_date,
    by_then(ended, y) as case_closed_date, if(item like 'S2%', pick(line_number, 'status', ['GRANTED', 'APPLIED', 'USED']), null) as measure_status,
    pick(line_number, 'voice', ['Y', 'Y', 'N']) as voice_captured
from known as k
order by y, sort;
