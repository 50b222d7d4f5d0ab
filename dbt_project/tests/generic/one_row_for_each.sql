{#- The grain a model's description promises: no two rows agree in these columns. -#}
{% test one_row_for_each(model, columns) %}
    {{ rows_twice(model, columns) }}
{% endtest %}
