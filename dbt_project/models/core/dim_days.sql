with
    days as (
        select
            cast(
                unnest(
                    generate_series(
                        date '{{ var("first_year") }}-01-01',
                        date '{{ var("last_year") }}-12-31',
                        interval 1 day
                    )
                ) as date
            ) as day
    ),
    marked as (
        select
            days.day,
            isodow(days.day) <= 5 and holidays.holiday_date is null as is_working_day
        from days
        left join
            {{ ref("bank_holidays") }} as holidays on days.day = holidays.holiday_date
    )
select
    day,
    is_working_day,
    -- Bank holidays are known for some years only; elsewhere working days cannot be
    -- told apart.
    case
        when
            year(day) between (
                select year(min(holiday_date)) from {{ ref("bank_holidays") }}
            ) and (select year(max(holiday_date)) from {{ ref("bank_holidays") }})
        then count(*) filter (where is_working_day) over (order by day)
    end as working_day_number
from marked
