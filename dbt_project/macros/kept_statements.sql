{#- What rows of a return depend on one another: those of one record, or, where one can be open at a time, of one child. -#}
{% macro statement_key(rule) -%}
    {{ return(["organisation_code"] + (["coalesce(" ~ rule.one_open_for[0] ~ ", " ~ rule.identity[0] ~ ")"] if rule.one_open_for else rule.identity)) }}
{%- endmacro %}

{#- How a changed submission touches the return's rows. One that has corrections is made whole: each must match a row. -#}
{% macro kept_statements(return_name, rule) -%}
    {%- if corrections_of(return_name) -%} {{ return({}) }} {%- endif -%}
    {%- set stated -%}
        select distinct organisation_code, {{ rule.identity | join(", ") }}
        from {{ source("accepted", return_name) }}
        inner join (select submission_id, organisation_code from {changed} where return_name = '{{ return_name }}') using (submission_id)
    {%- endset -%}
    {%- set of_children -%}
        select distinct versions.organisation_code, {{ statement_key(rule)[1] }}
        from {{ source("accepted", return_name) }} as accepted
        inner join
            (
                select submission_id, organisation_code
                from {{ builtins.ref("stg_submissions") }}
                union
                select submission_id, organisation_code
                from {changed}
            ) as versions using (submission_id)
        semi join ({{ stated }}) as stated using (organisation_code, {{ rule.identity | join(", ") }})
    {%- endset -%}
    {{ return({"by": statement_key(rule), "touched_by": {"stg_submissions": of_children if rule.one_open_for else stated}}) }}
{%- endmacro %}

{#- Every version of the records that touched keys have any version of. -#}
{% macro only_touched(return_name, rule) -%}
    {%- if rule.one_open_for -%}
        semi join
            (
                select submissions.organisation_code, {{ rule.identity | join(", ") }}
                from {{ source("accepted", return_name) }}
                inner join {{ ref("stg_submissions") }} as submissions using (submission_id)
                semi join {{ touched() }} as touched on {{ same_key(statement_key(rule)) }}
            ) as stated using (organisation_code, {{ rule.identity | join(", ") }})
    {%- else -%} semi join {{ touched() }} as touched on {{ same_key(statement_key(rule)) }}
    {%- endif -%}
{%- endmacro %}

{#- How a model of findings is kept: what changed in an input touches all that some rules find. -#}
{% macro kept_by_rules(rules) -%}
    {%- set queries = {} -%}
    {%- for input, codes in rules.items() -%} {%- do queries.update({input: "select unnest(['" ~ codes | join("', '") ~ "'])"}) -%} {%- endfor -%}
    {{ return({"by": ["rule_code"], "touched_by": queries}) }}
{%- endmacro %}

{#- What rules find, each in parts of the model's own; of touched rules alone, where that is how the model goes. -#}
{% macro found_by_rules(parts) -%}
    {%- set some = execute and way() == "touched" -%}
    {%- set rules = asked("select key_1 from " ~ touched()) | map("first") | list if some else [] -%}
    {%- for rule, part in parts if rule in rules or not some %}
    select * from {{ part }} as found (rule_code, area_code, event_date, record) {{ "union all" if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
