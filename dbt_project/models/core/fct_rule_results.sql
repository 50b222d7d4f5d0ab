{{ config(meta={"kept": {"by": ["submission_id"], "rows_of": {"stg_rule_results": ["submission_id"]}}}) }}
select
    results.submission_id,
    results.organisation_code,
    organisations.area_code,
    results.return_code,
    results.period,
    results.period_end as period_end_date,
    results.rule_code,
    results.column_name,
    results.severity,
    results.rows_checked,
    results.rows_failed,
    results.rows_checked - results.rows_failed as rows_passed,
    results.says
from {{ ref("stg_rule_results") }} as results
left join {{ ref("dim_organisations") }} as organisations using (organisation_code)
