{#- The grain a model's description promises: no two rows agree in these columns. -#}
{% test one_row_for_each(model, columns) %}
    select {{ columns | join(", ") }}, count(*) as row_count
    from {{ model }}
    group by all
    having count(*) > 1
{% endtest %}
