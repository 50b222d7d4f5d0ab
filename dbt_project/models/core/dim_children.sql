{{
    config(
        meta={
            "kept": {
                "by": ["child_key"],
                "rows_of": {
                    "fct_child_mentions": ["child_key"],
                    "dim_person_keys": ["child_key"],
                },
            }
        }
    )
}}
-- What returns say of one child may differ; the latest return that says anything is
-- believed, and rule
-- X20 lists the children whose month of birth differs.
with
    {{ known_to(ref("fct_child_mentions"), "child_key") }},
    placed as (
        select
            child_key,
            birth_month,
            sex,
            ethnicity_group,
            event_date,
            row_number() over (
                partition by child_key
                order by
                    period_end,
                    submission_received_at,
                    return_code,
                    organisation_code,
                    record
            ) as place
        from {{ ref("fct_child_mentions") }}
    ),
    mentioned as (
        select
            child_key,
            max_by(birth_month, place) filter (
                where birth_month is not null
            ) as birth_month,
            coalesce(max_by(sex, place) filter (where sex in ('F', 'M')), 'U') as sex,
            coalesce(
                max_by(ethnicity_group, place) filter (
                    where ethnicity_group <> 'Unknown'
                ),
                'Unknown'
            ) as ethnicity_group,
            min(event_date) as first_event_date,
            max(event_date) as last_event_date
        from placed
        group by child_key
    ),
    births as (
        select child_key, count(*) as birth_months_count
        from
            (
                select distinct child_key, birth_month
                from {{ ref("fct_child_mentions") }}
                where birth_month is not null
            ) as told
        group by child_key
    ),
    -- A chain holds as well as its weakest link.
    linked as (
        select
            child_key,
            count(*) as pseudonyms_count,
            case
                when count(*) = 1
                then 'alone'
                when bool_or(link_confidence = 'high')
                then 'high'
                when bool_or(link_confidence = 'decided')
                then 'decided'
                else 'certain'
            end as link_confidence
        from {{ ref("dim_person_keys") }}
        group by child_key
    )
select
    mentioned.child_key,
    mentioned.birth_month,
    mentioned.sex,
    mentioned.ethnicity_group,
    known_to.organisations_count,
    known_to.organisations,
    coalesce(births.birth_months_count, 0) as birth_months_count,
    mentioned.first_event_date,
    mentioned.last_event_date,
    linked.pseudonyms_count,
    linked.link_confidence
from mentioned
inner join known_to using (child_key)
inner join linked using (child_key)
left join births using (child_key)
