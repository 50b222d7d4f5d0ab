{#- The corrections of a return that were asked for by the moment the figures are wanted for. -#}
{% macro corrections_of(return_name) -%}
    {%- set found = run_query(
        "select record_ref, column_name, was, now from " ~ ref("corrections")
        ~ " where return_name = '" ~ return_name ~ "' and " ~ start_of_day("asked_on") ~ " <= " ~ as_at()
        ~ " order by record_ref, column_name"
    ) -%}
    {{ return(found.rows) }}
{%- endmacro %}

{#- A text as SQL, null where it is blank. -#}
{% macro quoted(text) -%}
    {{ return("null" if text is none or text == "" else "'" ~ (text | string | replace("'", "''")) ~ "'") }}
{%- endmacro %}

{#- The condition that a row is the one a correction speaks of and still has the value it was made for. -#}
{% macro correction_applies(correction) -%}
    record_ref = {{ quoted(correction["record_ref"]) }}
    and cast({{ correction["column_name"] }} as string)
    is not distinct from {{ quoted(correction["was"]) }}
{%- endmacro %}

{#-
`replace (…)`, in Spark as much, for the columns that have corrections, or nothing. Each correction must match exactly one
row: one that no longer matches has outlived the error it mended, and the build stops and says which.
-#}
{% macro corrected_columns(return_name, standing) -%}
    {%- set columns = {} -%}
    {%- for c in corrections_of(return_name) -%}
        {%- set matched = run_query(standing ~ " select count(*) from standing where " ~ correction_applies(c)).rows[0][0] -%}
        {%- if matched != 1 -%}
            {{ exceptions.raise_compiler_error(
                "The correction of " ~ return_name ~ " " ~ c["record_ref"] ~ ", " ~ c["column_name"] ~ ", from "
                ~ quoted(c["was"]) ~ " matches " ~ (matched or "no") ~ " rows. It must match one: mend or remove its line in seeds/corrections.csv."
            ) }}
        {%- endif -%}
        {%- do columns.setdefault(c["column_name"], []).append(c) -%}
    {%- endfor -%}
    {%- set corrected = {} -%}
    {%- for column, corrections in columns.items() -%}
        {%- set now -%}
            case
                {%- for c in corrections %}
                    when {{ correction_applies(c) }} then {{ quoted(c["now"]) }}
                {% endfor %}
                else {{ column }}
            end
        {%- endset -%}
        {%- do corrected.update({column: now}) -%}
    {%- endfor -%}
    {%- if corrected -%} {{ replaced(corrected) }} {%- endif -%}
{%- endmacro %}
