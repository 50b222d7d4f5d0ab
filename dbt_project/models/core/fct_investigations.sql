{{
    config(
        meta={
            "kept": {
                "by": ["organisation_code", "coalesce(investigation_ref, '')"],
                "rows_of": {"stg_pol_investigation_outcome": ["organisation_code", "coalesce(investigation_ref, '')"]},
                "touched_by": {
                    "fct_crimes": "select organisation_code, coalesce(investigation_ref, '') from staging.stg_pol_investigation_outcome semi join {changed} using (organisation_code, crime_ref)",
                },
            }
        }
    )
}}
with
    investigated as (
        select
            outcomes.*,
            crimes.area_code,
            crimes.recorded_date,
            coalesce(crimes.is_cse and crimes.is_counted, false) as is_cse
        from {{ ref("stg_pol_investigation_outcome") }} as outcomes
        left join {{ ref("fct_crimes") }} as crimes using (organisation_code, crime_ref)
    )
select
    investigation_ref,
    organisation_code,
    coalesce(
        min_by(area_code, (recorded_date, crime_ref)) filter (
            where is_cse and area_code is not null
        ),
        min_by(area_code, (recorded_date, crime_ref)) filter (
            where area_code is not null
        ),
        'U'
    ) as area_code,
    min(investigation_opened) as opened_date,
    -- Closed only when no part of it is still open.
    case
        when bool_and(investigation_closed is not null) then max(investigation_closed)
    end as closed_date,
    bool_or(is_cse) as is_cse,
    count(distinct crime_ref) as crimes_count,
    count(distinct crime_ref) filter (where is_cse) as cse_crimes_count
from investigated
group by organisation_code, investigation_ref
