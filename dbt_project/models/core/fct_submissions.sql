select
    submissions.submission_id,
    submissions.organisation_code,
    submissions.return_code,
    submissions.period,
    submissions.period_start as period_start_date,
    submissions.period_end as period_end_date,
    {{ local_date("submissions.submission_received_at") }} as received_date,
    organisations.area_code,
    submissions.is_nil,
    submissions.is_provisional,
    submissions.rows_read,
    submissions.rows_accepted,
    submissions.rows_quarantined,
    submissions.rows_skipped
from {{ ref("stg_submissions") }} as submissions
left join {{ ref("dim_organisations") }} as organisations using (organisation_code)
