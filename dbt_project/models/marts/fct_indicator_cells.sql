{{ config(meta={"kept": kept_figures(["fct_indicator_counts"])}) }}
-- Every figure there could be, so that what did not happen is a zero and what was not
-- received is not;
-- and every figure there is, such as those of places not known.
with
    indicators as (
        select *, coalesce(returns, '') as needs from {{ ref("indicators") }}
    ),
    parts as (
        select indicator_code, unit, split_part(part, '=', 1) as breakdown
        from
            (
                select
                    indicator_code,
                    unit,
                    {{ each_of("split(breakdowns, ';')") }} as part
                from indicators
            )
    ),
    -- Where one word means different things an indicator has values of its own: I05
    -- role.
    own_values as (
        select distinct breakdown as listed_as from {{ ref("breakdown_values") }}
    ),
    breakdowns as (
        select indicator_code, unit, 'all' as breakdown, 'all' as breakdown_value
        from indicators
        where has_total = 'Y'
        union all
        select parts.indicator_code, parts.unit, parts.breakdown, found.breakdown_value
        from parts
        left join
            own_values
            on own_values.listed_as = parts.indicator_code || ' ' || parts.breakdown
        inner join
            {{ ref("breakdown_values") }} as found
            on found.breakdown = coalesce(own_values.listed_as, parts.breakdown)
    ),
    spine as (
        select breakdowns.*, coverage.area_code, coverage.period
        from breakdowns
        inner join indicators using (indicator_code, unit)
        inner join
            {{ ref("fct_indicator_coverage") }} as coverage
            on indicators.needs = coverage.returns
            and indicators.period_match = coverage.period_match
        where
            (
                indicators.period_kinds is null
                or array_contains(
                    split(indicators.period_kinds, ';'), coverage.period_kind
                )
            )
            -- What is told for the whole county alone has no figure of a district.
            and (coverage.area_code = 'SY' or indicators.area_column <> 'county_code')
    )
select indicator_code, unit, area_code, period, breakdown, breakdown_value
from spine {{ if_touched(["indicator_code", "unit", "period"]) }}
union
select indicator_code, unit, area_code, period, breakdown, breakdown_value
from {{ ref("fct_indicator_counts") }}
