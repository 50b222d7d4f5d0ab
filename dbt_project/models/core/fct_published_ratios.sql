-- Two published figures may be divided only where both were published of the same
-- people:
-- people by age do not tell reports by age.
with
    parts as (
        select ratio, {{ each_of("split(parts, ';')") }} as series
        from {{ ref("published_ratios") }}
    ),
    summed as (
        select
            ratios.ratio,
            case
                when count(published.value) = count(*) then sum(published.value)
            end as part,
            {{ joined("parts.series", ", ", "parts.series") }} filter (
                where published.value is null
            ) as not_published
        from parts
        inner join {{ ref("published_ratios") }} as ratios using (ratio)
        left join
            {{ ref("fct_published_series") }} as published
            on parts.series = published.series
            and ratios.area_code = published.area_code
            and ratios.period = published.period
        group by ratios.ratio
    )
select
    ratios.ratio,
    ratios.title,
    ratios.area_code,
    ratios.period,
    summed.part,
    wholes.value as whole,
    ratios.scale * summed.part / nullif(wholes.value, 0) as value,
    ratios.unit,
    ratios.must_be,
    case
        when summed.not_published is null
        then 'derived'
        else 'cannot be derived: ' || summed.not_published || ' is not published'
    end as status,
    ratios.source
from {{ ref("published_ratios") }} as ratios
inner join summed using (ratio)
inner join
    {{ ref("fct_published_series") }} as wholes
    on ratios.whole = wholes.series
    and ratios.area_code = wholes.area_code
    and ratios.period = wholes.period
