{#- The day a moment fell on in South Yorkshire. -#}
{% macro local_date(moment) -%}
    cast({{ moment }} at time zone '{{ var("time_zone") }}' as date)
{%- endmacro %}

{#- Whole years from a month of birth to a day; null where either is not known. -#}
{% macro age_at(birth_month, day) -%}
    cast(floor(datediff('month', {{ birth_month }}, {{ day }}) / 12) as integer)
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

{#- The last day anything was received for: "now" in a warehouse that must give the same answer twice. -#}
{% macro today() -%}
    (
        select max({{ local_date("submission_received_at") }})
        from {{ ref("stg_submissions") }}
    )
{%- endmacro %}

{#- Hours of real time between two moments, right across a change of the clocks. -#}
{% macro hours_between(earlier, later) -%}
    round(date_diff('second', {{ earlier }}, {{ later }}) / 3600.0, 4)
{%- endmacro %}
