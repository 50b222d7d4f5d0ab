{#- What declarations of `kept` (incremental.sql) have in common, of children, absences and interviews. -#}

{#- A row whose child's pseudonyms were linked otherwise: a pseudonym nothing was said of was a child of its own. -#}
{% macro linked_otherwise(by, child_key="child_key") -%}
    {{ return(
        "select " ~ by | join(", ") ~ " from {this} where " ~ child_key
        ~ " in (select child_key from {changed} union all select pseudonym_hash from {changed})"
    ) }}
{%- endmacro %}

{#- How a model of one row for each row of a return is kept, where it says no more of others than what child it is. -#}
{% macro kept_by_record(relation, record="record_ref", child_key="child_key") -%}
    {%- set key = ["organisation_code", record] -%}
    {{ return({
        "by": key,
        "rows_of": {relation: key},
        "touched_by": {"stg_child_links": linked_otherwise(key, child_key)},
    }) }}
{%- endmacro %}

{#- A row of a child of whom something changed elsewhere. -#}
{% macro of_changed_children(by, relation="{this}") -%}
    {{ return("select " ~ by | join(", ") ~ " from " ~ relation ~ " where child_key in (select child_key from {changed})") }}
{%- endmacro %}

{#- Of the episodes that both sides have, what is asked for, where something holds of `councils` and `police`. -#}
{% macro of_pairs(columns, where) -%}
    {{ return(
        "select " ~ columns ~ " from core.fct_missing_episode_matches as pairs"
        ~ " inner join core.fct_missing_episodes as councils on councils.source = 'council'"
        ~ " and pairs.organisation_code = councils.organisation_code and pairs.episode_ref = councils.episode_ref"
        ~ " inner join core.fct_missing_episodes as police on police.source = 'police'"
        ~ " and pairs.police_organisation_code = police.organisation_code and pairs.police_episode_ref = police.episode_ref"
        ~ " where " ~ where
    ) }}
{%- endmacro %}

{#- Episodes whose pairs are now otherwise. -#}
{% macro paired_otherwise(by) -%}
    {{ return(
        "select " ~ by | join(", ") ~ " from core.fct_missing_episodes where (source, episode_ref) in"
        ~ " (select ('council', episode_ref) from {changed} union all select ('police', police_episode_ref) from {changed})"
    ) }}
{%- endmacro %}

{#- The police episodes that touched ones of a council may be paired with. -#}
{% macro partners_of_touched() -%}
    {%- set councils -%}
        from core.fct_missing_episodes
        semi join {touched} as touched on source = key_1 and organisation_code = key_2 and episode_ref = key_3
    {%- endset -%}
    {{ return(
        "select source, organisation_code, episode_ref from core.fct_missing_episodes where source = 'police' and (episode_ref in"
        ~ " (select police_episode_ref " ~ councils ~ ") or child_key in (select child_key " ~ councils ~ "))"
    ) }}
{%- endmacro %}

{#- The council's episodes that some links of interviews speak of, by themselves or by what the police have. -#}
{% macro interviewed_otherwise(links) -%}
    {{ return(
        "select episode_organisation_code, episode_ref from " ~ links ~ " where source = 'council' and episode_organisation_code is not null"
        ~ " union all select organisation_code, episode_ref from core.fct_missing_episode_matches"
        ~ " where police_episode_ref in (select episode_ref from " ~ links ~ " where source = 'police')"
    ) }}
{%- endmacro %}

{#- How the models of absences are kept, which are about a child, and about what a police episode paired with the child's says. -#}
{% macro kept_by_pairs() -%}
    {{ return({
        "by": ["child_key"],
        "rows_of": {"fct_missing_episodes": ["child_key"]},
        "touched_by": {
            "fct_missing_episodes": of_pairs(
                "councils.child_key",
                "(police.organisation_code, police.episode_ref) in (select (organisation_code, episode_ref) from {changed} where source = 'police')"
            ),
            "fct_missing_episode_matches": paired_otherwise(["child_key"]),
            "fct_coverage": "select child_key from {this} where month in (select period from {changed} where return_code in ('R05', 'R14'))",
        },
        "beside": of_pairs("police.child_key", "councils.child_key in (select key_1 from {touched})"),
    }) }}
{%- endmacro %}

{#- The rows that these are linked to by one column and another, or by way of a row between. -#}
{% macro in_one_or_two_steps(relation, wanted, column, other, these) -%}
    {%- set next = " where (organisation_code, " ~ column ~ ") in (select (organisation_code, " ~ other ~ ") from " -%}
    {%- set rows = "select " ~ wanted | join(", ") ~ " from " ~ relation -%}
    {{ return(rows ~ next ~ these ~ ") union all " ~ rows ~ next ~ relation ~ next ~ these ~ "))") }}
{%- endmacro %}

{#- The days a changed `stg_reach` newly reaches or no longer does, for use after `between`. -#}
{% macro days_reached(returns, in_advance=0) -%}
    {%- set changed = " from {changed} where return_code in ('" ~ returns | join("', '") ~ "')" -%}
    {{ return(
        "(select min(first_day) - " ~ in_advance ~ " from (select if(count(*) = 2 and min(told_from) = max(told_from), min(told_until),"
        ~ " min(told_from)) as first_day" ~ changed ~ " group by organisation_code, return_code)) and (select max(told_until)" ~ changed ~ ")"
    ) }}
{%- endmacro %}

{#- The number of the financial year a day is in. -#}
{% macro year_of(day) -%} {{ return("coalesce(year(" ~ day ~ ") - if(month(" ~ day ~ ") < 4, 1, 0), 0)") }} {%- endmacro %}
