{{
    config(
        meta={
            "kept": kept_by_rules(
                {
                    "fct_referral_stages": ["X11"],
                    "fct_assessments": ["X11"],
                    "fct_protection_events": ["X11"],
                    "stg_reach": ["X11"],
                    "fct_child_mentions": ["X20"],
                    "dim_children": ["X20"],
                    "stg_findings": ["X22"],
                    "stg_submissions": ["X22"],
                    "stg_link_decision": ["X23"],
                }
            )
        }
    )
}}
with
    reach as (
        select organisation_code, told_until as assessed_to
        from {{ ref("stg_reach") }}
        where return_code = 'R10'
    ),
    not_assessed as (
        select
            'X11',
            referrals.area_code,
            referrals.referral_date,
            'referral ' || referrals.referral_id
        from {{ ref("fct_referral_stages") }} as referrals
        inner join reach using (organisation_code)
        inner join
            {{ ref("dim_days") }} as referred on referrals.referral_date = referred.day
        inner join {{ ref("dim_days") }} as by_now on reach.assessed_to = by_now.day
        left join
            {{ ref("dim_days") }} as assessed on referrals.reached_date = assessed.day
        where
            referrals.stage = 'assessment'
            and coalesce(assessed.working_day_number, by_now.working_day_number)
            - referred.working_day_number
            > {{ threshold("assessment_working_days") }}
    ),
    not_discussed as (
        select
            'X11',
            assessments.area_code,
            assessments.start_date,
            'assessment ' || assessments.assessment_id
        from {{ ref("fct_assessments") }} as assessments
        anti join
            (
                select organisation_code, referral_id
                from {{ ref("fct_protection_events") }}
                where event_type = 'STRAT'
            ) as discussed using (organisation_code, referral_id)
        where assessments.cse_factor_11a and assessments.is_harm_found
    ),
    birth_months as (
        select
            'X20',
            'SY',
            max(mentions.event_date),
            {{ list_text(
                "array_sort(array_agg(distinct mentions.return_code || ' ' || mentions.record))", ", "
            ) }}
        from {{ ref("fct_child_mentions") }} as mentions
        semi join
            (
                select child_key
                from {{ ref("dim_children") }}
                where birth_months_count > 1
            ) as differing using (child_key)
        where mentions.birth_month is not null
        group by mentions.child_key
    ),
    area_codes as (
        select
            'X22',
            organisations.area_code,
            submissions.period_end,
            findings.return_code
            || ' '
            || findings.organisation_code
            || ', '
            || findings.file
        from {{ ref("stg_findings") }} as findings
        inner join {{ ref("stg_submissions") }} as submissions using (submission_id)
        left join
            {{ ref("dim_organisations") }} as organisations
            on findings.organisation_code = organisations.organisation_code
        where findings.rule_code = 'X22'
        group by all
    ),
    contradicting as (
        select
            'X23',
            'SY',
            max(decided_on),
            'decision '
            || {{ joined("organisation_code || ' ' || record_ref", ", ", "organisation_code, record_ref") }}
        from {{ ref("stg_link_decision") }}
        group by least(left_hash, right_hash), greatest(left_hash, right_hash)
        having count(distinct decision) > 1
    )
    {{
    found_by_rules(
        [
            ("X11", "not_assessed"),
            ("X11", "not_discussed"),
            ("X20", "birth_months"),
            ("X22", "area_codes"),
            ("X23", "contradicting"),
        ]
    )
}}
