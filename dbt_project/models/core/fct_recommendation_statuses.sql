-- Where a recommendation stood at the end of each year: the latest word by then on
-- every action that serves it. An action of the plan serves itself.
with
    years as (
        select period, end_date
        from {{ ref("dim_periods") }}
        where period_kind = 'financial_year'
    ),
    serving as (
        select
            recommendation_ref,
            area_code,
            action_code,
            action_status as status,
            status_date
        from {{ ref("fct_actions") }}
        union
        select action_code, area_code, action_code, action_status, status_date
        from {{ ref("fct_actions") }}
    ),
    latest as (
        select years.period, serving.*
        from years
        inner join serving on serving.status_date <= years.end_date
        qualify
            row_number() over (
                partition by
                    years.period,
                    serving.recommendation_ref,
                    serving.area_code,
                    serving.action_code
                order by serving.status_date desc
            )
            = 1
    ),
    counted as (
        select
            recommendation_ref,
            case when grouping(area_code) = 1 then 'SY' else area_code end as area_code,
            period,
            status,
            count(*) as action_count,
            max(status_date) as status_date
        from latest
        group by
            grouping sets (
                (recommendation_ref, period, status),
                (recommendation_ref, period, status, area_code)
            )
    )
select
    recommendation_ref,
    area_code,
    period,
    {{ joined("counted.status || ' ' || counted.action_count", ", ", "counted.status") }}
    as status,
    max(counted.status_date) as status_date
from counted
group by all
