{#-
Where DuckDB and Spark do not understand one form of words. All else in the models is SQL that both read alike; what
is here is counted in docs/scaling.md, and a test holds the page to this file.
-#}
{#- The moment whose submissions count. Who calls dbt makes this function; a variable of dbt's would have it read the whole project anew. -#}
{% macro as_at() -%} {{ adapter.dispatch("as_at")() }} {%- endmacro %}
{% macro duckdb__as_at() -%} memory.main.as_at() {%- endmacro %}
{% macro spark__as_at() -%} as_at() {%- endmacro %}

{#- The day a moment fell on in South Yorkshire. Spark's session keeps that time zone. -#}
{% macro local_date(moment) -%}
    {{ adapter.dispatch("local_date")(moment) }}
{%- endmacro %}
{% macro duckdb__local_date(moment) -%}
    cast({{ moment }} at time zone '{{ var("time_zone") }}' as date)
{%- endmacro %}
{% macro spark__local_date(moment) -%} cast({{ moment }} as date) {%- endmacro %}

{#- The moment a local day begins, in South Yorkshire: 23, 24 or 25 hours before the next. -#}
{% macro start_of_day(day) -%}
    {{ adapter.dispatch("start_of_day")(day) }}
{%- endmacro %}
{% macro duckdb__start_of_day(day) -%}
    (cast({{ day }} as timestamp) at time zone '{{ var("time_zone") }}')
{%- endmacro %}
{% macro spark__start_of_day(day) -%} cast({{ day }} as timestamp) {%- endmacro %}

{#- A moment as 2024-05-31 14:05, in South Yorkshire's time. -#}
{% macro local_minute(moment) -%}
    {{ adapter.dispatch("local_minute")(moment) }}
{%- endmacro %}
{% macro duckdb__local_minute(moment) -%}
    strftime({{ moment }} at time zone '{{ var("time_zone") }}', '%Y-%m-%d %H:%M')
{%- endmacro %}
{% macro spark__local_minute(moment) -%}
    date_format({{ moment }}, 'yyyy-MM-dd HH:mm')
{%- endmacro %}

{#- Days from one day to another. -#}
{% macro days_between(earlier, later) -%}
    {{ adapter.dispatch("days_between")(earlier, later) }}
{%- endmacro %}
{% macro duckdb__days_between(earlier, later) -%}
    date_diff('day', {{ earlier }}, {{ later }})
{%- endmacro %}
{% macro spark__days_between(earlier, later) -%}
    cast(datediff({{ later }}, {{ earlier }}) as bigint)
{%- endmacro %}

{#- Whole seconds of real time from one moment to another. -#}
{% macro seconds_between(earlier, later) -%}
    {{ adapter.dispatch("seconds_between")(earlier, later) }}
{%- endmacro %}
{% macro duckdb__seconds_between(earlier, later) -%}
    date_diff('second', {{ earlier }}, {{ later }})
{%- endmacro %}
{% macro spark__seconds_between(earlier, later) -%}
    (unix_timestamp({{ later }}) - unix_timestamp({{ earlier }}))
{%- endmacro %}

{#- Months from the month of one day to the month of another. -#}
{% macro months_between(earlier, later) -%}
    {{ adapter.dispatch("months_between")(earlier, later) }}
{%- endmacro %}
{% macro duckdb__months_between(earlier, later) -%}
    date_diff('month', {{ earlier }}, {{ later }})
{%- endmacro %}
{% macro spark__months_between(earlier, later) -%}
    cast(months_between(trunc({{ later }}, 'MM'), trunc({{ earlier }}, 'MM')) as bigint)
{%- endmacro %}

{#- The day so many months after another, the month's last where it has no such day. -#}
{% macro months_after(day, months) -%}
    {{ adapter.dispatch("months_after")(day, months) }}
{%- endmacro %}
{% macro duckdb__months_after(day, months) -%}
    cast({{ day }} + to_months({{ months }}) as date)
{%- endmacro %}
{% macro spark__months_after(day, months) -%}
    add_months({{ day }}, {{ months }})
{%- endmacro %}

{#- The English name of a day's month. -#}
{% macro month_name(day) -%} {{ adapter.dispatch("month_name")(day) }} {%- endmacro %}
{% macro duckdb__month_name(day) -%} monthname({{ day }}) {%- endmacro %}
{% macro spark__month_name(day) -%} date_format({{ day }}, 'MMMM') {%- endmacro %}

{#- A number in at most so many figures, without trailing noughts: C's %g. -#}
{% macro short_number(number, figures) -%}
    {{ adapter.dispatch("short_number")(number, figures) }}
{%- endmacro %}
{% macro duckdb__short_number(number, figures) -%}
    printf('%.{{ figures }}g', {{ number }})
{%- endmacro %}
{% macro spark__short_number(number, figures) -%}
    short_number({{ number }}, {{ figures }})
{%- endmacro %}
