with
    months as (
        select
            cast(
                unnest(
                    generate_series(
                        date '{{ var("first_year") }}-01-01',
                        date '{{ var("last_year") }}-12-01',
                        interval 1 month
                    )
                ) as date
            ) as start_date
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
            cast(
                start_date + to_months(months_long) - interval 1 day as date
            ) as end_date,
            -- The financial year a day belongs to begins in the April on or before it.
            year(cast(start_date - interval 3 month as date)) as financial_year_begins
        from spans
    )
select
    case
        period_kind
        when 'month'
        then strftime(start_date, '%Y-%m')
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
        then cast(year(start_date) as varchar)
        else printf('AY%d-%02d', year(start_date), year(end_date) % 100)
    end as period,
    period_kind,
    start_date,
    end_date,
    case
        period_kind
        when 'month'
        then strftime(start_date, '%B %Y')
        when 'quarter'
        then strftime(start_date, '%B') || ' to ' || strftime(end_date, '%B %Y')
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
