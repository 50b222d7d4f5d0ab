-- What others published, as they published it: a symbol stays a symbol and is never a
-- nought, and each release of a figure stands beside the others.
with
    stated as (
        select
            series,
            area_code,
            area_name,
            area_level,
            period_kind,
            period,
            figure,
            unit,
            vintage,
            source
        from {{ ref("published_series") }}
        union all
        select
            'population_0_17',
            population.area_code,
            any_value(population.area_name),
            coalesce(any_value(wider.area_level), 'district'),
            'snapshot',
            population.mid_year || '-06-30',
            cast(sum(population.population) as string),
            'child',
            population.population_series,
            any_value(population.source)
        from {{ ref("population") }} as population
        left join
            (
                select distinct area_code, area_level
                from {{ ref("published_series") }}
                where area_level in ('region', 'country')
            ) as wider
            on population.area_code = wider.area_code
        where population.sex = 'all' and population.age_to <= 17
        group by population.area_code, population.mid_year, population.population_series
    )
select
    stated.series,
    stated.area_code,
    stated.area_name,
    stated.area_level,
    stated.period_kind,
    stated.period,
    case
        stated.period_kind
        when 'financial_year'
        then make_date(cast(left(stated.period, 4) as integer) + 1, 3, 31)
        when 'calendar_year'
        then make_date(cast(stated.period as integer), 12, 31)
        when 'month'
        then last_day(cast(stated.period || '-01' as date))
        when 'snapshot'
        then cast(stated.period as date)
    end as period_end_date,
    stated.figure,
    try_cast(stated.figure as double) as value,
    symbols.code as symbol,
    symbols.label as symbol_meaning,
    stated.unit,
    stated.vintage,
    stated.source
from stated
left join
    {{ ref("codes") }} as symbols
    on stated.figure = symbols.code
    and symbols.list = 'publication_symbol'
