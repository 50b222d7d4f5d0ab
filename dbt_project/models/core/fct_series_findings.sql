with
    own as (
        select
            figures.*,
            periods.start_date,
            periods.end_date,
            periods.period_kind,
            indicators.is_additive
        from {{ ref("fct_indicator_values") }} as figures
        inner join {{ ref("indicators") }} as indicators using (indicator_code, unit)
        inner join {{ ref("dim_periods") }} as periods using (period)
    ),
    series as (
        select indicator_code as series, area_code, unit, start_date, end_date, value
        from own
        where
            breakdown = 'all'
            and period_kind = 'financial_year'
            and basis = 'flow'
            and status = 'received'
            and is_additive = 'Y'
            and area_code <> 'U'
        union all
        select
            series,
            area_code,
            'published',
            make_date(cast(year_ending_31_march as integer) - 1, 4, 1),
            make_date(cast(year_ending_31_march as integer), 3, 31),
            try_cast(figure as double)
        from
            (
                select series, area_code, year_ending_31_march, figure
                from {{ ref("published_referrals") }}
                union all
                select series, area_code, year_ending_31_march, figure
                from {{ ref("published_factors") }}
            )
        where
            series in {{ codes_of("checked_series") }}
            and area_code in (select area_code from {{ ref("agencies") }})
    ),
    compared as (
        select
            *,
            lag(value) over years as value_before,
            lag(end_date) over years = start_date - 1 as follows_on,
            avg(value) over earlier as earlier_mean,
            stddev_samp(value) over earlier as earlier_deviation,
            count(value) over earlier as earlier_count
        from series
        window
            years as (partition by series, unit, area_code order by start_date),
            earlier as (
                partition by series, unit, area_code
                order by start_date
                rows between unbounded preceding and 1 preceding
            )
    ),
    jumped as (
        select
            'X17' as rule_code,
            compared.area_code,
            compared.end_date as event_date,
            concat_ws(
                ' ',
                compared.series,
                compared.unit,
                printf('%g to %g', compared.value_before, compared.value)
            ) as record
        from compared
        anti join
            {{ ref("series_breaks") }} as breaks
            on compared.series = breaks.series
            and coalesce(breaks.area_code, compared.area_code) = compared.area_code
            and breaks.break_date between compared.start_date and compared.end_date
        where
            follows_on
            and greatest(value, value_before) >= {{ threshold("series_smallest") }}
            and (
                abs(value - value_before)
                > value_before * {{ threshold("series_change_pct") }} / 100
                or (
                    earlier_count >= {{ threshold("series_earlier_years") }}
                    and abs(value - earlier_mean)
                    > {{ threshold("series_change_deviations") }} * earlier_deviation
                )
            )
    ),
    stood_still as (
        select
            'X18',
            area_code,
            end_date,
            concat_ws(' ', series, unit, printf('%g', value))
        from compared
        where
            follows_on
            and value = value_before
            and value >= {{ threshold("identical_smallest") }}
    )
select *
from jumped
union all
select *
from stood_still
