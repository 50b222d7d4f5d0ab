-- A neighbour whose figure the reference does not hold has its row without one, so that
-- what is not held can be said.
with
    told as (
        select series, vintage, period, period_kind, period_end_date
        from {{ ref("fct_published_series") }}
        where area_level <> 'other'
        group by all
    )
select
    neighbours.area_code,
    told.series,
    told.vintage,
    told.period_kind,
    told.period,
    told.period_end_date,
    neighbours.model_year,
    neighbours.closeness_order,
    neighbours.closeness,
    neighbours.neighbour_code,
    neighbours.neighbour_name,
    published.figure is not null as is_held,
    published.figure,
    published.value,
    published.symbol_meaning,
    published.unit,
    published.source
from {{ ref("statistical_neighbours") }} as neighbours
cross join told
left join
    {{ ref("fct_published_series") }} as published
    on neighbours.neighbour_code = published.area_code
    and told.series = published.series
    and told.vintage = published.vintage
    and told.period = published.period
