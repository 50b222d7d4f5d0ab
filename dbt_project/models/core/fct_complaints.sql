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
    complaints as (
        select
            complaint_key,
            any_value(return_code) filter (where is_anchor) as return_code,
            any_value(organisation_code) filter (where is_anchor) as organisation_code,
            any_value(area_code) as area_code,
            any_value(complaint_received_date) as received_date,
            min(received_date) as first_received_date,
            any_value(child_key) filter (where is_anchor) as child_key,
            any_value(age_at_report) filter (where is_anchor) as age_at_report,
            any_value(age_band_at_report) filter (
                where is_anchor
            ) as age_band_at_report,
            any_value(sex) filter (where is_anchor) as sex,
            any_value(ethnicity_group) filter (where is_anchor) as ethnicity_group,
            count(*) as reports_count,
            count(distinct organisation_code) as organisations_count,
            count(distinct child_key) as children_count,
            -- Stays counted, and is shown apart only when nobody holds it any more
            -- for child sexual exploitation.
            bool_and(is_cancelled) as is_cancelled,
            case when bool_and(is_cancelled) then 'Y' else 'N' end as is_cancelled_code,
            {{ listed("return_code || ' ' || record", ["not is_anchor", "received_date", "return_code", "record"]) }}
            as members
        from {{ ref("fct_complaint_members") }}
        group by complaint_key
    )
select
    complaints.*,
    {{ looked_after_on("complaints.child_key", "complaints.received_date") }}
    as looked_after
from complaints
