{#- A threshold of seeds/thresholds.csv as a scalar. -#}
{% macro threshold(name) -%}
    (select value from {{ ref("thresholds") }} where threshold = '{{ name }}')
{%- endmacro %}

{#- The same while the SQL is made, for where the engine takes no subquery: a whole number. -#}
{% macro told_threshold(name) -%}
    {%- if execute -%}
        {{- run_query("select value from " ~ ref("thresholds") ~ " where threshold = '" ~ name ~ "'").rows[0][0] | int -}}
    {%- else -%} 0
    {%- endif -%}
{%- endmacro %}

{#- The codes that make up a set of seeds/code_sets.csv, for use after `in`. -#}
{% macro codes_of(code_set) -%}
    (select code from {{ ref("code_sets") }} where code_set = '{{ code_set }}')
{%- endmacro %}

{#- The codes of a list that belong to a group of seeds/codes.csv, for use after `in`. -#}
{% macro codes_in_group(list, code_group) -%}
    (
        select code
        from {{ ref("codes") }}
        where list = '{{ list }}' and code_group = '{{ code_group }}'
    )
{%- endmacro %}

{#- Whether a value that may be null is one of a set's, null where it is: Spark makes of an `in` that is no condition a no. -#}
{% macro is_among(column, codes) -%}
    case when {{ column }} is not null then {{ column }} in {{ codes }} end
{%- endmacro %}

{#- Whether no row of a relation has a value, both never null: `not in (select …)` inside an expression is a nested loop in Spark. -#}
{% macro in_none(value, relation, column) -%}
    not exists (
        select 1 from {{ relation }} as others where others.{{ column }} = {{ value }}
    )
{%- endmacro %}

{#- What stands for a pseudonym under its scheme, without telling it; null where the return names no child. -#}
{% macro pseudonym_hash(alias) -%}
    md5({{ alias }}.person_key_scheme || ':' || {{ alias }}.person_key)
{%- endmacro %}

{#-
The key of a child: of all pseudonyms that are linked the same one, of any other its own hash. A pseudonym is linked once;
`any_value` says so to Spark, which else holds each row to each link.
-#}
{% macro child_key(alias) -%}
    coalesce(
        (
            select any_value(child_links.child_key)
            from {{ ref("stg_child_links") }} as child_links
            where child_links.pseudonym_hash = {{ pseudonym_hash(alias) }}
        ),
        {{ pseudonym_hash(alias) }}
    )
{%- endmacro %}

{#- Whether any council looked after the child on the day, short breaks left out: Y or N, U where no child is named. -#}
{% macro looked_after_on(child, day) -%}
    case
        when {{ child }} is null
        then 'U'
        when
            exists (
                select 1
                from {{ ref("fct_looked_after_episodes") }} as care
                where
                    care.is_counted
                    and care.child_key = {{ child }}
                    and care.start_date <= {{ day }}
                    and coalesce(care.end_date, {{ ever() }}) > {{ day }}
            )
        then 'Y'
        else 'N'
    end
{%- endmacro %}

{#- A council's number where it is one of the four, else null. -#}
{% macro in_south_yorkshire(column) -%}
    case
        when
            {{ column }}
            in (select area_code from {{ ref("agencies") }} where kind = 'council')
        then {{ column }}
    end
{%- endmacro %}

{#- Whether an assessment names a factor; null where its return does not say which it found. -#}
{% macro has_factor(factor) -%}
    case
        when
            not list_has_any(
                assessments.factor_codes, {{ codes_list("factors_not_told") }}
            )
        then array_contains(assessments.factor_codes, '{{ factor }}')
    end
{%- endmacro %}

{#- The codes of a set as one list, for list functions. -#}
{% macro codes_list(code_set) -%}
    (
        select array_agg(code)
        from {{ ref("code_sets") }}
        where code_set = '{{ code_set }}'
    )
{%- endmacro %}
