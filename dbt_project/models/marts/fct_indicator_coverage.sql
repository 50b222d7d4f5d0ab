-- An indicator needs its returns from every organisation that owes them, for every
-- month of the period;
-- a count on a day needs the period's last month only. From when a return was asked
-- for does not matter
-- here: without it the figure is not whole.
with
    received as (
        select return_code, organisation_code, period, is_provisional
        from {{ ref("fct_coverage") }}
        where status in ('received', 'nil')
    ),
    months as (
        select period, start_date, end_date
        from {{ ref("dim_periods") }}
        where period_kind = 'month'
    ),
    parts as (
        select
            periods.period,
            months.period as month,
            months.start_date,
            months.end_date = periods.end_date as is_last
        from {{ ref("dim_periods") }} as periods
        inner join
            months
            on months.start_date >= periods.start_date
            and months.end_date <= periods.end_date
    ),
    reach as (
        select min(months.start_date) as first_day, max(months.end_date) as last_day
        from {{ ref("fct_coverage") }} as coverage
        inner join months using (period)
    ),
    wanted as (
        select distinct coalesce(returns, '') as returns, period_match
        from {{ ref("indicators") }}
    ),
    areas as (
        select distinct area_code
        from {{ ref("areas") }}
        where level in ('district', 'force')
    ),
    spans as (
        select
            wanted.returns,
            wanted.period_match,
            areas.area_code,
            periods.period,
            periods.period_kind,
            periods.start_date,
            periods.end_date,
            periods.mid_year
        from wanted
        cross join areas
        cross join {{ ref("dim_periods") }} as periods
        inner join
            reach
            on periods.start_date <= reach.last_day
            and periods.end_date >= reach.first_day
    ),
    -- R19:police asks the return of the police alone, R19 of every organisation that
    -- owes it.
    asked as (
        select
            wanted.returns,
            split_part(part, ':', 1) as return_code,
            split_part(part, ':', 2) as organisation_kind
        from
            (
                select returns, {{ each_of("split(returns, ';')") }} as part
                from (select distinct returns from wanted)
            ) as wanted
    ),
    needs as (
        select
            spans.returns,
            spans.period_match,
            spans.area_code,
            spans.period,
            pairs.return_code,
            pairs.organisation_code,
            parts.month
        from spans
        inner join asked on spans.returns = asked.returns
        inner join
            {{ ref("expected_returns") }} as pairs
            on asked.return_code = pairs.return_code
        inner join
            {{ ref("dim_organisations") }} as organisations
            on pairs.organisation_code = organisations.organisation_code
            and asked.organisation_kind in ('', organisations.organisation_kind)
        inner join
            parts
            on spans.period = parts.period
            and (spans.period_match not in ('at end', 'open at end') or parts.is_last)
        where
            (
                spans.area_code = 'SY'
                or organisations.area_code in (spans.area_code, 'SY')
            )
            and coalesce(pairs.valid_to, {{ ever() }}) >= parts.start_date
    ),
    counted as (
        select
            needs.returns,
            needs.period_match,
            needs.area_code,
            needs.period,
            count(*) as needed_count,
            count(received.period) as received_count,
            bool_or(received.is_provisional) as is_provisional,
            array_sort(
                array_agg(
                    distinct needs.return_code || ' ' || needs.organisation_code
                ) filter (where received.period is null)
            ) as not_received
        from needs
        left join
            received
            on needs.return_code = received.return_code
            and needs.organisation_code = received.organisation_code
            and needs.month = received.period
        group by all
    )
select
    spans.*,
    coalesce(counted.needed_count, 0) as needed_count,
    coalesce(counted.received_count, 0) as received_count,
    case
        when
            counted.needed_count is null
            or counted.received_count = counted.needed_count
        then 'received'
        when counted.received_count = 0
        then 'not received'
        else 'part received'
    end as status,
    coalesce(counted.not_received, {{ list_of([]) }}) as not_received,
    coalesce(counted.is_provisional, false) as is_provisional
from spans
left join counted using (returns, period_match, area_code, period)
