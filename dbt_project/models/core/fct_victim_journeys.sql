{%- set journey = ["organisation_code", "coalesce(victim_key, '')", "coalesce(journey_ref, '')"] %}
{%- set kept = {
    "by": journey,
    "rows_of": {"fct_support_items": journey},
    "touched_by": {
        "stg_vic_support": "select " ~ journey | join(", ") ~ " from core.fct_support_items"
        ~ " where (organisation_code, record_ref) in (select (organisation_code, record_ref) from {changed})",
    },
} %}
{{ config(meta={"kept": kept}) }}
with
    isva_changes as (
        select
            items.organisation_code,
            items.victim_key,
            items.journey_ref,
            count(distinct rows.isva_key) as isva_keys_count
        from {{ ref("fct_support_items") }} as items
        inner join
            {{ ref("stg_vic_support") }} as rows using (organisation_code, record_ref)
        group by all
    ),
    items as (
        select
            *,
            -- The first interview is the one support should have come before.
            min(abe_date) over journey as first_abe_date,
            min(offered_date) filter (
                where item_code in {{ codes_of("isva_items") }} and is_offered
            ) over journey as first_isva_date
        from {{ ref("fct_support_items") }}
        window journey as (partition by organisation_code, victim_key, journey_ref)
    ),
    journeys as (
        select
            organisation_code,
            victim_key,
            journey_ref,
            min(record_ref) as record_ref,
            max_by(
                area_code, (area_code <> 'U', recorded_date, record_ref)
            ) as area_code,
            any_value(first_abe_date) as abe_date,
            min(abe_at) filter (where abe_date = first_abe_date) as abe_at,
            any_value(first_isva_date) as isva_offered_date,
            min(offered_at) filter (
                where
                    offered_date = first_isva_date
                    and item_code in {{ codes_of("isva_items") }}
                    and is_offered
            ) as isva_offered_at,
            min(charge_decision_date) as charge_decision_date,
            max(case_closed_date) as case_closed_date,
            count(distinct item_code) filter (
                where
                    item_code in {{ codes_of("post_charge_checklist") }}
                    and is_offered
                    and is_isva_present_at_offer
            ) as checklist_items_count
        from items
        group by organisation_code, victim_key, journey_ref
    ),
    ordered as (
        select
            *,
            case
                when abe_date is null
                then null
                when isva_offered_date is null
                then 'not offered'
                when isva_offered_at <= abe_at
                then 'before'
                when isva_offered_at > abe_at
                then 'after'
                when isva_offered_date < abe_date
                then 'before'
                when isva_offered_date = abe_date
                then 'same day, time not known'
                else 'after'
            end as isva_order
        from journeys
    )
select
    ordered.*,
    isva_order in ('before', 'same day, time not known') as is_isva_on_time,
    isva_order = 'same day, time not known' as is_time_not_known,
    charge_decision_date is not null
    and checklist_items_count = (
        select count(*)
        from {{ ref("code_sets") }}
        where code_set = 'post_charge_checklist'
    ) as is_checklist_complete,
    isva_changes.isva_keys_count
from ordered
left join isva_changes using (organisation_code, victim_key, journey_ref)
