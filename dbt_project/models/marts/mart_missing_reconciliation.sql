{{ config(contract={"enforced": true}) }}
select
    area_code,
    month,
    status,
    is_comparable,
    council_organisation_code,
    council_ref,
    council_is_counted,
    council_is_possible,
    array_to_string(police_refs, '; ') as police_refs,
    array_to_string(police_counted_refs, '; ') as police_counted_refs
from {{ ref("fct_missing_reconciliation") }}
order by all
