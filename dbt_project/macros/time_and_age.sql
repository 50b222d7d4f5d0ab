{#- The day that stands for an end that is not known. -#}
{% macro ever() -%} date '9999-12-31' {%- endmacro %}

{#- Whole years from a month of birth to a day; null where either is not known. -#}
{% macro age_at(birth_month, day) -%}
    cast(floor({{ months_between(birth_month, day) }} / 12) as integer)
{%- endmacro %}

{#-
Age band of an age in years, from seeds/age_bands.csv; Unknown where the age is. The bands are told while the SQL is made: where
they are looked up by "from, to", Spark holds each pair of a month and a day to each row.
-#}
{% macro age_band(age) -%}
    case
        {%- for band in age_bands() %}
            when {{ age }} between {{ band[0] | int }} and {{ band[1] | int }}
            then '{{ band[2] }}'
        {%- endfor %}
        else 'Unknown'
    end
{%- endmacro %}

{% macro age_bands() -%}
    {%- set bands = ref("age_bands") -%}
    {%- if not execute -%} {{ return([[0, 0, "Unknown"]]) }} {%- endif -%}
    {{ return(run_query("select from_age, to_age, age_band from " ~ bands ~ " order by from_age").rows) }}
{%- endmacro %}

{#- The month in which anything was last received: "now" in a warehouse that must give the same answer twice. -#}
{% macro today() -%}
    (select last_received_month from {{ ref("stg_last_received") }})
{%- endmacro %}

{#- Hours of real time between two moments, right across a change of the clocks. -#}
{% macro hours_between(earlier, later) -%}
    round({{ seconds_between(earlier, later) }} / cast(3600 as double), 4)
{%- endmacro %}
