{{ config(contract={"enforced": true}) }}
-- A break belongs to an indicator by its code, by a return it counts, or by what it is
-- split by; one area's break is one of the whole county too.
with
    areas as (
        select distinct area_code
        from {{ ref("areas") }}
        where level in ('district', 'force')
    ),
    series as (
        select indicator_code, indicator_code as series, 'all' as breakdown
        from {{ ref("indicators") }}
        union
        select indicator_code, split_part(part, ':', 1), 'all'
        from
            (
                select indicator_code, {{ each_of("split(returns, ';')") }} as part
                from {{ ref("indicators") }}
            )
        union
        select indicator_code, split_part(part, '=', 1), split_part(part, '=', 1)
        from
            (
                select indicator_code, {{ each_of("split(breakdowns, ';')") }} as part
                from {{ ref("indicators") }}
            )
    )
select distinct
    series.indicator_code,
    areas.area_code,
    series.breakdown,
    breaks.series,
    breaks.area_code as broken_in_area_code,
    breaks.break_date,
    breaks.note
from {{ ref("series_breaks") }} as breaks
inner join series using (series)
inner join
    areas on breaks.area_code is null or areas.area_code in (breaks.area_code, 'SY')
order by all
