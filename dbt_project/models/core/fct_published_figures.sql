-- A revised figure is a new vintage beside the first, never in its place: as at a
-- moment the one then known stands.
select figure, area, period, value, unit, known_from, source
from {{ ref("published_figures") }}
where known_from <= cast({{ as_at() }} as date)
qualify
    row_number() over (partition by figure, area, period order by known_from desc) = 1
