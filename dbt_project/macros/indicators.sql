{#- The lines of seeds/indicators.csv; while dbt only reads the project, none but a stand-in. -#}
{% macro indicator_rows() -%}
    {%- if not execute -%} {{ return([]) }} {%- endif -%}
    {{ return(run_query("select * from " ~ ref("indicators") ~ " order by indicator_code, unit").rows) }}
{%- endmacro %}

{#- 'age=age_band;sex=sex' as [('age', 'age_band'), ('sex', 'sex')]: the breakdown's name and its column. -#}
{% macro breakdowns_of(indicator) -%}
    {%- set pairs = [] -%}
    {%- for part in (indicator["breakdowns"] or "").split(";") if part -%}
        {%- do pairs.append(part.split("=")) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}

{#- How a row of the relation comes to belong to a period; `spans` is a CTE of fct_indicator_counts. -#}
{% macro period_join(indicator, spans="spans") -%}
    {%- set from_date = "facts." ~ indicator["date_column"] -%}
    {%- set until_date = "coalesce(facts." ~ (indicator["until_column"] or "") ~ ", " ~ ever() ~ ")" -%}
    {%- if indicator["period_match"] == "within" -%}
        inner join
            {{ ref("dim_period_days") }} as periods on {{ from_date }} = periods.day
    {%- elif indicator["period_match"] == "at end" -%}
        inner join {{ spans }} as periods on {{ from_date }} = periods.end_date
    {%- elif indicator["period_match"] == "open at end" -%}
        inner join
            {{ spans }} as periods
            on {{ from_date }} <= periods.end_date
            and {{ until_date }} > periods.end_date
    {%- else -%}
        inner join
            {{ spans }} as periods
            on {{ from_date }} <= periods.end_date
            and {{ until_date }} >= periods.start_date
    {%- endif -%}
        {%- if indicator["period_kinds"] %}
            and periods.period_kind
            in ('{{ indicator["period_kinds"].split(";") | join("', '") }}')
        {%- endif -%}
{%- endmacro %}

{#- The breakdown a grouping set stands for; 'all' for the total. -#}
{% macro breakdown_label(breakdowns, values) -%}
    {%- if breakdowns -%}
        case
            {%- for name, column in breakdowns %}
                when grouping(breakdown_{{ loop.index }}) = 0
                then {{ "breakdown_" ~ loop.index if values else "'" ~ name ~ "'" }}
            {%- endfor %}
            else 'all'
        end
    {%- else -%} 'all'
    {%- endif -%}
{%- endmacro %}

{#-
One indicator, counted: a row for each area and South Yorkshire, period, and breakdown value that occurs.
South Yorkshire is counted afresh, not summed, so that a child known in two areas is one child there.
`only_periods` narrows it to these. What is known to lie outside South Yorkshire is left out; what serves all of it counts there alone.
-#}
{% macro indicator_counts(indicator, place, only_periods) -%}
    {%- set breakdowns = breakdowns_of(indicator) -%}
    {%- set sets = [""] if indicator["has_total"] == "Y" else [] -%}
    {%- for pair in breakdowns -%}
        {%- do sets.append(", breakdown_" ~ loop.index) -%}
    {%- endfor -%}
    select
        '{{ indicator["indicator_code"] }}' as indicator_code,
        '{{ indicator["unit"] }}' as unit,
        case
            when grouping(counted_area) = 1
            then 'SY'
            when counted_area <> 'SY'
            then counted_area
        end as counted_in,
        counted_period as period,
        {{ breakdown_label(breakdowns, false) }} as breakdown,
        {{ breakdown_label(breakdowns, true) }} as breakdown_value,
        cast({{ indicator["numerator"] }} as double) as numerator,
        cast({{ indicator["denominator"] or "null" }} as double) as denominator,
        coalesce({{ indicator["incomplete_when"] or "false" }}, false) as is_incomplete,
        coalesce({{ indicator["suppressed_when"] or "false" }}, false) as is_suppressed
    from
        (
            select
                facts.*,
                periods.period as counted_period,
                periods.start_date as period_start,
                periods.end_date as period_end,
                coalesce(facts.{{ indicator["area_column"] }}, 'U') as counted_area
                {%- for name, column in breakdowns %}
                    ,
                    coalesce(
                        cast(facts.{{ column }} as string), 'Unknown'
                    ) as breakdown_{{ loop.index }}
                {%- endfor %}
            from
                (
                    select *
                    from {{ ref(indicator["relation"]) }}
                    where {{ indicator["row_filter"] }}
                ) as facts
                {{ period_join(indicator) }}
            where
                facts.{{ indicator["area_column"] }} is distinct from 'OUT'
                {%- if only_periods %}
                    and periods.period in ('{{ only_periods | join("', '") }}')
                {%- endif %}
        ) as counted_{{ place }}
    group by
        grouping sets (
            {%- for set in sets %}
                (counted_period, counted_area{{ set }}),
                (counted_period{{ set }}){{ ", " if not loop.last }}
            {% endfor -%}
        )
{%- endmacro %}
