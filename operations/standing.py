"""Where each expected return stands: received, late, nil, refused, or not received; and what came unasked."""

from __future__ import annotations

from operations.readonly import Answer, ask

# Of a version that had no explanations every warning is open.
OPEN = """
    select submission_id, count(*) as warnings_open from landing.findings as f where severity = 'warning' {unless}
    group by submission_id"""
UNLESS = """and not exists (select 1 from landing.explanations as e where e.submission_id = f.submission_id
        and (e.rule_code, e.file, e.sheet, e.line, e.column_name)
            is not distinct from (f.rule_code, f.file, f.sheet, f.line, f.column_name))"""
# What explains findings is of no return: it stands here only where it could not be taken.
# A correction that comes late does not make the return late: what counts is when it first came.
# Of a file that could not be read nobody knows what it was: each stands here by its name, until one of that name is taken.
STANDING = """
with came as (
    select *, if(return_code is null, file_name, null) as unread,
        min(received_at) filter (where status not in ('refused', 'held'))
            over (partition by organisation_code, return_code, period) as first_received_at
    from landing.submissions
    where status <> 'duplicate' and (format is distinct from 'explanations' or status = 'refused')),
latest as (
    select * from came
    where status <> 'superseded' and not exists (
        select 1 from landing.submissions as later
        where later.file_name = unread and later.organisation_code is not distinct from came.organisation_code
            and later.submission_id > came.submission_id and later.status not in ('refused', 'duplicate'))
    qualify row_number() over (partition by organisation_code, return_code, period, unread
        order by status in ('refused', 'held'), received_at desc, submission_id desc) = 1),
standing as (
    select coalesce(e.organisation_code, s.organisation_code) as organisation,
        coalesce(e.return_code, s.return_code) as return, coalesce(e.period, s.period) as period,
        case when s.status is null then 'not received' when s.status in ('refused', 'held', 'nil') then s.status
            when cast(s.first_received_at as date) > e.due_date then 'late' else 'received' end as stands,
        e.due_date as due, cast(s.first_received_at as date) as received, s.submission_id as submission,
        s.rows_read, s.rows_accepted, s.rows_quarantined, s.rows_skipped,
        case when s.submission_id is not null then coalesce(o.warnings_open, 0) end as warnings_open, s.says
    from landing.expected e
    full join latest s using (organisation_code, return_code, period)
    left join ({open}) o on o.submission_id = s.submission_id)
select * from standing order by period desc nulls last, organisation, return, submission
"""


def standing(connection) -> Answer:
    """One row for each return expected or received, the newest period first."""
    there = "from duckdb_tables() where schema_name = 'landing' and table_name = 'explanations'"
    unless = UNLESS if ask(connection, there).rows else ""
    return ask(connection, STANDING.format(open=OPEN.format(unless=unless)))
