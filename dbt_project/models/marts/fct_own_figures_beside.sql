-- Our figure stands beside a published one of the same end of period; its own period
-- may
-- be a year where theirs is a day, and the catalogue says which.
with
    told as (
        select series, vintage, period, period_end_date
        from {{ ref("fct_published_series") }}
        where area_level <> 'other' and period_end_date is not null
        group by all
    )
select
    figures.area_code,
    told.series,
    told.vintage,
    told.period,
    figures.period as own_period,
    figures.indicator_code,
    figures.value,
    figures.unit,
    figures.status
from told
inner join
    {{ ref("series_catalogue") }} as catalogue
    on told.series = catalogue.series
    and catalogue.indicator_code is not null
inner join
    {{ ref("dim_periods") }} as periods
    on told.period_end_date = periods.end_date
    and catalogue.own_period_kind = periods.period_kind
inner join
    {{ ref("fct_indicator_values") }} as figures
    on catalogue.indicator_code = figures.indicator_code
    and catalogue.indicator_unit = figures.unit
    and catalogue.breakdown = figures.breakdown
    and catalogue.breakdown_value = figures.breakdown_value
    and periods.period = figures.period
where figures.area_code in (select area_code from {{ ref("statistical_neighbours") }})
