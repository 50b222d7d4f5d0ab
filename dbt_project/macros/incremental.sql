{#-
A night that brings little recomputes little, and a model's SQL need not know. In a build that is not from nothing
(`--full-refresh`) each model goes one of three ways:

  nothing  none of what it reads has changed
  touched  its meta says which of its rows are touched by what changed: those are made again, from the rows that belong
           to them since `ref` gives no others, and take the place of the old
  whole    it is made again whole

What came out different is told to the models that read it: memory.changed has those rows, as they were and as they
are. A test holds all this to a build from nothing, whatever was sent (tests/test_incremental.py).

  meta:
    kept:
      by: [organisation_code, crime_ref]       a key: no row depends on rows of another one. Never null
      rows_of:                                 read by touched keys alone; the key, in the input's own words
        stg_pol_crime: [organisation_code, crime_ref]
      touched_by:                              read whole; a query for the keys that {changed} rows of it touch,
        dim_exploited_children: select …       where {this} is the model as it still is
      beside: select …                         keys of rows that are read with {touched} ones, and are not made again
-#}
{% macro ref() -%}
    {%- set relation = builtins.ref(*varargs, **kwargs) -%}
    {%- if not execute or model is not defined or model.resource_type != "model" -%} {{ return(relation) }} {%- endif -%}
    {%- set key = kept_of_model().get("rows_of", {}).get(varargs[-1]) -%}
    {{ return("(" ~ of_touched(relation, key, "memory.beside." if kept_of_model().beside else "memory.touched.") ~ ")" if key and way() == "touched" else relation) }}
{%- endmacro %}

{#- What the model's meta says of how it is kept. -#}
{% macro kept_of_model() -%} {{ return((model.config.meta or {}).get("kept", {})) }} {%- endmacro %}

{#- The touched keys of the model, as key_1, key_2 … -#}
{% macro touched() -%} {{ return("memory.touched." ~ model.name) }} {%- endmacro %}

{% macro same_key(key) -%}
    {%- for column in key -%} {{ column }} = touched.key_{{ loop.index }} {{- " and " if not loop.last -}} {%- endfor -%}
{%- endmacro %}

{#- The rows of a relation whose key is touched. -#}
{% macro of_touched(relation, key, keys="memory.touched.") -%}
    select kept.* from {{ relation }} as kept semi join {{ keys ~ model.name }} as touched on {{ same_key(key) }}
{%- endmacro %}

{#- For after a `from`: only what is touched, where that is how the model goes. -#}
{% macro if_touched(key) -%}
    {%- if execute and way() == "touched" %} semi join {{ touched() }} as touched on {{ same_key(key) }} {%- endif -%}
{%- endmacro %}

{#- The way this model goes: decided when it is first asked, and noted. -#}
{% macro way(kept=none) -%} {{ return(adapter.dispatch("way", "core_data_set")(kept)) }} {%- endmacro %}

{% macro default__way(kept) -%} {{ return("whole") }} {%- endmacro %}

{% macro duckdb__way(kept) -%}
    {%- if flags.FULL_REFRESH -%} {{ return("whole") }} {%- endif -%}
    {%- set noted = asked("select way from memory.main.ways where model = '" ~ model.name ~ "'") -%}
    {%- if noted -%} {{ return(noted[0][0]) }} {%- endif -%}
    {%- set kept = kept_of_model() if kept is none else kept -%}
    {%- set decided = decided_way(kept) -%}
    {%- do asked(
        "insert into memory.main.ways values ('" ~ model.name ~ "', '" ~ decided ~ "', ["
        ~ ("'" ~ kept.by | map("replace", "'", "''") | join("', '") ~ "'" if decided == "touched" else "") ~ "])"
    ) -%}
    {{ return(decided) }}
{%- endmacro %}

{% macro decided_way(kept) -%}
    {%- set changed = changed_inputs() -%}
    {%- if not changed -%} {{ return("nothing") }} {%- endif -%}
    {%- set keys = [] -%}
    {%- for input in changed -%}
        {%- set columns = kept.get("rows_of", {}).get(input) -%}
        {%- set query = kept.get("touched_by", {}).get(input) -%}
        {%- if not columns and not query -%} {{ return("whole") }} {%- endif -%}
        {%- if columns -%} {%- do keys.append("select " ~ columns | join(", ") ~ " from memory.changed." ~ input) -%} {%- endif -%}
        {%- if query -%}
            {%- do keys.append(query | replace("{changed}", "memory.changed." ~ input) | replace("{this}", this | string)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(note_touched(keys, kept.by | length, kept.beside)) }}
{%- endmacro %}

{#- What this model reads that came out different tonight. -#}
{% macro changed_inputs() -%}
    {%- set inputs = [] -%}
    {%- for id in model.depends_on.nodes -%} {%- do inputs.append(id.split(".")[2:] | join(".")) -%} {%- endfor -%}
    {{ return(asked("select input from memory.main.changed where input in ('" ~ inputs | join("', '") ~ "')") | map("first") | list) }}
{%- endmacro %}

{#- Note the touched keys. A key that is not known joins nothing: then the model is made whole. -#}
{% macro note_touched(keys, width, beside) -%}
    {%- set names = [] -%}
    {%- for n in range(width) -%} {%- do names.append("key_" ~ (n + 1)) -%} {%- endfor -%}
    {%- do asked(
        "create or replace table " ~ touched() ~ " as select distinct * from ((" ~ keys | join(") union all (") ~ ")) as keys ("
        ~ names | join(", ") ~ ")"
    ) -%}
    {%- if beside -%}
        {%- do asked("create or replace table memory.beside." ~ model.name ~ " as from " ~ touched() ~ " union " ~ (beside | replace("{touched}", touched()))) -%}
    {%- endif -%}
    {%- set n, unknown = asked("select count(*), count(*) filter (" ~ names | join(" is null or ") ~ " is null) from " ~ touched())[0] -%}
    {{ return("nothing" if n == 0 else "whole" if unknown else "touched") }}
{%- endmacro %}

{#- Make again what is touched of a model, or all of it, and note what came out different. -#}
{% macro make_again(target) -%}
    {%- set made, was, changed = "memory.made." ~ model.name, "memory.was." ~ model.name, "memory.changed." ~ model.name -%}
    {%- set key = asked("select kept_by from memory.main.ways where model = '" ~ model.name ~ "'")[0][0] -%}
    {%- do asked("create or replace table " ~ made ~ " as from " ~ target ~ " limit 0") -%}
    {%- do asked("insert into " ~ made ~ " by name " ~ (of_touched("(" ~ compiled_code ~ ")", key) if key else "(" ~ compiled_code ~ ")")) -%}
    {#- Looked for in the columns of the key alone, then taken whole by where they stand: that may change between two statements. -#}
    {%- set places = " where rowid in (select kept.rowid from " ~ target ~ " as kept semi join " ~ touched() ~ " as touched on " ~ same_key(key) ~ ")" if key else "" -%}
    {%- do asked("create or replace table " ~ was ~ " as from " ~ target ~ places) -%}
    {%- do asked(
        "create or replace table " ~ changed ~ " as (from " ~ was ~ " except all from " ~ made
        ~ ") union all (from " ~ made ~ " except all from " ~ was ~ ")"
    ) -%}
    {%- if asked("select count(*) from " ~ changed)[0][0] -%}
        {%- do asked("insert into memory.main.changed values ('" ~ model.name ~ "')") -%}
        {%- do asked("delete from " ~ target ~ (" using " ~ touched() ~ " as touched where " ~ same_key(key) if key else "")) -%}
        {%- do asked("insert into " ~ target ~ " from " ~ made) -%}
        {%- do hold_to_grain(target, made, key) -%}
    {%- endif -%}
    {%- do asked("drop table " ~ made) -%}
    {%- do asked("drop table " ~ was) -%}
{%- endmacro %}

{#- The rows of one answer, without what dbt makes of them. -#}
{% macro asked(sql) -%} {{ return(adapter.add_query(sql, auto_begin=False)[1].fetchall()) }} {%- endmacro %}
