-- One row for each recorded crime: two police reports of three become one, each of
-- one child.
create or replace table m_crime as
with
    recorded as (
        select r, i, j, d, la, born, sex, e, person_key, disability_any, looked_after, district, age,
            d as recorded,
            case below(r, 'flag', 20) when 0 then 'U' when 1 then 'N' when 2 then 'N' else 'Y' end as cse_flag,
            below(r, 'fate', 100) as fate,
            20 + below(r, 'lag', 400) as lag,
            age >= 13 and chance(r, 'non-recent', 15) as non_recent
        from m_report
        where kind in ('P', 'B') and chance(r, 'crime', 65)
    ),
    fated as (
        select *,
            case
                when fate < 6 then 'CANCELLED'
                when fate < 9 then 'TRANSFERRED'
                when fate < 37 and cse_flag = 'Y' then 'CHARGED'
                else 'FINAL'
            end as fate_word,
            d - case when non_recent then 400 + below(r, 'to', 700) else 1 + below(r, 'to', 60) end as offence_to
        from recorded
    ),
    closed as (
        -- The charged crimes of one child are one case and are charged on one day.
        select *,
            case fate_word
                when 'CANCELLED' then recorded + 5 + lag % 60
                when 'CHARGED' then max(recorded + lag) over (partition by i, fate_word)
                else recorded + lag
            end as due,
            min(r) over (partition by i) as first_r
        from fated
    )
select * exclude (due),
    case when due <= last_day_of_all() then due end as closed_on,
    case when due <= last_day_of_all() then fate_word else 'OPEN' end as fate_now,
    'C' || lpad(r::varchar, 8, '0') as crime_ref,
    -- A child's second crime is often looked into with the first: one investigation,
    -- two crimes.
    case when chance(i, 'one investigation', 50) then first_r else r end as inv,
    1 + below(i, 'defendants', 3) as defendants,
    greatest(below(r, 'suspects', 4), case when fate_word = 'CHARGED' then 1 + below(i, 'defendants', 3) else 0 end)
        as suspects,
    -- What the agencies say differently about the same case, on purpose (X02, X03,
    -- X04).
    case when below(i, 'x02', 100) < 4 then 'police only' when below(i, 'x02', 100) < 6 then 'cps only' end as x02,
    chance(r, 'x03', 2) as x03,
    chance(i, 'x04', 3) as x04,
    offence_to - below(r, 'from', 200) as offence_from
from closed;

-- One row for each outcome of a crime, in the order they were given.
create or replace table m_outcome as
with
    typed as (
        select *,
            case
                when fate_now = 'TRANSFERRED' then '20'
                when fate_now = 'CHARGED' and x02 = 'cps only' then '15'
                when fate_now = 'CHARGED' then '1'
                else pick(r, 'outcome', ['14', '15', '15', '16', '16', '18', '18', '21', '10', '8'])
            end as final_type,
            fate_now = 'CHARGED' and lag > 60 and j = 1 and chance(r, 'reopened', 15) as reopened,
            fy(coalesce(closed_on, last_day_of_all() + 1)) > fy(recorded) as waiting
        from m_crime
        where fate_now <> 'CANCELLED'
    ),
    events as (
        select r, '0' as type, null::date as on_day, recorded as written, 1 as step
        from typed where waiting
        union all
        select r, '15', recorded + 15, recorded + 15, 2 from typed where reopened and closed_on is not null
        union all
        select r, final_type, closed_on, closed_on, 3 from typed where closed_on is not null
        union all
        select r, '1A', closed_on, closed_on, 4 from typed
        where closed_on is not null and final_type = '1' and chance(r, '1A', 6)
    )
select e.*, row_number() over (partition by e.r order by e.step) as outcome_seq,
    c.crime_ref, c.recorded, c.inv, c.closed_on, f.recorded as opened
from events as e
inner join m_crime as c on c.r = e.r
inner join m_crime as f on f.r = c.inv;
