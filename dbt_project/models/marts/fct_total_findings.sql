with
    own as (
        select
            figures.*,
            periods.end_date,
            indicators.is_additive,
            indicators.population_ages,
            indicators.population_series
        from {{ ref("fct_indicator_values") }} as figures
        inner join {{ ref("indicators") }} as indicators using (indicator_code, unit)
        inner join {{ ref("dim_periods") }} as periods using (period)
        where figures.status <> 'not received'
    ),
    parts as (
        select
            indicator_code,
            unit,
            period,
            breakdown,
            breakdown_value,
            end_date,
            sum(value) filter (where area_code <> 'SY') as parts_sum,
            max(value) filter (where area_code = 'SY') as total
        from own
        where is_additive = 'Y'
        group by all
    ),
    parts_do_not_add_up as (
        select
            'X16' as rule_code,
            'SY' as area_code,
            end_date as event_date,
            concat_ws(
                ' ', indicator_code, unit, period, breakdown, breakdown_value
            ) as record
        from parts
        where coalesce(parts_sum, 0) <> coalesce(total, 0)
    ),
    published_do_not_add_up as (
        select 'X16', cast(null as string), cast(null as date), publication
        from {{ ref("published_tables") }}
        group by publication
        having
            sum(cast(figure as integer)) filter (where is_total = 'N')
            <> max(cast(figure as integer)) filter (where is_total = 'Y')
    ),
    published_districts as (
        select
            series,
            period,
            any_value(period_end_date) as end_date,
            count(*) filter (where area_level = 'district') as district_count,
            sum(value) filter (where area_level = 'district') as districts_sum,
            max(value) filter (where area_level = 'force') as total
        from {{ ref("fct_published_series") }}
        where area_code in (select area_code from {{ ref("agencies") }})
        group by series, period, vintage
    ),
    published_districts_do_not_add_up as (
        select 'X16', 'SY', end_date, concat_ws(' ', series, 'published', period)
        from published_districts
        where
            districts_sum <> total
            and district_count = (
                select count(distinct area_code)
                from {{ ref("agencies") }}
                where kind = 'council'
            )
    ),
    published_parts_do_not_add_up as (
        select 'X16', area_code, cast(null as date), concat_ws(' ', title, period)
        from {{ ref("fct_published_ratios") }}
        where value <> must_be
    ),
    mixed_populations as (
        select
            'X21',
            own.area_code,
            own.end_date,
            concat_ws(' ', own.indicator_code, own.unit, own.period)
        from own
        left join
            {{ ref("dim_populations") }} as populations
            on own.area_code = populations.area_code
            and own.population_ages = populations.population_ages
            and own.population_series = populations.population_series
            and populations.mid_year = case
                when month(own.end_date) >= 7
                then year(own.end_date)
                else year(own.end_date) - 1
            end
        where
            own.population_ages is not null
            and own.breakdown = 'all'
            and own.denominator is distinct from populations.population
    )
select *
from parts_do_not_add_up
union all
select *
from published_do_not_add_up
union all
select *
from published_districts_do_not_add_up
union all
select *
from published_parts_do_not_add_up
union all
select *
from mixed_populations
