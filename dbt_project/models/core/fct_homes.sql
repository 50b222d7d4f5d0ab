-- Where a home stands, and what its neighbourhood is like, stays out of the facts.
select
    record_ref,
    organisation_code,
    la as area_code,
    urn as home_urn,
    snapshot_date,
    home_type,
    provider_code,
    specialism,
    places as places_count,
    emergency_beds as emergency_beds_count,
    occupied as occupied_count,
    imd_decile,
    independent_visit_date,
    procedure_checked_date,
    submission_id,
    file,
    line
from {{ ref("stg_res_home") }}
