{{
    config(
        meta={
            "kept": {
                "by": ["complaint_key"],
                "rows_of": {"fct_complaint_members": ["complaint_key"]},
                "touched_by": {"fct_looked_after_episodes": of_changed_children(["complaint_key"])},
            }
        }
    )
}}
with
    -- Most complaints are one report: the others alone are grouped, for all lists of a
    -- grouping lie in memory at once.
    several as (
        select
            complaint_key,
            min(received_date) as first_received_date,
            count(*) as reports_count,
            count(distinct organisation_code) as organisations_count,
            count(distinct child_key) as children_count,
            bool_and(is_cancelled) as is_cancelled,
            {{ listed("return_code || ' ' || record", ["not is_anchor", "received_date", "return_code", "record"]) }}
            as members
        from {{ ref("fct_complaint_members") }}
        where
            complaint_key in (
                select complaint_key
                from {{ ref("fct_complaint_members") }}
                where not is_anchor
            )
        group by complaint_key
    ),
    complaints as (
        select
            anchors.complaint_key,
            anchors.return_code,
            anchors.organisation_code,
            anchors.area_code,
            anchors.complaint_received_date as received_date,
            coalesce(
                several.first_received_date, anchors.received_date
            ) as first_received_date,
            anchors.child_key,
            anchors.age_at_report,
            anchors.age_band_at_report,
            anchors.sex,
            anchors.ethnicity_group,
            coalesce(several.reports_count, 1) as reports_count,
            coalesce(several.organisations_count, 1) as organisations_count,
            coalesce(
                several.children_count,
                case when anchors.child_key is null then 0 else 1 end
            ) as children_count,
            -- Stays counted, and is shown apart only when nobody holds it any more
            -- for child sexual exploitation.
            coalesce(several.is_cancelled, anchors.is_cancelled) as is_cancelled,
            coalesce(
                several.members,
                {{ list_of(["anchors.return_code || ' ' || anchors.record"]) }}
            ) as members
        from {{ ref("fct_complaint_members") }} as anchors
        left join several on anchors.complaint_key = several.complaint_key
        where anchors.is_anchor
    )
select
    complaints.*,
    case when is_cancelled then 'Y' else 'N' end as is_cancelled_code,
    {{ looked_after_on("complaints.child_key", "complaints.received_date") }}
    as looked_after
from complaints
