-- A record an organisation left open should be in its next return, closed or still
-- open.
{%- set returns = [
    ("R09", "stg_sc_contact_referral", "referral_id", "referral_date", "closure_date", "contact_only = 'N' and nfa = 'N'"),
    ("R10", "stg_sc_assessment", "assessment_id", "start_date", "authorised_date", "true"),
    ("R12", "stg_sc_cse_case", "record_ref", "opened", "closed", "true"),
    ("R13", "stg_lac_episode", "record_ref", "decom", "dec", "true"),
    ("R14", "stg_la_missing", "record_ref", "mis_start", "mis_end", "true"),
] %}
{%- set rows_of = {} -%}
{%- for code, relation, record, start, end, open_where in returns -%}
    {%- do rows_of.update({relation: ["'" ~ code ~ "'", "organisation_code", record]}) -%}
{%- endfor -%}
{%- set kept = {
    "by": ["return_code", "organisation_code", "record"],
    "rows_of": rows_of,
    "touched_by": {
        "stg_reach": "select return_code, organisation_code, record from {this} semi join {changed} using (return_code, organisation_code)",
    },
} %}
{{ config(meta={"kept": kept}) }}
{% for code, relation, record, start, end, open_where in returns %}
    select
        '{{ code }}' as return_code,
        rows.organisation_code,
        rows.{{ record }} as record,
        rows.la as area_code,
        rows.{{ start }} as start_date,
        rows.period as last_period,
        later.organisation_code is null as is_latest_return
    from {{ ref(relation) }} as rows
    left join
        (
            select organisation_code, last_period_start
            from {{ ref("stg_reach") }}
            where return_code = '{{ code }}'
        ) as later
        on rows.organisation_code = later.organisation_code
        and rows.period_end < later.last_period_start
    where rows.{{ end }} is null and {{ open_where }} {{ "union all" if not loop.last }}
{% endfor %}
