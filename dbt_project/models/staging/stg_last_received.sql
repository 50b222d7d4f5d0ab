-- "Now", in a warehouse that must give the same answer twice. An age
-- asks for no more than the month.
select
    cast(
        date_trunc('month', max({{ local_date("submission_received_at") }})) as date
    ) as last_received_month

from {{ ref("stg_submissions") }}
