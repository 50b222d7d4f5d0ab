{{ config(contract={"enforced": true}) }}
with areas as (select distinct area_code, area_name from {{ ref("dim_areas") }})
select
    figures.indicator_code,
    indicators.name as indicator_name,
    figures.area_code,
    areas.area_name,
    figures.period,
    periods.title as period_title,
    figures.basis,
    figures.value,
    figures.unit,
    figures.status,
    array_to_string(coverage.not_received, '; ') as not_received,
    definitions.says as definition
from {{ ref("fct_indicator_values") }} as figures
inner join {{ ref("indicators") }} as indicators using (indicator_code, unit)
inner join
    {{ ref("dim_periods") }} as periods
    on figures.period = periods.period
    and periods.period_kind = 'financial_year'
inner join areas using (area_code)
left join
    {{ ref("definitions") }} as definitions
    on indicators.definition = definitions.definition
left join
    {{ ref("fct_indicator_coverage") }} as coverage
    on coverage.returns = coalesce(indicators.returns, '')
    and coverage.period_match = indicators.period_match
    and coverage.period = figures.period
    and coverage.area_code
    = case when figures.area_code = 'U' then 'SY' else figures.area_code end
where figures.breakdown = 'all' and indicators.in_annual_report = 'Y'
order by figures.indicator_code, figures.unit, figures.area_code, figures.period
