{{ config(meta={"kept": kept_by_record("stg_vic_support", child_key="victim_key")}) }}
select
    rows.record_ref,
    rows.organisation_code,
    {{ area_of("rows.residence_la") }} as area_code,
    {{ child_key("rows") }} as victim_key,
    coalesce(rows.case_ref, rows.crime_ref) as journey_ref,
    rows.case_ref,
    rows.crime_ref,
    rows.item_code,
    items.code_group as item_group,
    rows.recorded_date,
    rows.offered = 'Y' as is_offered,
    rows.not_offered_reason,
    rows.offered_date,
    rows.offered_at,
    rows.response,
    coalesce(rows.response = 'ACC', false) as is_accepted,
    rows.response_date,
    rows.started_date,
    rows.decline_reason,
    rows.isva_court_trained = 'Y' as is_isva_court_trained,
    coalesce(rows.isva_present_at_offer = 'Y', false) as is_isva_present_at_offer,
    rows.abe_date,
    rows.abe_at,
    rows.abe_video = 'Y' as is_abe_on_video,
    rows.charge_decision_date,
    rows.case_closed_date,
    rows.measure_status,
    rows.voice_captured = 'Y' as is_voice_captured,
    rows.submission_id,
    rows.file,
    rows.line
from {{ ref("stg_vic_support") }} as rows
left join
    {{ ref("codes") }} as items
    on rows.item_code = items.code
    and items.list = 'support_item_or_measure'
