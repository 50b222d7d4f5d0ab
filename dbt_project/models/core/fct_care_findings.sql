{{
    config(
        meta={
            "kept": kept_by_rules(
                {
                    "fct_looked_after_episodes": ["X10", "X15"],
                    "stg_submissions": ["X10"],
                    "fct_referrals": ["X14"],
                    "fct_cse_cases": ["X15"],
                }
            )
        }
    )
}}
with
    -- From when a council was to ask the council of the area before it placed a child
    -- there.
    duty as (
        select valid_from
        from {{ ref("definitions") }}
        where definition = 'out_of_area_consultation'
    ),
    placed_without_word as (
        select
            'X10',
            episodes.area_code,
            episodes.start_date,
            'episode ' || episodes.record_ref
        from {{ ref("fct_looked_after_episodes") }} as episodes
        cross join duty
        -- An Annex A has no place for either word.
        inner join
            {{ ref("stg_submissions") }} as submissions
            on episodes.submission_id = submissions.submission_id
            and submissions.route not in {{ codes_of("routes_without_area_notice") }}
        where
            episodes.is_counted
            and episodes.placement_location = 'OUT'
            and (
                episodes.area_la_notified_date is null
                or (
                    episodes.start_date >= duty.valid_from
                    and episodes.area_la_consulted is distinct from 'Y'
                )
            )
    ),
    left_for_consent as (
        select
            'X14',
            referrals.area_code,
            referrals.referral_date,
            'referral ' || referrals.referral_id
        from {{ ref("fct_referrals") }} as referrals
        where
            referrals.outcome_reason in {{ codes_of("consent_reasons") }}
            and referrals.age_at_referral < {{ threshold("child_below_age") }}
            and (
                referrals.is_no_further_action
                or referrals.referral_outcome
                in {{ codes_in_group("referral_outcome", "not accepted") }}
            )
    ),
    spans as (
        select
            'looked after, episode ' as kind,
            child_key,
            area_code,
            record_ref,
            start_date,
            coalesce(end_date, {{ ever() }}) as until_date
        from {{ ref("fct_looked_after_episodes") }}
        where is_counted
        union all
        select
            'open case ',
            child_key,
            area_code,
            record_ref,
            opened_date,
            coalesce(closed_date, {{ ever() }})
        from {{ ref("fct_cse_cases") }}
    ),
    in_two_councils as (
        select
            'X15',
            'SY',
            min(greatest(one.start_date, other.start_date)),
            one.kind
            ||
            {{ list_text(
                "array_sort(array_distinct(array_agg(one.area_code || ' ' || one.record_ref)"
                ~ " || array_agg(other.area_code || ' ' || other.record_ref)))",
                ", "
            ) }}
        from spans as one
        inner join
            spans as other
            on one.kind = other.kind
            and one.child_key = other.child_key
            and one.area_code < other.area_code
            and one.start_date < other.until_date
            and other.start_date < one.until_date
        group by one.kind, one.child_key, one.area_code, other.area_code
    )
    {{
    found_by_rules(
        [
            ("X10", "placed_without_word"),
            ("X14", "left_for_consent"),
            ("X15", "in_two_councils"),
        ]
    )
}}
