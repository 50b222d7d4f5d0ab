-- The truth: families, their children, and what befell them. Some 30 in 100 have a brother or sister in the
-- register, 2.5 in 100 are twins or triplets, 18 in 100 moved, 3 in 100 changed their surname.
set variable surnames = (select count(*) from n_surname);

create or replace table p_family as
select
    f,
    under(f, 'family', 10000) as kind,
    case when kind < 8000 then 1 when kind < 9300 then 2 when kind < 9600 then 3
        when kind < 9720 then 2 when kind < 9746 then 3 when kind < 9750 then 3
        -- Twins with an elder, and triplets, are among the last.
        else 1 end as size,
    case when kind between 9600 and 9719 then 2 when kind between 9720 and 9745 then 2
        when kind between 9746 and 9749 then 3 else 1 end as born_together,
    (date '2003-01-01' + under(f, 'born', 4700))::date as eldest_born,
    if(kind % 50 = 49, skewed(f, 'second surname', getvariable('surnames'), 3), null) as second,
    skewed(f, 'surname', getvariable('surnames'), 3) as first
from range(1, getvariable('families') + 1) as t(f);

create or replace macro postcode_of(n) as 'ZZ' || (1 + n % 60) || ' ' || (1 + (n // 60) % 9)
    || chr((65 + n::bigint * 7919 // 60 % 20)::int) || chr((65 + n::bigint * 104729 // 540 % 20)::int);

create or replace table p_member as
select f.*, k, (f - 1) * 3 + k as i, greatest(k - 1, 0) as after,
    -- The last of a family are those born together.
    k > size - born_together and born_together > 1 as is_twin,
    case when is_twin then size - born_together else k - 1 end as gaps,
    (eldest_born + (gaps * (300 + under(f, 'gap', 900)))::int
        -- Some are born on the two sides of midnight.
        + if(is_twin and k = size and happens(f, 'midnight', 2), 1, 0))::date as birth_date,
    if(is_twin and happens(f, 'one sex', 65), if(dice(f, 'sex') % 2 = 0, 'F', 'M'), if(dice(i, 'sex') % 2 = 0, 'F', 'M')) as sex
from (select *, unnest(range(1, size + 1)) as k from p_family) as f;

-- Brothers and sisters have different first names; a fourth of twins have the same initial.
create or replace table p_named as
with
    drawn as (
        select m.*, (skewed(m.f, 'forename ' || m.sex, 138, 1.6) + (k - 1) * (1 + under(m.f, 'next', 40))) % 130 + 1 as n,
            is_twin and k > size - born_together + 1 and happens(m.f, 'same initial', 25) as same_initial
        from p_member as m
    ),
    first as (
        select d.*, x.forename, max(if(is_twin and k = size - born_together + 1, x.forename, null)) over (partition by f) as of_twin,
            max(if(is_twin and k = size - born_together + 1, x.n_initial, null)) over (partition by f) as of_twin_n,
            left(of_twin, 1) as initial
        from drawn as d inner join n_forename as x on d.sex = x.sex and d.n = x.n
    ),
    wished as (
        select * exclude (n), if(same_initial, initial, null) as alike, of_twin_n + k - size + born_together - 1 as later from first
    )
select w.* exclude (forename, of_twin, of_twin_n, initial, alike, later),
    if(x.forename is null or x.forename = of_twin, w.forename, x.forename) as forename
from wished as w
left join n_forename as x on w.sex = x.sex and w.alike = left(x.forename, 1) and (w.later - 1) % x.of_initial + 1 = x.n_initial;

-- Numbers of the test range, each given once; of a thousand sixes of digits ninety-one have no check digit.
create or replace table p_number as
with
    sums as (
        select n, 11 - (243 + n // 100000 % 10 * 7 + n // 10000 % 10 * 6 + n // 1000 % 10 * 5
            + n // 100 % 10 * 4 + n // 10 % 10 * 3 + n % 10 * 2) % 11 as digit
        from range(0, 1000000) as t(n)
    )
select '999' || lpad(n::varchar, 6, '0') || (digit % 11)::varchar as nhs_number, row_number() over (order by dice(n, 'NHS')) as place
from sums where digit <> 10
qualify place <= (select count(*) from p_named);

create or replace table p_child as
select c.i as child, c.f as family, c.is_twin, c.size > c.born_together as has_siblings, c.birth_date, c.sex, c.forename,
    case when happens(c.i, 'middle', 35) then (select x.forename from n_forename as x where x.sex = c.sex and x.n = 1 + under(c.i, 'middle name', 100)) end as middle,
    a.surname || coalesce('-' || b.surname, '') as surname,
    postcode_of(under(c.f, 'home', getvariable('postcodes'))) as postcode,
    -- Brothers and sisters move together, more often than not.
    if(happens(c.f, 'moved', 15) or happens(c.i, 'moved alone', 3.5), postcode_of(under(c.f, 'new home', getvariable('postcodes'))), null) as later_postcode,
    if(happens(c.i, 'renamed', 3), z.surname, null) as later_surname,
    p.nhs_number, 'A' || lpad((dice(c.i, 'UPN') % 1000000000000)::varchar, 12, '0') as upn
from p_named as c
inner join n_surname as a on c.first = a.n
left join n_surname as b on c.second = b.n
inner join n_surname as z on z.n = skewed(c.i, 'new surname', getvariable('surnames'), 2)
inner join (select i, row_number() over (order by i) as place from p_named) as o on c.i = o.i
inner join p_number as p on o.place = p.place;
