{%- set kinds = [
    "fct_police_findings",
    "fct_social_care_findings",
    "fct_care_findings",
    "fct_missing_findings",
    "fct_support_findings",
    "fct_series_findings",
    "fct_total_findings",
    "fct_restatement_findings",
] %}
{%- set rows_of = {} %}
{%- for kind in kinds %}
    {%- do rows_of.update({kind: ["rule_code", "record"]}) %}
{%- endfor %}
{{ config(meta={"kept": {"by": ["rule_code", "record"], "rows_of": rows_of}}) }}
with
    found as (
        select *
        from {{ ref("fct_police_findings") }}
        union all
        select *
        from {{ ref("fct_social_care_findings") }}
        union all
        select *
        from {{ ref("fct_care_findings") }}
        union all
        select *
        from {{ ref("fct_missing_findings") }}
        union all
        select *
        from {{ ref("fct_support_findings") }}
        -- What is found in figures can only be asked of the marts: here alone does core
        -- read them.
        union all
        select *
        from {{ ref("fct_series_findings") }}
        union all
        select *
        from {{ ref("fct_total_findings") }}
        union all
        select *
        from {{ ref("fct_restatement_findings") }}
    )
select
    rules.rule_code,
    rules.severity,
    found.area_code,
    years.period,
    found.record,
    rules.says
from found
inner join {{ ref("cross_return_rules") }} as rules using (rule_code)
left join
    {{ ref("dim_period_days") }} as years
    on found.event_date = years.day
    and years.period_kind = 'financial_year'
order by rules.rule_code, found.area_code, years.period, found.record
