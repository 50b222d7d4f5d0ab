with
    days as (
        select date '{{ var("first_year") }}-01-01' + cast(number as integer) as day
        from
            (
                select
                    {{ each_of(numbers_from(0, 366 * (var("last_year") - var("first_year") + 1))) }}
                    as number
            )
    ),
    marked as (
        select
            days.day,
            -- Saturday and Sunday alone begin so.
            left(dayname(days.day), 1) <> 'S'
            and holidays.holiday_date is null as is_working_day
        from days
        left join
            {{ ref("bank_holidays") }} as holidays on days.day = holidays.holiday_date
        where year(days.day) <= {{ var("last_year") }}
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
