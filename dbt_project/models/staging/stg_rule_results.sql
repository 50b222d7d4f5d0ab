{#- What rules found is only ever added with its submission. A finding may come to an older one later (X405), of no rule of these. #}
{%- set unknown = "select distinct submission_id from landing.rule_results semi join staging.stg_submissions"
    ~ " using (submission_id) anti join {this} using (submission_id)" %}
{{
    config(
        meta={
            "kept": {
                "by": ["submission_id"],
                "rows_of": {"stg_submissions": ["submission_id"]},
                "touched_by": {"landing.rule_results": unknown, "landing.findings": unknown},
            }
        }
    )
}}
-- One rule may hold several checks of a column, its least and its most; no row fails
-- two
-- of them.
with
    sentences as (
        select submission_id, rule_code, column_name, severity, min(says) as says
        from {{ source("landing", "findings") }}
        group by all
    )
select
    results.submission_id,
    submissions.organisation_code,
    submissions.return_code,
    submissions.period,
    submissions.period_end,
    results.rule_code,
    coalesce(results.column_name, '') as column_name,
    results.severity,
    max(results.rows_checked) as rows_checked,
    cast(sum(results.rows_failed) as bigint) as rows_failed,
    any_value(sentences.says) as says
from {{ source("landing", "rule_results") }} as results
inner join {{ ref("stg_submissions") }} as submissions using (submission_id)
left join
    sentences
    on results.submission_id = sentences.submission_id
    and results.rule_code = sentences.rule_code
    and results.severity = sentences.severity
    and results.column_name is not distinct from sentences.column_name
group by all
