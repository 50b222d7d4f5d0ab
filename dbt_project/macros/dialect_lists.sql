{#- What dialect.sql is about, of lists, the texts of a group, and the columns of a `select *`. -#}
{#- A list of these values. -#}
{% macro list_of(values) -%} {{ adapter.dispatch("list_of")(values) }} {%- endmacro %}
{% macro duckdb__list_of(values) -%} [{{ values | join(", ") }}] {%- endmacro %}
{% macro spark__list_of(values) -%} array({{ values | join(", ") }}) {%- endmacro %}

{#- A row for each value of a list; it stands in a `select` alone, not in a longer expression. -#}
{% macro each_of(list) -%} {{ adapter.dispatch("each_of")(list) }} {%- endmacro %}
{% macro duckdb__each_of(list) -%} unnest({{ list }}) {%- endmacro %}
{% macro spark__each_of(list) -%} explode({{ list }}) {%- endmacro %}

{#- The whole numbers from one to another, both in it; none where the second is the smaller. -#}
{% macro numbers_from(first, last) -%}
    {{ adapter.dispatch("numbers_from")(first, last) }}
{%- endmacro %}
{% macro duckdb__numbers_from(first, last) -%}
    generate_series({{ first }}, {{ last }})
{%- endmacro %}
{% macro spark__numbers_from(first, last) -%}
    filter(
        sequence({{ first }}, greatest({{ first }}, {{ last }})), n -> n <= {{ last }}
    )
{%- endmacro %}

{#- The texts of a group in one, in an order. -#}
{% macro joined(text, between, order) -%}
    {{ adapter.dispatch("joined")(text, between, order) }}
{%- endmacro %}
{% macro duckdb__joined(text, between, order) -%}
    string_agg({{ text }}, '{{ between }}' order by {{ order }})
{%- endmacro %}
{% macro spark__joined(text, between, order) -%}
    string_agg({{ text }}, '{{ between }}') within group (order by {{ order }})
{%- endmacro %}

{#- The texts of a group as a list, in the order of keys that are never null. -#}
{% macro listed(text, keys) -%}
    {{ adapter.dispatch("listed")(text, keys) }}
{%- endmacro %}
{% macro duckdb__listed(text, keys) -%}
    array_agg({{ text }} order by {{ keys | join(", ") }})
{%- endmacro %}
{% macro spark__listed(text, keys) -%}
    transform(
        array_sort(array_agg(struct({{ keys | join(", ") }}, {{ text }} as text))),
        each -> each.text
    )
{%- endmacro %}

{#- The texts of a list in one. -#}
{% macro list_text(list, between) -%}
    {{ adapter.dispatch("list_text")(list, between) }}
{%- endmacro %}
{% macro duckdb__list_text(list, between) -%}
    array_to_string({{ list }}, '{{ between }}')
{%- endmacro %}
{% macro spark__list_text(list, between) -%}
    array_join({{ list }}, '{{ between }}')
{%- endmacro %}

{#- `select *` continued: but not these columns. -#}
{% macro all_but(columns) -%} {{ adapter.dispatch("all_but")(columns) }} {%- endmacro %}
{% macro duckdb__all_but(columns) -%}
    exclude ({{ columns | join(", ") }})
{%- endmacro %}
{% macro spark__all_but(columns) -%}
    except
    ({{ columns | join(", ") }})
{%- endmacro %}

{#- `select *` continued: but these columns so, by their names; in Spark they then stand last. -#}
{% macro replaced(columns) -%}
    {{ adapter.dispatch("replaced")(columns) }}
{%- endmacro %}
{% macro duckdb__replaced(columns) -%}
    replace (
        {%- for name, now in columns.items() %}
            {{ now }} as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
{% macro spark__replaced(columns) -%}
    except
    ({{ columns | join(", ") }})
    {%- for name, now in columns.items() %}, {{ now }} as {{ name }} {%- endfor %}
{%- endmacro %}
