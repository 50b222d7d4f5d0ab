"""Where each expected return stands: received, late, nil, refused, or not received; and what came unasked."""

from __future__ import annotations

from operations.readonly import Answer, ask

# A correction that comes late does not make the return late: what counts is when it first came.
STANDING = """
with came as (
    select *, min(received_at) filter (where status <> 'refused')
            over (partition by organisation_code, return_code, period) as first_received_at
    from landing.submissions where status <> 'duplicate'),
latest as (
    select * from came where status <> 'superseded'
    qualify row_number() over (partition by organisation_code, return_code, period
        order by status = 'refused', received_at desc, submission_id desc) = 1),
standing as (
    select coalesce(e.organisation_code, s.organisation_code) as organisation,
        coalesce(e.return_code, s.return_code) as return, coalesce(e.period, s.period) as period,
        case when s.status is null then 'not received' when s.status in ('refused', 'nil') then s.status
            when cast(s.first_received_at as date) > e.due_date then 'late' else 'received' end as stands,
        e.due_date as due, cast(s.first_received_at as date) as received, s.submission_id as submission,
        s.rows_read, s.rows_accepted, s.rows_quarantined, s.rows_skipped, s.says
    from landing.expected e
    full join latest s using (organisation_code, return_code, period))
select * from standing order by period desc nulls last, organisation, return, submission
"""


def standing(connection) -> Answer:
    """One row for each return expected or received, the newest period first."""
    return ask(connection, STANDING)
