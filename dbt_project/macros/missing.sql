{#- The moment a local day is over. -#}
{% macro end_of_day(day) -%} {{ start_of_day(day ~ " + 1") }} {%- endmacro %}

{#-
Whether two moments are the same event: within the hours allowed where both times are known, else on the
same day; two that have not happened yet agree. The columns are <name>_at and <name>_date of each alias.
-#}
{% macro agrees(one, one_name, other, other_name) -%}
    case
        when
            {{ one }}.{{ one_name }}_at is not null
            and {{ other }}.{{ other_name }}_at is not null
        then
            abs(
                {{ hours_between(one ~ "." ~ one_name ~ "_at", other ~ "." ~ other_name ~ "_at") }}
            )
            <= {{ threshold("missing_agreement_hours") }}
        else
            {{ one }}.{{ one_name }}_date
            is not distinct from {{ other }}.{{ other_name }}_date
    end
{%- endmacro %}

{#- Whether one thing was over before the other began, by the time where both are known, else by the day. -#}
{% macro over_before(earlier, later) -%}
    case
        when {{ earlier }}.ended_at is not null and {{ later }}.started_at is not null
        then {{ earlier }}.ended_at < {{ later }}.started_at
        else coalesce({{ earlier }}.end_date < {{ later }}.start_date, false)
    end
{%- endmacro %}

{#- A moment as a side has it, in South Yorkshire's time; the day alone where no time is known. -#}
{% macro as_told(moment, day) -%}
    coalesce({{ local_minute(moment) }}, cast({{ day }} as string))
{%- endmacro %}

{#-
Whether an episode lasted over 24 hours: certain, possible or impossible. A day between two dates is 24
hours at the least, and a night between them need not be.
-#}
{% macro lasted_over_24_hours() -%}
    case
        when started_at is not null and lasted_to_at is not null
        then
            case
                when
                    {{ hours_between("started_at", "lasted_to_at") }}
                    > {{ threshold("missing_long_hours") }}
                then 'certain'
                else 'impossible'
            end
        when
            ({{ days_between("start_date", "lasted_to_date") }} - 1) * 24
            >= {{ threshold("missing_long_hours") }}
        then 'certain'
        when
            {{ days_between("start_date", "lasted_to_date") }} * 24
            >= {{ threshold("missing_long_hours") }}
        then 'possible'
        else 'impossible'
    end
{%- endmacro %}

{#-
CTE `keyed`: each episode with the schemes its child is known under, and the area of which the other side's
keys matter to it.
-#}
{% macro keyed(episodes) -%}
    linked as (
        select child_key, array_agg(distinct person_key_scheme) as schemes
        from {{ ref("stg_child_links") }}
        where child_key in (select child_key from {{ episodes }})
        group by child_key
    ),
    keyed as (
        select
            episodes.*,
            own.pseudonym_hash is not null as is_linked,
            coalesce(
                linked.schemes, {{ list_of(["episodes.person_key_scheme"]) }}
            ) as schemes,
            case
                when source = 'council'
                then 'SY'
                else coalesce(placing_area_code, area_code)
            end as other_area_code
        from {{ episodes }} as episodes
        left join
            {{ ref("stg_child_links") }} as own
            on episodes.pseudonym_hash = own.pseudonym_hash
        left join linked on episodes.child_key = linked.child_key
    )
{%- endmacro %}
