select
    'X19' as rule_code,
    released.area_code,
    periods.end_date as event_date,
    concat_ws(
        ' ',
        released.indicator_code,
        released.unit,
        released.period || ':',
        {{ short_number("cast(released.value as double)", 10) }},
        'in',
        released.release_name || ',',
        {{ short_number("round(figures.value, 4)", 10) }},
        'today'
    ) as record
from {{ ref("stg_released_figures") }} as released
inner join
    {{ ref("fct_indicator_values") }} as figures
    on released.indicator_code = figures.indicator_code
    and released.unit = figures.unit
    and released.area_code = figures.area_code
    and released.period = figures.period
    and figures.breakdown = 'all'
inner join {{ ref("dim_periods") }} as periods on released.period = periods.period
where
    abs(figures.value - released.value)
    > abs(released.value) * {{ threshold("restatement_change_pct") }} / 100
