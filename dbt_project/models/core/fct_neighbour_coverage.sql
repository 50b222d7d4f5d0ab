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
            {{ joined("neighbour_name", ", ", "closeness_order") }} filter (
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
    {{ joined("said", "; ", "model_year desc") }} as coverage
from
    (
        select
            *,
            printf(
                '%s model: %d of %d neighbours held',
                model_year,
                held_count,
                named_count
            )
            || coalesce(' (not in the reference: ' || absent || ')', '') as said
        from models
    )
group by all
