-- What four agencies wrote down. `share`: of the children, in 100; `slips`: how many records in 100 have names or
-- dates typed wrongly; `numbered`: with an NHS number; `short`: with the short form of a name that has one.
create or replace table p_agency as
from (values
    ('SHE', 75, 3, 70, 42, 4),
    ('RFF', 60, 8, 86, 0, 2),
    ('SYP', 45, 25, 15, 0, 15),
    ('VOL', 30, 15, 32, 12, 20)
) as a(organisation_code, share, slips, numbered, with_upn, short);

-- One letter: another in its place, left out, typed twice, or changed with the next. Rarely the first.
create or replace macro typed(t, i, word) as case
    when length(t) < 3 then t || right(t, 1)
    else list_value(
        left(t, (under(i, word || ' at', length(t) - 1) + 1)::int) || letter(i, word || ' letter') || substr(t, under(i, word || ' at', length(t) - 1) + 3),
        left(t, (under(i, word || ' at', length(t) - 1) + 1)::int) || substr(t, under(i, word || ' at', length(t) - 1) + 3),
        left(t, (under(i, word || ' at', length(t)) + 1)::int) || substr(t, under(i, word || ' at', length(t)) + 1),
        left(t, under(i, word || ' at', length(t) - 1)::int) || substr(t, under(i, word || ' at', length(t) - 1) + 2, 1)
            || substr(t, under(i, word || ' at', length(t) - 1) + 1, 1) || substr(t, under(i, word || ' at', length(t) - 1) + 3)
    )[1 + under(i, word || ' kind', 4)] end;
-- Day and month changed round, or a day, month or year a little off.
create or replace macro mistaken(d, i) as case
    when day(d) <= 12 and day(d) <> month(d) and happens(i, 'turned', 50) then make_date(year(d), day(d), month(d))
    when under(i, 'date', 3) = 0 then make_date(year(d) - 1 + 2 * under(i, 'year', 2), month(d), least(day(d), 28))
    when under(i, 'date', 3) = 1 then make_date(year(d), 1 + (month(d) + under(i, 'month', 11))::int % 12, least(day(d), 28))
    else make_date(year(d), month(d), 1 + (day(d) + under(i, 'day', 26))::int % 28) end;

-- A record more in 200 is a second one of the same child in the same agency.
create or replace table p_record as
with
    known as (
        select c.*, a.* exclude (share), c.child * 8 + a.place as r0
        from p_child as c
        cross join (select *, row_number() over (order by share) as place from p_agency) as a
        where happens(c.child, a.organisation_code, a.share)
            -- Whom nobody would know, the council knows.
            or (a.organisation_code = 'SHE' and not (happens(c.child, 'RFF', 60) or happens(c.child, 'SYP', 45) or happens(c.child, 'VOL', 30)))
    ),
    twice as (select k.*, r0 * 2 + copy as r, copy from (select *, unnest(if(happens(r0, 'twice', 0.5), [0, 1], [0])) as copy from known) as k)
select t.* exclude (r0, place),
    coalesce(if(happens(r, 'which home', 50), later_postcode, null), t.postcode) as home,
    coalesce(if(happens(r, 'which name', 50), later_surname, null), t.surname) as called,
    if(happens(r, 'short', t.short) and s.short is not null, s.short, t.forename) as first_name,
    -- The number of a brother, sister or twin, typed on the wrong child's record.
    if(happens(r, 'wrong child', 1), other.nhs_number, null) as wrong_number
from twice as t
left join n_short as s on t.forename = s.forename
left join (select family, child, nhs_number, row_number() over (partition by family order by child desc) as last from p_child) as other
    on t.family = other.family and other.last = 1 and other.child <> t.child;
