{%- set journey = ["organisation_code", "coalesce(victim_key, '')", "coalesce(journey_ref, '')"] %}
{{ config(meta={"kept": {"by": journey, "rows_of": {"fct_victim_journeys": journey, "fct_support_items": journey}}}) }}
-- What every victim is owed once a charge is decided; an item without a row was not
-- offered.
with
    owed as (
        select journeys.*, sets.code as checklist_item
        from {{ ref("fct_victim_journeys") }} as journeys
        inner join
            {{ ref("code_sets") }} as sets on sets.code_set = 'post_charge_checklist'
        where journeys.charge_decision_date is not null
    )
select
    owed.organisation_code,
    owed.victim_key,
    owed.journey_ref,
    owed.area_code,
    owed.charge_decision_date,
    owed.checklist_item,
    count(items.record_ref) > 0 as is_recorded,
    coalesce(bool_or(items.is_offered), false) as is_offered,
    coalesce(
        bool_or(items.is_offered and items.is_isva_present_at_offer), false
    ) as is_isva_present_at_offer,
    min(items.offered_date) filter (where items.is_offered) as offered_date
from owed
left join
    {{ ref("fct_support_items") }} as items
    on owed.organisation_code = items.organisation_code
    and owed.victim_key = items.victim_key
    and owed.journey_ref = items.journey_ref
    and owed.checklist_item = items.item_code
group by all
