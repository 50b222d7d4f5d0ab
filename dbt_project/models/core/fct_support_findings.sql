{%- set of_day = ["area_code", "event_date"] %}
{%- set kept = {
    "by": of_day,
    "rows_of": {
        "fct_victim_journeys": ["area_code", "coalesce(abe_date, date '-infinity')"],
        "fct_voluntary_services": ["area_code", "coalesce(opened_date, date '-infinity')"],
        "fct_disruption_actions": ["area_code", "issued_date"],
    },
    "touched_by": {
        "fct_cse_cases": of_changed_children(["area_code", "opened_date"], "core.fct_voluntary_services") ~ " and opened_date is not null",
        "fct_looked_after_episodes": of_changed_children(["area_code", "issued_date"], "core.fct_disruption_actions"),
        "stg_reach": "select area_code, issued_date from core.fct_disruption_actions where issued_date between " ~ days_reached(["R13"]),
    },
} %}
{{ config(meta={"kept": kept}) }}
with
    isva_late as (
        select
            'X12' as rule_code,
            area_code,
            abe_date as event_date,
            'support record ' || record_ref as record
        from {{ ref("fct_victim_journeys") }}
        where abe_date is not null and not is_isva_on_time
    ),
    elsewhere as (
        select distinct
            'X13',
            services.area_code,
            services.opened_date,
            'voluntary service ' || services.record_ref
        from {{ ref("fct_voluntary_services") }} as services
        inner join
            {{ ref("fct_cse_cases") }} as cases
            on services.child_key = cases.child_key
            and services.area_code <> cases.area_code
            and cases.closed_date is null
        where services.opened_date is not null and services.closed_date is null
    ),
    reach as (
        select organisations.area_code, max(reach.told_until) as told_to
        from {{ ref("stg_reach") }} as reach
        inner join
            {{ ref("dim_organisations") }} as organisations using (organisation_code)
        where reach.return_code = 'R13'
        group by organisations.area_code
    ),
    no_care_order as (
        select
            'R23.C1',
            actions.area_code,
            actions.issued_date,
            'disruption action ' || actions.record_ref
        from {{ ref("fct_disruption_actions") }} as actions
        left join reach using (area_code)
        anti join
            (
                select child_key, start_date, end_date
                from {{ ref("fct_looked_after_episodes") }}
                where legal_status in {{ codes_of("s31_care_order") }}
            ) as orders
            on actions.child_key = orders.child_key
            and actions.issued_date >= orders.start_date
            and actions.issued_date < coalesce(orders.end_date, {{ ever() }})
        where
            actions.disruption_type in {{ codes_of("care_order_notices") }}
            -- What the council has not yet told of cannot be held against the notice.
            and actions.issued_date <= case
                when {{ in_south_yorkshire("actions.area_code") }} is not null
                then reach.told_to
                else (select min(told_to) from reach)
            end
    )
select *
from isva_late
union all
select *
from elsewhere
union all
select *
from no_care_order
