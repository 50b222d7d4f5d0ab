-- Of one organisation, return and period the latest submission counts, of each way it
-- came; what was refused never does, and what was replaced since still counts for a
-- moment before it was.
with
    received as (
        select
            *,
            case
                when format in ('annex_a', 'csww xml') then format else 'standard'
            end as route
        from {{ source("landing", "submissions") }}
        where
            status not in ('refused', 'duplicate')
            and received_at <= {{ as_at() }}
            and return_code is not null
    ),
    latest as (
        select *
        from received
        qualify
            row_number() over (
                partition by organisation_code, return_code, period, route
                order by received_at desc, submission_id desc
            )
            = 1
    ),
    -- An Annex A repeats what a council sends otherwise: of a return that came another
    -- way for days of its twelve months, its rows would be counted twice.
    counted_once as (
        select latest.*
        from latest
        anti join
            latest as other
            on latest.route = 'annex_a'
            and other.route <> 'annex_a'
            and latest.organisation_code = other.organisation_code
            and latest.return_code = other.return_code
            and other.period_start <= latest.period_end
            and other.period_end > latest.period_end - interval 1 year
    )
select
    submission_id,
    organisation_code,
    return_code,
    return_name,
    period,
    route,
    period_start,
    period_end,
    received_at as submission_received_at,
    status = 'nil' as is_nil,
    provisional as is_provisional,
    rows_read,
    rows_accepted,
    rows_quarantined,
    rows_skipped
from counted_once
-- An Annex A has every child's latest episode of care, and says of none before that it
-- is over: with each new one the old is past.
qualify
    route <> 'annex_a'
    or return_name <> 'lac_episode'
    or row_number() over (
        partition by organisation_code, return_code, route order by period_end desc
    )
    = 1
