{#- What the return's declaration says about restating, as the derived sources carry it. -#}
{% macro restates(return_name) -%}
    {%- set wanted = "source." ~ project_name ~ ".accepted." ~ return_name -%}
    {{ return(graph.sources[wanted].config.meta.restates) }}
{%- endmacro %}

{#-
The rows of a return that stand: of all submissions that count, one row for each record, as the latest
of them has it. A record that was open when an earlier period ended, and is stated again in a later
period under a new identity (its start was corrected), stands once: as stated last.
`open_where` narrows which rows (called `earlier`) can be open at all.
-#}
{% macro latest_statement(return_name, open_where="true") -%}
    {%- if not execute -%}
        select 1
        from
            {{ source("accepted", return_name) }},
            {{ ref("stg_submissions") }},
            {{ ref("corrections") }}
    {%- else -%}
        {%- set rule = restates(return_name) -%}
        {%- set is_touched = way(kept_statements(return_name, rule)) == "touched" -%}
        {%- set standing -%}
    with
        counted as (
            select
                accepted.*,
                submissions.organisation_code,
                submissions.period,
                submissions.period_start,
                submissions.period_end,
                submissions.submission_received_at
            from {{ source("accepted", return_name) }} as accepted
            inner join {{ ref("stg_submissions") }} as submissions using (submission_id)
            {%- if is_touched %} {{ only_touched(return_name, rule) }} {%- endif %}
        ),
        latest as (
            select *, min(period_end) over (partition by organisation_code, {{ rule.identity | join(", ") }}) as first_period_end
            from counted
            qualify
                row_number() over (
                    partition by organisation_code, {{ rule.identity | join(", ") }}
                    order by period_end desc, submission_received_at desc, submission_id desc, line desc
                ) = 1
        ),
        kept as (select * from latest where record_action is distinct from 'D')
        {%- if rule.one_open_for %},
        {{ open_and_stated_again(rule, open_where) }},
        standing as (
            select kept.*
            from kept
            anti join replaced using (organisation_code, {{ rule.identity | join(", ") }})
            {%- if is_touched %}
                semi join {{ touched() }} as touched on {{ same_key(statement_key(rule)) }}
            {%- endif %}
        )
        {%- else %},
        standing as (select * from kept)
        {%- endif %}
        {%- endset -%}
        {{ standing }}
        select * {{ corrected_columns(return_name, standing) }}
        from standing
    {%- endif -%}
{%- endmacro %}

{#-
CTE `replaced`: the open rows of earlier periods that a later period states again. The later row is the
same record when it first appears after the earlier period, began by that period's end, and was either
open then or began before the later period: only one can be open at a time for `one_open_for`.
One later row replaces one earlier row, the one whose start lies nearest.
-#}
{% macro open_and_stated_again(rule, open_where) -%}
    replaced as (
        select
            {% for c in ["organisation_code"] + rule.identity %}
                earlier.{{ c }}{{ ", " if not loop.last }}
            {% endfor %}
        from kept as earlier
        inner join
            kept as later on earlier.organisation_code = later.organisation_code
            {%- for c in rule.one_open_for %}
                and earlier.{{ c }} = later.{{ c }}
            {%- endfor %}
            and earlier.period_end < later.first_period_end
            and later.{{ rule.start }} <= earlier.period_end
            and (
                coalesce(later.{{ rule.end }}, {{ ever() }}) >= earlier.period_end
                or (
                    earlier.period_end < later.period_start
                    and later.{{ rule.start }} < later.period_start
                )
            )
        where
            earlier.{{ rule.end }} is null
            and earlier.{{ rule.start }} <= earlier.period_end
            and {{ open_where }}
        qualify
            row_number() over (
                partition by
                    later.organisation_code
                    {%- for c in rule.identity %}, later.{{ c }}{% endfor %}
                order by
                    abs(
                        {{ days_between("earlier." ~ rule.start, "later." ~ rule.start) }}
                    )
            )
            = 1
    )
{%- endmacro %}
