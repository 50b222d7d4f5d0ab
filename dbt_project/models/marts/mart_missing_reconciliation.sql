{%- set of_month = ["area_code", "month"] %}
{{ config(meta={"kept": {"by": of_month, "rows_of": {"fct_missing_reconciliation": of_month}}}) }}
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
    {{ list_text("police_refs", "; ") }} as police_refs,
    {{ list_text("police_counted_refs", "; ") }} as police_counted_refs
from {{ ref("fct_missing_reconciliation") }}
order by all
