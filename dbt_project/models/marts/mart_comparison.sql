{{ config(contract={"enforced": true}) }}
-- Values stand beside one another, neighbours the closest first: nothing is ordered by
-- its figure.
with
    coverage as (select * from {{ ref("fct_neighbour_coverage") }}),
    placed as (
        select
            coverage.area_code,
            coverage.series,
            coverage.vintage,
            coverage.period,
            case
                when published.area_code = coverage.area_code
                then 'published, the area'
                else 'published, the ' || published.area_level
            end as stands_for,
            case
                when published.area_code = coverage.area_code
                then 1
                else
                    90 + array_position(
                        {{ list_of(["'force'", "'region'", "'country'"]) }},
                        published.area_level
                    )
            end as stands_at,
            published.area_code as beside_code,
            published.area_name as beside_name,
            cast(null as string) as neighbour_model,
            cast(null as string) as closeness,
            published.figure,
            published.value,
            published.symbol_meaning,
            published.unit,
            'published' as status,
            published.source
        from coverage
        inner join
            {{ ref("fct_published_series") }} as published using (
                series, vintage, period
            )
        where
            published.area_code = coverage.area_code
            or published.area_level in ('force', 'region', 'country')
        union all
        select
            area_code,
            series,
            vintage,
            period,
            'published, a neighbour',
            closeness_order + 20 * dense_rank() over (order by model_year desc),
            neighbour_code,
            neighbour_name,
            model_year,
            closeness,
            figure,
            value,
            symbol_meaning,
            unit,
            'published',
            source
        from {{ ref("fct_neighbour_figures") }}
        where is_held
        union all
        select
            area_code,
            series,
            vintage,
            period,
            'our warehouse',
            2,
            area_code,
            indicator_code,
            null,
            null,
            null,
            value,
            null,
            unit,
            status,
            'Returns received'
        from {{ ref("fct_own_figures_beside") }}
    )
select
    placed.area_code,
    areas.area_name,
    placed.series,
    catalogue.title as series_title,
    catalogue.means,
    coverage.period_kind,
    placed.period,
    coverage.period_end_date,
    placed.vintage,
    cast(placed.stands_at as integer) as stands_at,
    placed.stands_for,
    placed.beside_code,
    placed.beside_name,
    placed.neighbour_model,
    placed.closeness,
    placed.figure,
    placed.value,
    placed.symbol_meaning,
    placed.unit,
    placed.status,
    case when placed.stands_for = 'our warehouse' then catalogue.differs end as differs,
    coverage.coverage,
    placed.source
from placed
inner join coverage using (area_code, series, vintage, period)
inner join {{ ref("series_catalogue") }} as catalogue using (series)
inner join
    (select area_code, area_name from {{ ref("dim_areas") }} where is_current) as areas
    using (area_code)
order by placed.series, placed.area_code, placed.period, placed.vintage, stands_at
