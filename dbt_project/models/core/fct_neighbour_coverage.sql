-- What the reference does not hold is said beside what it does: it is never filled in.
with
    models as (
        select
            area_code,
            series,
            vintage,
            period_kind,
            period,
            period_end_date,
            model_year,
            count(*) filter (where is_held) as held_count,
            count(*) as named_count,
            string_agg(neighbour_name, ', ' order by closeness_order) filter (
                where not is_held
            ) as absent
        from {{ ref("fct_neighbour_figures") }}
        group by all
    )
select
    area_code,
    series,
    vintage,
    period_kind,
    period,
    period_end_date,
    string_agg(
        printf(
            '%s model: %d of %d neighbours held', model_year, held_count, named_count
        )
        || coalesce(' (not in the reference: ' || absent || ')', ''),
        '; '
        order by model_year desc
    ) as coverage
from models
group by all
