{#- What declarations of `kept` (incremental.sql) have in common, of crimes and of figures. -#}

{#- Of the persons of crimes whose pseudonyms were linked otherwise, what is asked for. -#}
{% macro persons_linked_otherwise(columns) -%}
    {{ return(
        "select " ~ columns ~ " from staging.stg_pol_crime_person"
        ~ " where md5(person_key_scheme || ':' || person_key) in (select pseudonym_hash from {changed})"
    ) }}
{%- endmacro %}

{#- Figures are kept by indicator and period; what was received of a period touches every figure that asks for it. -#}
{% macro kept_figures(inputs) -%}
    {%- set figure, rows_of = ["indicator_code", "unit", "period"], {} -%}
    {%- for input in inputs -%} {%- do rows_of.update({input: figure}) -%} {%- endfor -%}
    {{ return({
        "by": figure,
        "rows_of": rows_of,
        "touched_by": {
            "fct_indicator_coverage": "select indicators.indicator_code, indicators.unit, told.period from reference.indicators"
            ~ " inner join {changed} as told on coalesce(indicators.returns, '') = told.returns"
            ~ " and indicators.period_match = told.period_match"
        },
    }) }}
{%- endmacro %}

{#- The reports that may now be another complaint: of a child, or of a group, that a changed report is of, and so on. -#}
{% macro of_complaints() -%}
    {{ return(
        "with recursive reached as (select return_code, organisation_code, record, child_key, dedupe_group from {changed} union ("
        ~ "select reports.return_code, reports.organisation_code, reports.record, reports.child_key, reports.dedupe_group"
        ~ " from core.fct_complaint_reports as reports inner join reached using (child_key) union all "
        ~ "select reports.return_code, reports.organisation_code, reports.record, reports.child_key, reports.dedupe_group"
        ~ " from core.fct_complaint_reports as reports inner join reached using (organisation_code, dedupe_group)"
        ~ ")) select return_code, organisation_code, record from reached"
    ) }}
{%- endmacro %}

{#- The indicators to count, each with the periods it is to be counted for; none means all of them. -#}
{% macro touched_indicators(relations) -%}
    {%- set indicators, named = [], {} -%}
    {%- if execute and way(kept_counts(relations)) == "touched" -%}
        {%- for code, unit, periods in asked("select key_1, key_2, list(key_3 order by key_3) from " ~ touched() ~ " group by all") -%}
            {%- do named.update({code ~ " " ~ unit: periods}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for indicator in indicator_rows() -%}
        {%- set periods = named.get(indicator["indicator_code"] ~ " " ~ indicator["unit"], []) -%}
        {%- if periods or not named -%} {%- do indicators.append((indicator, periods)) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(indicators) }}
{%- endmacro %}

{#- Which indicators and periods a changed row of what they count touches; a new period touches every indicator. -#}
{% macro kept_counts(relations) -%}
    {%- set queries = {"fct_indicator_coverage": "select indicator_code, unit, period from reference.indicators cross join (select distinct period from {changed})"} -%}
    {%- set counted = indicator_rows() -%}
    {%- for relation in relations -%}
        {%- set parts = ["select '', '', '' where false"] -%}
        {%- for indicator in counted if indicator["relation"] == relation -%} {%- do parts.append(touched_periods(indicator)) -%} {%- endfor -%}
        {%- do queries.update({relation: parts | join(" union ")}) -%}
    {%- endfor -%}
    {{ return({"by": ["indicator_code", "unit", "period"], "touched_by": queries}) }}
{%- endmacro %}

{% macro touched_periods(indicator) -%}
    select distinct '{{ indicator["indicator_code"] }}', '{{ indicator["unit"] }}', periods.period
    from (select * from {changed} where {{ indicator["row_filter"] }}) as facts
    {{ period_join(indicator, "(select distinct period, period_kind, start_date, end_date from " ~ ref("fct_indicator_coverage") ~ ")") }}
{%- endmacro %}
