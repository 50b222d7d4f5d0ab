with
    years as (
        select period as financial_year, start_date, end_date as year_end_date
        from {{ ref("dim_periods") }}
        where period_kind = 'financial_year'
    ),
    issued as (
        select
            actions.area_code,
            years.financial_year,
            years.year_end_date,
            count(*) as actions_count
        from {{ ref("fct_disruption_actions") }} as actions
        inner join
            years
            on actions.issued_date between years.start_date and years.year_end_date
        group by all
    ),
    reach as (
        select max(told_until) as told_to
        from {{ ref("stg_reach") }}
        where return_code = 'R12'
    ),
    open_cases as (
        select
            cases.area_code,
            years.financial_year,
            years.year_end_date,
            count(*) as open_cases_count
        from {{ ref("fct_cse_cases") }} as cases
        inner join
            years
            on cases.opened_date <= years.year_end_date
            and coalesce(cases.closed_date, {{ ever() }}) > years.year_end_date
        inner join reach on years.year_end_date <= reach.told_to
        group by all
    )
select
    area_code,
    financial_year,
    year_end_date,
    coalesce(issued.actions_count, 0) as actions_count,
    coalesce(open_cases.open_cases_count, 0) as open_cases_count
from issued
full join open_cases using (area_code, financial_year, year_end_date)
