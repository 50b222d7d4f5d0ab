{# The night builds in a copy that is thrown away if anything fails, so that no table
   need stand aside while its next one is made: half of what dbt would else do. The
   grain its description promises is looked at here and now; as a test of its own,
   which it is too, looking would cost as much as making the table. #}
{% materialization table, adapter="duckdb" %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set there = load_cached_relation(this) -%}
    {%- set is_plain = not config.get("contract").enforced -%}
    {% if there is not none and there.is_table and not flags.FULL_REFRESH and (way() != "whole" or is_read()) %}
        {%- if way() != "nothing" -%} {%- do make_again(target) -%} {%- endif -%}
        {%- do store_raw_result("main", message=way(), code=way(), rows_affected="-1") -%}
        {{ return({"relations": [target]}) }}
    {% endif %}
    {% if there is not none and not (is_plain and there.is_table) %}
        {{ drop_relation_if_exists(there) }}
    {% endif %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") -%}
        {% if is_plain -%} create or replace table {{ target }} as ({{ compiled_code }})
        {%- else -%} {{ create_table_as(False, target, compiled_code, "sql") }}
        {%- endif %}
    {%- endcall %}
    {%- do hold_to_grain(target) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{#- Whether any other model reads this one: what changed in it, nobody else asks. -#}
{% macro is_read() -%}
    {%- for node in graph.nodes.values() if node.resource_type == "model" and model.unique_id in node.depends_on.nodes -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{# Spark begins with an empty catalogue each time: nothing is there to be put aside. #}
{% materialization table, adapter="spark" %}
    {%- set target = this.incorporate(type="table") -%}
    {% call statement("main") -%} create table {{ target }} using parquet as {{ compiled_code }}
    {%- endcall %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{#- The model fails where two of its rows agree in the columns of its `one_row_for_each`; those that were there have been
    looked at, so where the columns hold its key none but the rows `made` of these keys can agree. -#}
{% macro hold_to_grain(relation, made=none, key=none) -%}
    {%- for test in graph.nodes.values() | selectattr("attached_node", "equalto", model.unique_id) if test.test_metadata.name == "one_row_for_each" -%}
        {%- set columns = test.test_metadata.kwargs["columns"] -%}
        {%- set all_of_them = made if key and not key | reject("in", columns) | list else relation -%}
        {%- set found = adapter.add_query(rows_twice(all_of_them, columns) ~ " limit 1", auto_begin=False)[1] -%}
        {%- if found.fetchone() -%}
            {{ exceptions.raise_compiler_error("Two rows of " ~ relation.identifier ~ " agree in " ~ columns | join(", ") ~ ".") }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- What stands in these columns more than once. -#}
{% macro rows_twice(relation, columns) -%}
    select {{ columns | join(", ") }}, count(*) as row_count
    from {{ relation }}
    group by all
    having count(*) > 1
{%- endmacro %}
