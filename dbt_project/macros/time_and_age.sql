{#- The day that stands for an end that is not known. -#}
{% macro ever() -%} date '9999-12-31' {%- endmacro %}

{#- Whole years from a month of birth to a day; null where either is not known. -#}
{% macro age_at(birth_month, day) -%}
    cast(floor({{ months_between(birth_month, day) }} / 12) as integer)
{%- endmacro %}

{#- Age band of an age in years, from seeds/age_bands.csv; Unknown where the age is. -#}
{% macro age_band(age) -%}
    coalesce(
        (
            select age_band
            from {{ ref("age_bands") }}
            where {{ age }} between from_age and to_age
        ),
        'Unknown'
    )
{%- endmacro %}

{#- The month in which anything was last received: "now" in a warehouse that must give the same answer twice. -#}
{% macro today() -%}
    (select last_received_month from {{ ref("stg_last_received") }})
{%- endmacro %}

{#- Hours of real time between two moments, right across a change of the clocks. -#}
{% macro hours_between(earlier, later) -%}
    round({{ seconds_between(earlier, later) }} / cast(3600 as double), 4)
{%- endmacro %}
