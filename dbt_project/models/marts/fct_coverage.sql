{{ config(contract={"enforced": true}) }}
with
    months as (
        select period, start_date, end_date
        from {{ ref("dim_periods") }}
        where period_kind = 'month'
    ),
    tries as (
        select
            receipts.organisation_code,
            receipts.return_code,
            months.period,
            receipts.status,
            counted.is_nil,
            counted.is_provisional
        from {{ ref("stg_receipts") }} as receipts
        -- A return sent before the period was over says nothing yet of the months to
        -- come.
        inner join
            months
            on months.start_date <= receipts.period_end
            and months.end_date >= receipts.period_start
            and months.start_date <= receipts.received_date
        left join {{ ref("stg_submissions") }} as counted using (submission_id)
    ),
    -- Posts are counted on a day: only a month with a count has been received,
    -- whatever the period said. A census of all social workers counts no post on
    -- child sexual exploitation.
    snapshots as (
        select distinct
            organisation_code, left(cast(snapshot_date as string), 7) as period
        from {{ ref("fct_workforce") }}
        where workforce_scope = 'CSE'
    ),
    snapshot_returns as (
        select distinct return_code
        from {{ ref("expected_returns") }}
        where is_snapshot = 'Y'
    ),
    owed as (
        select expected.organisation_code, expected.return_code, months.period
        from {{ ref("stg_expected_returns") }} as expected
        inner join
            months
            on months.start_date <= expected.period_end
            and months.end_date >= expected.period_start
            and (
                months.end_date >= expected.period_end
                or expected.return_code
                not in (select return_code from snapshot_returns)
            )
    ),
    cells as (
        select organisation_code, return_code, period
        from owed
        union
        select organisation_code, return_code, period
        from tries
    ),
    judged as (
        select
            cells.organisation_code,
            cells.return_code,
            cells.period,
            case
                when bool_or(not tries.is_nil)
                then 'received'
                when bool_or(tries.is_nil)
                then 'nil'
                when bool_or(tries.status = 'refused')
                then 'refused'
                else 'not received'
            end as status,
            coalesce(bool_or(tries.is_provisional), false) as is_provisional
        from cells
        left join tries using (organisation_code, return_code, period)
        group by all
    )
select
    judged.return_code,
    judged.organisation_code,
    judged.period,
    judged.status,
    judged.is_provisional
from judged
left join snapshots using (organisation_code, period)
where
    judged.status <> 'received'
    or snapshots.period is not null
    or judged.return_code not in (select return_code from snapshot_returns)
