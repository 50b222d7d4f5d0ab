{#- A plain new indicator is a line in seeds/indicators.csv; only a new relation is named here. -#}
{%- set relations = [
    "fct_complaints", "fct_complaint_members", "fct_crimes", "fct_crime_follow_ups", "fct_ethnicity_records",
    "fct_investigations", "fct_investigation_spells", "fct_outcomes", "fct_prosecutions", "fct_convictions", "fct_workforce",
    "fct_referrals", "fct_referral_stages", "fct_assessments", "fct_protection_events",
    "fct_looked_after_episodes", "fct_missing_episodes", "fct_returns_due", "fct_submissions",
] -%}
{%- for relation in relations %}
-- depends_on: {{ ref(relation) }}
{%- endfor %}
-- depends_on: {{ ref("dim_period_days") }}, {{ ref("fct_indicator_coverage") }}, {{ ref("indicators") }}
{% for indicator in indicator_rows() %}
    {{ indicator_counts(indicator, loop.index) }} {{ "union all" if not loop.last }}
{% endfor %}
