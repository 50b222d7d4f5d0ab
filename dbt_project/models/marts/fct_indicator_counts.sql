{#- A plain new indicator is a line in seeds/indicators.csv; only a new relation is named here. -#}
{%- set relations = [
    "fct_complaints", "fct_complaint_members", "fct_crimes", "fct_crime_follow_ups", "fct_ethnicity_records",
    "fct_investigations", "fct_investigation_spells", "fct_outcomes", "fct_prosecutions", "fct_convictions", "fct_workforce",
    "fct_referrals", "fct_referral_stages", "fct_assessments", "fct_protection_events",
    "fct_looked_after_episodes", "fct_missing_episodes", "fct_returns_due", "fct_submissions",
    "fct_cse_identifications", "fct_suspects_and_defendants", "fct_exploited_children", "fct_cse_rates_in_care",
    "fct_cse_cases", "fct_crime_flag_agreements",
    "fct_missing_children_repeats", "fct_missing_reconciliation", "fct_interview_duties",
    "fct_victim_journeys", "fct_checklist_items", "fct_support_items", "fct_ed_attendances",
    "fct_sexual_health_counts", "fct_health_services", "fct_training_coverage", "fct_prevention_coverage",
    "fct_licence_actions", "fct_disruption_actions", "fct_disruption_rates", "fct_voluntary_services",
] -%}
{%- for relation in relations %}
-- depends_on: {{ ref(relation) }}
{%- endfor %}
-- depends_on: {{ ref("dim_period_days") }}, {{ ref("fct_indicator_coverage") }}, {{ ref("indicators") }}
with
    spans as (
        select distinct period, period_kind, start_date, end_date
        from {{ ref("fct_indicator_coverage") }}
    ),
    counts as (
        {% for indicator, periods in touched_indicators(relations) %}
            {{ indicator_counts(indicator, loop.index, periods) }}
            {{ "union all" if not loop.last }}
        {% endfor %}
    )
select
    indicator_code,
    unit,
    counted_in as area_code,
    period,
    breakdown,
    breakdown_value,
    numerator,
    denominator,
    is_incomplete,
    is_suppressed
from counts
where counted_in is not null
