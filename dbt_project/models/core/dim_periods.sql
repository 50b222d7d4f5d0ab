with
    months as (
        select
            make_date(
                cast({{ var("first_year") }} + floor(number / 12) as integer),
                cast(number % 12 + 1 as integer),
                1
            ) as start_date
        from
            (
                select
                    {{ each_of(numbers_from(0, 12 * (var("last_year") - var("first_year") + 1) - 1)) }}
                    as number
            )
    ),
    spans as (
        select 'month' as period_kind, start_date, 1 as months_long
        from months
        union all
        select 'quarter', start_date, 3
        from months
        where month(start_date) % 3 = 1
        union all
        select 'financial_year', start_date, 12
        from months
        where month(start_date) = 4
        union all
        select 'calendar_year', start_date, 12
        from months
        where month(start_date) = 1
        union all
        select 'academic_year', start_date, 12
        from months
        where month(start_date) = 9
    ),
    named as (
        select
            *,
            {{ months_after("start_date", "months_long") }} - 1 as end_date,
            -- The financial year a day belongs to begins in the April on or before it.
            year({{ months_after("start_date", -3) }}) as financial_year_begins
        from spans
    )
select
    case
        period_kind
        when 'month'
        then left(cast(start_date as string), 7)
        when 'quarter'
        then
            printf(
                '%d-%02d-Q%d',
                financial_year_begins,
                (financial_year_begins + 1) % 100,
                (quarter(start_date) + 2) % 4 + 1
            )
        when 'financial_year'
        then printf('%d-%02d', year(start_date), year(end_date) % 100)
        when 'calendar_year'
        then cast(year(start_date) as string)
        else printf('AY%d-%02d', year(start_date), year(end_date) % 100)
    end as period,
    period_kind,
    start_date,
    end_date,
    case
        period_kind
        when 'month'
        then {{ month_name("start_date") }} || ' ' || year(start_date)
        when 'quarter'
        then
            {{ month_name("start_date") }}
            || ' to '
            || {{ month_name("end_date") }}
            || ' '
            || year(end_date)
        when 'financial_year'
        then printf('Financial year %d-%02d', year(start_date), year(end_date) % 100)
        when 'calendar_year'
        then 'Calendar year ' || year(start_date)
        else printf('Academic year %d-%02d', year(start_date), year(end_date) % 100)
    end as title,
    -- The last 30 June on or before the period's end: the population a rate is
    -- reckoned on.
    case
        when end_date >= make_date(year(end_date), 6, 30)
        then year(end_date)
        else year(end_date) - 1
    end as mid_year
from named
