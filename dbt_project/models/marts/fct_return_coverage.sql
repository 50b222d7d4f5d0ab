-- A return owed for a year may come month by month: then the months say whether it is
-- whole.
with
    months as (
        select
            due.organisation_code,
            due.return_code,
            due.period,
            count(*) as month_count,
            count(*) filter (
                where coverage.status in ('received', 'nil')
            ) as received_count,
            bool_and(coverage.status = 'nil') as is_nil,
            bool_or(coverage.status = 'refused') as is_refused
        from {{ ref("fct_returns_due") }} as due
        inner join
            {{ ref("dim_periods") }} as periods
            on periods.period_kind = 'month'
            and periods.start_date >= due.period_start_date
            and periods.end_date <= due.period_end_date
        inner join
            {{ ref("fct_coverage") }} as coverage
            on due.organisation_code = coverage.organisation_code
            and due.return_code = coverage.return_code
            and periods.period = coverage.period
        group by all
    )
select
    due.return_code,
    due.organisation_code,
    due.area_code,
    due.period,
    due.period_end_date,
    due.due_date,
    due.first_received_date,
    {{ days_between("due.due_date", "due.first_received_date") }} as days_after_due,
    case
        when months.received_count = months.month_count
        then
            case
                when months.is_nil
                then 'nil'
                when due.first_received_date > due.due_date
                then 'late'
                else 'received'
            end
        when months.received_count > 0
        then 'part received'
        when months.is_refused
        then 'refused'
        else 'not received'
    end as status
from {{ ref("fct_returns_due") }} as due
left join months using (organisation_code, return_code, period)
