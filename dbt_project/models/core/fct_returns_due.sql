with
    firsts as (
        select
            expected.organisation_code,
            expected.return_code,
            expected.period,
            min(received.received_date) as first_received_date
        from {{ ref("stg_expected_returns") }} as expected
        inner join
            {{ ref("stg_receipts") }} as received
            on expected.organisation_code = received.organisation_code
            and expected.return_code = received.return_code
            and expected.period_start >= received.period_start
            and expected.period_end <= received.period_end
            and received.status <> 'refused'
        group by all
    )
select
    expected.organisation_code,
    expected.return_code,
    expected.period,
    expected.period_start as period_start_date,
    expected.period_end as period_end_date,
    expected.due_date,
    organisations.area_code,
    firsts.first_received_date,
    coalesce(firsts.first_received_date <= expected.due_date, false) as is_on_time
from {{ ref("stg_expected_returns") }} as expected
left join firsts using (organisation_code, return_code, period)
left join {{ ref("dim_organisations") }} as organisations using (organisation_code)
