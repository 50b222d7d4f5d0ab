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
        order by findings.line, findings.column_name
    ) as finding_number
from {{ source("landing", "findings") }} as findings
inner join {{ ref("stg_submissions") }} as submissions using (submission_id)
