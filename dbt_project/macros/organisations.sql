{#-
CTE `known_to`: for each value of a key, how many organisations mention it and which.

Only of three or more is a list made: of one or two, as most are, it is the first and the last. What is gathered into a list
stays in memory, however little of it there is.
-#}
{% macro known_to(mentions, key) -%}
    told_by as (select distinct {{ key }}, organisation_code from {{ mentions }}),
    counted as (
        select
            {{ key }},
            count(*) as organisations_count,
            min(organisation_code) as first_organisation,
            max(organisation_code) as last_organisation
        from told_by
        group by {{ key }}
    ),
    gathered as (
        select
            {{ key }},
            {{ list_text("array_sort(array_agg(organisation_code))", ", ") }} as organisations
        from told_by
        where {{ key }} in (select {{ key }} from counted where organisations_count > 2)
        group by {{ key }}
    ),
    known_to as (
        select
            counted.{{ key }},
            counted.organisations_count,
            case
                counted.organisations_count
                when 1
                then counted.first_organisation
                when 2
                then concat(counted.first_organisation, ', ', counted.last_organisation)
                else gathered.organisations
            end as organisations
        from counted
        left join gathered using ({{ key }})
    )
{%- endmacro %}
