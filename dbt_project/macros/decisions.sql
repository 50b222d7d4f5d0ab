{#- A threshold of seeds/thresholds.csv as a scalar. -#}
{% macro threshold(name) -%}
    (select value from {{ ref("thresholds") }} where threshold = '{{ name }}')
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

{#- The key of a child: one for each pseudonym and scheme; null where the return names no child. -#}
{% macro child_key(alias) -%}
    md5({{ alias }}.person_key_scheme || ':' || {{ alias }}.person_key)
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
