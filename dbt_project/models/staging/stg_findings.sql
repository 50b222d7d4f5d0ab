{%- set counts = "(select submission_id, rule_code, count(*) as n from " %}
{%- set kept = {
    "by": ["submission_id"],
    "rows_of": {"stg_submissions": ["submission_id"]},
    "touched_by": {
        "landing.findings": "select submission_id from " ~ counts ~ "landing.findings semi join staging.stg_submissions"
        ~ " using (submission_id) group by all) as told full join " ~ counts ~ "{this} group by all) as known"
        ~ " using (submission_id, rule_code) where told.n is distinct from known.n",
    },
} %}
{{ config(meta={"kept": kept}) }}
select
    findings.submission_id,
    submissions.organisation_code,
    submissions.return_code,
    submissions.period,
    findings.file,
    findings.rule_code,
    findings.severity,
    row_number() over (
        partition by findings.submission_id, findings.file, findings.rule_code
        order by findings.line nulls last, findings.column_name nulls last
    ) as finding_number
from {{ source("landing", "findings") }} as findings
inner join {{ ref("stg_submissions") }} as submissions using (submission_id)
