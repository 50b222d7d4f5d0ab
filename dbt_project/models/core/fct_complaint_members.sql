{{
    config(
        meta={
            "kept": {
                "by": ["return_code", "organisation_code", "record"],
                "rows_of": {"fct_complaint_reports": ["return_code", "organisation_code", "record"]},
                "touched_by": {"fct_complaint_reports": of_complaints()},
            }
        }
    )
}}
with recursive
    ranked as (
        -- Police first, then the earlier received: a report can only be put to one
        -- that stands before it.
        select
            *,
            row_number() over (
                order by agency_rank, received_at nulls last, organisation_code, record
            ) as place
        from {{ ref("fct_complaint_reports") }}
    ),
    same_group as (
        select
            place,
            min(place) over (partition by organisation_code, dedupe_group) as anchor
        from ranked
        where dedupe_group is not null
    ),
    nearest as (
        select reports.place, earlier.place as anchor
        from ranked as reports
        inner join
            ranked as earlier
            on reports.child_key = earlier.child_key
            and reports.organisation_code <> earlier.organisation_code
            and earlier.place < reports.place
            and abs(
                {{ days_between("reports.received_date", "earlier.received_date") }}
            )
            <= {{ threshold("complaint_merge_days") }}
        qualify
            row_number() over (
                partition by reports.place
                order by
                    abs(
                        {{ days_between("reports.received_date", "earlier.received_date") }}
                    ),
                    earlier.place
            )
            = 1
    ),
    steps as (
        select
            ranked.place,
            ranked.return_code <> 'R24' as is_complaint,
            case
                when same_group.anchor < ranked.place
                then same_group.anchor
                else nearest.anchor
            end as anchor
        from ranked
        left join same_group using (place)
        left join nearest using (place)
    ),
    followed as (
        select place, place as complaint
        from steps
        where anchor is null and is_complaint
        union all
        select steps.place, followed.complaint
        from steps
        inner join followed on steps.anchor = followed.place
    )
select
    anchors.return_code
    || ' '
    || anchors.organisation_code
    || ' '
    || anchors.record as complaint_key,
    ranked.return_code,
    ranked.organisation_code,
    ranked.record,
    ranked.place = followed.complaint as is_anchor,
    anchors.received_date as complaint_received_date,
    ranked.received_date,
    ranked.is_cancelled,
    coalesce(
        anchors.area_code,
        min_by(ranked.area_code, ranked.place) filter (
            where ranked.area_code is not null
        ) over (partition by followed.complaint),
        'U'
    ) as area_code,
    ranked.child_key,
    coalesce(ranked.sex, 'U') as sex,
    coalesce(groups.ethnicity_group, 'Unknown') as ethnicity_group,
    {{ age_at("ranked.birth_month", "anchors.received_date") }} as age_at_report,
    {{ age_band(age_at("ranked.birth_month", "anchors.received_date")) }}
    as age_band_at_report
from ranked
inner join followed using (place)
inner join ranked as anchors on followed.complaint = anchors.place
left join
    {{ ref("ethnicity_groups") }} as groups
    on ranked.ethnicity_scheme = groups.ethnicity_scheme
    and ranked.ethnicity_code = groups.ethnicity_code
