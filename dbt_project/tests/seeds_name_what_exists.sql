-- A recommendation's evidence and what stands beside a published series name something
-- there is: one that does not would only ever say that no data exists.
select 'recommendation_evidence' as seed, recommendation_ref || ' ' || evidence as line
from {{ ref("recommendation_evidence") }}
where
    recommendation_ref
    not in (select recommendation_ref from {{ ref("recommendations") }})
    or evidence not in (
        select indicator_code
        from {{ ref("indicators") }}
        union all
        select rule_code
        from {{ ref("cross_return_rules") }}
        union all
        select return_code
        from {{ ref("expected_returns") }}
    )
union all
select 'series_catalogue', series
from {{ ref("series_catalogue") }}
where
    indicator_code is not null
    and indicator_code || ' ' || indicator_unit
    not in (select indicator_code || ' ' || unit from {{ ref("indicators") }})
