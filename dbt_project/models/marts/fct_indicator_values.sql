{{
    config(
        contract={"enforced": true},
        meta={"kept": kept_figures(["fct_indicator_cells", "fct_indicator_counts"])},
    )
}}
{%- set shared = "indicator_code, unit, area_code, period, breakdown, basis, scale, is_count, status, numerator, denominator" %}
with
    indicators as (
        select *, coalesce(returns, '') as needs from {{ ref("indicators") }}
    ),
    judged as (
        select
            cells.*,
            indicators.basis,
            indicators.scale,
            indicators.share_of,
            coalesce(
                indicators.denominator, indicators.share_of, indicators.population_ages
            )
            is null as is_count,
            indicators.population_ages,
            indicators.population_series,
            coverage.mid_year,
            case
                when coverage.status <> 'not received' and counts.is_suppressed
                then 'suppressed by sender'
                when coverage.status <> 'received'
                then coverage.status
                when counts.is_incomplete
                then 'incomplete follow-up'
                else 'received'
            end as status,
            -- Nothing in a part of what was asked for is not yet nothing.
            case
                when counts.indicator_code is not null
                then counts.numerator
                when coverage.status = 'received' and indicators.zero_when_empty = 'Y'
                then 0
            end as numerator,
            case
                when counts.indicator_code is not null
                then counts.denominator
                when coverage.status = 'received' and indicators.denominator is not null
                then 0
            end as denominator
        from {{ ref("fct_indicator_cells") }} as cells
        inner join indicators using (indicator_code, unit)
        -- Where the place is not known the whole of South Yorkshire's returns could
        -- have told it.
        inner join
            {{ ref("fct_indicator_coverage") }} as coverage
            on indicators.needs = coverage.returns
            and indicators.period_match = coverage.period_match
            and cells.period = coverage.period
            and coverage.area_code
            = case when cells.area_code = 'U' then 'SY' else cells.area_code end
        left join
            {{ ref("fct_indicator_counts") }} as counts
            on cells.indicator_code = counts.indicator_code
            and cells.unit = counts.unit
            and cells.area_code = counts.area_code
            and cells.period = counts.period
            and cells.breakdown = counts.breakdown
            and cells.breakdown_value = counts.breakdown_value
        where indicators.population_ages is null or coverage.period_kind like '%year'
    ),
    -- A rate is given on each series of the population there is, and in total on the
    -- one chosen.
    rated as (
        select
            judged.* {{ all_but(["denominator", "breakdown", "breakdown_value"]) }},
            cast(populations.population as double) as denominator,
            {{ each_of(
                "case when populations.population_series = judged.population_series then "
                ~ list_of(["'all'", "'population series'"]) ~ " else " ~ list_of(["'population series'"]) ~ " end"
            ) }}
            as breakdown,
            populations.population_series as on_series
        from judged
        inner join
            {{ ref("dim_populations") }} as populations
            on judged.area_code = populations.area_code
            and judged.mid_year = populations.mid_year
            and judged.population_ages = populations.population_ages
    ),
    -- A profile's parts are shares of those whose part is known, or rates of the
    -- residents of the part.
    known as (
        select indicator_code, unit, area_code, period, breakdown, sum(numerator) as n
        from judged
        where share_of = 'known' and breakdown_value <> 'Unknown'
        group by all
    ),
    profiled as (
        select
            judged.* {{ all_but(["denominator"]) }},
            case
                when judged.share_of = 'residents'
                then residents.residents
                when judged.breakdown_value <> 'Unknown'
                then known.n
            end as denominator
        from judged
        left join known using (indicator_code, unit, area_code, period, breakdown)
        left join
            {{ ref("dim_residents_by_ethnicity") }} as residents
            on judged.area_code = residents.area_code
            and judged.breakdown_value = residents.ethnicity_group
        where judged.share_of is not null
    ),
    together as (
        select {{ shared }}, breakdown_value
        from judged
        where population_ages is null and share_of is null
        union all
        select {{ shared }}, breakdown_value
        from profiled
        union all
        select {{ shared }}, case breakdown when 'all' then 'all' else on_series end
        from rated
    )
select
    indicator_code,
    area_code,
    period,
    basis,
    breakdown,
    breakdown_value,
    case when is_told then numerator end as numerator,
    case when is_told then denominator end as denominator,
    case
        when not is_told
        then null
        when is_count
        then numerator * scale
        else scale * numerator / nullif(denominator, 0)
    end as value,
    unit,
    status
from
    (
        select *, status not in ('not received', 'suppressed by sender') as is_told
        from together
    )
order by indicator_code, unit, area_code, period, breakdown, breakdown_value
