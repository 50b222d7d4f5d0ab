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
        select
            indicator_code as series,
            area_code,
            unit,
            'our own' as vintage,
            start_date,
            end_date,
            value
        from own
        where
            breakdown = 'all'
            and period_kind = 'financial_year'
            and basis = 'flow'
            and status = 'received'
            and is_additive = 'Y'
            and area_code <> 'U'
        union all
        -- Two releases of one series are watched apart, and what both say is said once.
        select
            series,
            area_code,
            'published',
            vintage,
            make_date(year(period_end_date) - 1, 4, 1),
            period_end_date,
            value
        from {{ ref("fct_published_series") }}
        where
            period_kind = 'financial_year'
            and series in {{ codes_of("checked_series") }}
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
            years as (
                partition by series, unit, vintage, area_code order by start_date
            ),
            earlier as (
                partition by series, unit, vintage, area_code
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
                {{ short_number("compared.value_before", 6) }}
                || ' to '
                || {{ short_number("compared.value", 6) }}
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
            concat_ws(' ', series, unit, {{ short_number("value", 6) }})
        from compared
        where
            follows_on
            and value = value_before
            and value >= {{ threshold("identical_smallest") }}
    )
select *
from jumped
union
select *
from stood_still
