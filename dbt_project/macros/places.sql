{#- The area of a council's number as a row has it: one of the four, OUT elsewhere, U where it is not known. -#}
{% macro area_of(council) -%}
    case
        when
            {{ council }}
            in (select area_code from {{ ref("agencies") }} where kind = 'council')
        then {{ council }}
        when
            coalesce({{ council }}, 'U')
            in {{ codes_in_group("council_area", "not known") }}
        then 'U'
        else 'OUT'
    end
{%- endmacro %}
