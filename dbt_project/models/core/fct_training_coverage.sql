-- Those trained and in date at each month's end: a delivery adds its people in the
-- month it was given and takes them off in the month it expires.
with
    deliveries as (
        select
            organisation_code,
            la as area_code,
            staff_group,
            employer_type,
            record_ref,
            delivered_on,
            expires_on,
            headcount_trained,
            headcount_target
        from {{ ref("stg_trn_delivery") }}
    ),
    changes as (
        select *, last_day(delivered_on) as snapshot_date, headcount_trained as change
        from deliveries
        union all
        select
            organisation_code,
            area_code,
            staff_group,
            employer_type,
            record_ref,
            delivered_on,
            expires_on,
            headcount_trained,
            null,
            last_day(expires_on),
            - headcount_trained
        from deliveries
        where expires_on is not null
    ),
    monthly as (
        select
            organisation_code,
            area_code,
            staff_group,
            employer_type,
            snapshot_date,
            sum(change) as change,
            max_by(headcount_target, (delivered_on, record_ref)) filter (
                where headcount_target is not null
            ) as stated_target
        from changes
        group by all
    ),
    reach as (
        select organisation_code, told_until as told_to
        from {{ ref("stg_reach") }}
        where return_code = 'R20'
    ),
    month_ends as (
        select
            starts.organisation_code,
            starts.area_code,
            starts.staff_group,
            starts.employer_type,
            months.end_date as snapshot_date
        from
            (
                select
                    organisation_code,
                    area_code,
                    staff_group,
                    employer_type,
                    min(snapshot_date) as first_date
                from monthly
                group by all
            ) as starts
        inner join reach using (organisation_code)
        inner join
            {{ ref("dim_periods") }} as months
            on months.end_date between starts.first_date and reach.told_to
            and months.period_kind = 'month'
    ),
    standing as (
        select
            month_ends.*,
            sum(coalesce(monthly.change, 0)) over so_far as trained_count,
            max_by(monthly.stated_target, snapshot_date) filter (
                where monthly.stated_target is not null
            ) over so_far as target_count
        from month_ends
        left join
            monthly using (
                organisation_code, area_code, staff_group, employer_type, snapshot_date
            )
        window
            so_far as (
                partition by organisation_code, area_code, staff_group, employer_type
                order by snapshot_date
                rows between unbounded preceding and current row
            )
    )
select *
from standing
where target_count is not null
