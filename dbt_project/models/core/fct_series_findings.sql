with
    own as (
        select figures.*, periods.start_date, periods.end_date, periods.mid_year, periods.period_kind, indicators.is_additive, indicators.population_ages, indicators.population_series
        from {{ ref("fct_indicator_values") }} as figures
        inner join {{ ref("indicators") }} as indicators using (indicator_code, unit)
        inner join {{ ref("dim_periods") }} as periods using (period)
        where figures.status <> 'not received'
    ),
    parts as (
        select indicator_code, unit, period, breakdown, breakdown_value, end_date,
            sum(value) filter (where area_code <> 'SY') as parts_sum,
            max(value) filter (where area_code = 'SY') as total
        from own
        where is_additive = 'Y'
        group by all
    ),
    parts_do_not_add_up as (
        select 'X16' as rule_code, 'SY' as area_code, end_date as event_date, concat_ws(' ', indicator_code, unit, period, breakdown, breakdown_value) as record
        from parts
        where parts_sum is distinct from total
    ),
    published_do_not_add_up as (
        select 'X16', cast(null as varchar), cast(null as date), publication
        from {{ ref("published_tables") }}
        group by publication
        having sum(cast(figure as integer)) filter (where is_total = 'N') <> max(cast(figure as integer)) filter (where is_total = 'Y')
    ),
    series as (
        select indicator_code as series, area_code, unit, start_date, end_date, value
        from own
        where breakdown = 'all' and period_kind = 'financial_year' and basis = 'flow' and status = 'received' and is_additive = 'Y'
        union all
        select series, area_code, 'published', make_date(cast(year_ending_31_march as integer) - 1, 4, 1), make_date(cast(year_ending_31_march as integer), 3, 31), try_cast(figure as double)
        from (
            select series, area_code, year_ending_31_march, figure from {{ ref("published_referrals") }}
            union all
            select series, area_code, year_ending_31_march, figure from {{ ref("published_factors") }}
        )
        where series in {{ codes_of("checked_series") }} and area_code in (select area_code from {{ ref("agencies") }})
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
            earlier as (partition by series, unit, area_code order by start_date rows between unbounded preceding and 1 preceding)
    ),
    jumped as (
        select 'X17', compared.area_code, compared.end_date, concat_ws(' ', compared.series, compared.unit, printf('%g to %g', compared.value_before, compared.value))
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
                abs(value - value_before) > value_before * {{ threshold("series_change_pct") }} / 100
                or (
                    earlier_count >= {{ threshold("series_earlier_years") }}
                    and abs(value - earlier_mean) > {{ threshold("series_change_deviations") }} * earlier_deviation
                )
            )
    ),
    stood_still as (
        select 'X18', area_code, end_date, concat_ws(' ', series, unit, printf('%g', value))
        from compared
        where follows_on and value = value_before and value >= {{ threshold("identical_smallest") }}
    ),
    mixed_populations as (
        select 'X21', own.area_code, own.end_date, concat_ws(' ', own.indicator_code, own.unit, own.period)
        from own
        left join
            {{ ref("dim_populations") }} as populations
            on own.area_code = populations.area_code
            and own.population_ages = populations.population_ages
            and own.population_series = populations.population_series
            and populations.mid_year = case when month(own.end_date) >= 7 then year(own.end_date) else year(own.end_date) - 1 end
        where own.population_ages is not null and own.breakdown = 'all' and own.denominator is distinct from populations.population
    )
select * from parts_do_not_add_up
union all
select * from published_do_not_add_up
union all
select * from jumped
union all
select * from stood_still
union all
select * from mixed_populations
