{#-
The moment whose submissions count: last July's figures are rebuilt by giving last July. Who calls dbt makes this
function in the database. It is no variable of dbt's: for a new value of one dbt reads the whole project anew.
-#}
{% macro as_at() -%} memory.main.as_at() {%- endmacro %}
