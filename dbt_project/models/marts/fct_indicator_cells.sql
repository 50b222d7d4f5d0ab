-- Every figure there could be, so that what did not happen is a zero and what was not
-- received is not;
-- and every figure there is, such as those of places not known.
with
    indicators as (
        select *, coalesce(returns, '') as needs from {{ ref("indicators") }}
    ),
    breakdowns as (
        select indicator_code, unit, 'all' as breakdown, 'all' as breakdown_value
        from indicators
        where has_total = 'Y'
        union all
        select parts.indicator_code, parts.unit, found.breakdown, found.breakdown_value
        from
            (
                select
                    indicator_code,
                    unit,
                    split_part(
                        unnest(string_split(breakdowns, ';')), '=', 1
                    ) as breakdown
                from indicators
                where breakdowns is not null
            ) as parts
        inner join {{ ref("breakdown_values") }} as found using (breakdown)
    ),
    spine as (
        select breakdowns.*, coverage.area_code, coverage.period
        from breakdowns
        inner join indicators using (indicator_code, unit)
        inner join
            {{ ref("fct_indicator_coverage") }} as coverage
            on indicators.needs = coverage.returns
            and indicators.period_match = coverage.period_match
    )
select indicator_code, unit, area_code, period, breakdown, breakdown_value
from spine
union
select indicator_code, unit, area_code, period, breakdown, breakdown_value
from {{ ref("fct_indicator_counts") }}
