-- The dice of the county: every draw is a hash of the seed, a number and a word, so
-- that no draw
-- depends on any other, on the order of the rows or on the number of threads.
create or replace macro h(i, word) as hash(getvariable('seed'), i, word);
create or replace macro below(i, word, n) as (h(i, word) % n)::int;
create or replace macro chance(i, word, pct) as h(i, word) % 10000 < pct * 100;
create or replace macro pick(i, word, choices) as choices[1 + (h(i, word) % len(choices))::int];
create or replace macro secret(kind, i) as sha256(getvariable('seed') || '/' || kind || '/' || i);
-- Where the numbers of one kind begin, beyond all of another; from a million children
-- on, so many times as far out.
create or replace macro numbers_of(first) as first * (1 + getvariable('children') // 1000000);
create or replace macro first_day() as date '2020-04-01';
create or replace macro last_day_of_all() as date '2025-03-31';
-- Financial years are known by the year they begin in.
create or replace macro fy(d) as year(d - interval 3 month)::int;
create or replace macro fy_end(y) as make_date(y + 1, 3, 31);
create or replace macro fy_name(y) as y || '-' || lpad(((y + 1) % 100)::varchar, 2, '0');
-- The files in which a record stands: the year it began, and every year until it
-- closed.
create or replace macro years(began, closed) as range(
    greatest(fy(began), 2020), least(fy(coalesce(closed, last_day_of_all())), 2024) + 1
);
create or replace macro by_then(d, y) as case when d <= fy_end(y) then d end;
create or replace macro last_sunday(d) as d - (isodow(d) % 7)::int;
create or replace macro zone(d) as case
    when d >= last_sunday(make_date(year(d), 3, 31)) and d < last_sunday(make_date(year(d), 10, 31))
    then '+01:00' else '+00:00' end;
-- Hours stay well inside the day, so that no date turns on a time zone.
create or replace macro clock(d, hour, i) as d::date::varchar || 'T' || lpad(hour::varchar, 2, '0')
    || ':' || lpad(below(i, 'minute', 60)::varchar, 2, '0') || ':00' || zone(d::date);
create or replace macro month_of(d) as strftime(d, '%Y-%m');
create or replace macro yn(yes) as case when yes then 'Y' else 'N' end;
create or replace macro district_of(la) as case la
    when '370' then 'BAR' when '371' then 'DON' when '372' then 'ROT' when '373' then 'SHE' else la end;
create or replace macro la_of(district) as case district
    when 'BAR' then '370' when 'DON' then '371' when 'ROT' then '372' when 'SHE' then '373' else district end;

-- The council that sends its national return: its children stand under keys of its own.
create or replace macro on_own_keys(la) as la = '373';
