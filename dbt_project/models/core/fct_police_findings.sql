{{
    config(
        meta={
            "kept": kept_by_rules(
                {
                    "fct_complaints": ["X01"],
                    "fct_outcomes": ["X02"],
                    "stg_reach": ["X02"],
                    "fct_prosecutions": ["X02", "X04"],
                    "fct_crimes": ["X03", "X04"],
                }
            )
        }
    )
}}
with
    reach as (
        select
            max(told_until) filter (where return_code = 'R06') as charges_to,
            max(told_until) filter (where return_code = 'R03') as outcomes_to
        from {{ ref("stg_reach") }}
    ),
    charges as (
        select
            case_ref,
            defendant_key,
            area_code,
            is_cse,
            cps_cse_monitoring_flag,
            first_charge_date,
            {{ each_of("crime_refs") }} as crime_ref
        from {{ ref("fct_prosecutions") }}
    ),
    outcome_charges as (
        select crime_ref, area_code, outcome_date
        from {{ ref("fct_outcomes") }}
        where outcome_group = 'charge' and is_cse and reopened_date is null
    ),
    merged_complaints as (
        select 'X01', area_code, received_date, {{ list_text("members", " + ") }}
        from {{ ref("fct_complaints") }}
        where organisations_count > 1
    ),
    charged_in_time as (
        select outcomes.crime_ref
        from outcome_charges as outcomes
        inner join charges using (crime_ref)
        where
            abs(
                {{ days_between("outcomes.outcome_date", "charges.first_charge_date") }}
            )
            <= {{ threshold("charge_return_days") }}
    ),
    charges_not_returned as (
        select
            'X02',
            outcomes.area_code,
            outcomes.outcome_date,
            'crime ' || outcomes.crime_ref
        from outcome_charges as outcomes
        cross join reach
        anti join charged_in_time using (crime_ref)
        -- Until the charge could have been returned its absence says nothing.
        where
            outcomes.outcome_date
            + cast({{ threshold("charge_return_days") }} as integer)
            <= reach.charges_to
    ),
    outcomes_not_returned as (
        select
            'X02',
            charges.area_code,
            charges.first_charge_date,
            'case ' || charges.case_ref || ' ' || charges.defendant_key
        from charges
        cross join reach
        left join outcome_charges as outcomes using (crime_ref)
        where charges.is_cse and charges.first_charge_date <= reach.outcomes_to
        group by all
        having count(outcomes.crime_ref) = 0
    ),
    perpetrators as (
        select 'X03', area_code, recorded_date, 'crime ' || crime_ref
        from {{ ref("fct_crimes") }}
        where
            is_counted
            and persons_count > 0
            and (
                (
                    multi_perp_flag = 'Y'
                    and suspects_count < {{ threshold("group_suspects") }}
                )
                or (
                    multi_perp_flag = 'N'
                    and suspects_count >= {{ threshold("group_suspects") }}
                )
            )
    ),
    flags as (
        select
            'X04',
            crimes.area_code,
            crimes.recorded_date,
            'crime ' || crimes.crime_ref || ', case ' || charges.case_ref
        from charges
        inner join {{ ref("fct_crimes") }} as crimes using (crime_ref)
        where crimes.is_cse <> (charges.cps_cse_monitoring_flag = 'Y')
        group by all
    )
    {{
    found_by_rules(
        [
            ("X01", "merged_complaints"),
            ("X02", "charges_not_returned"),
            ("X02", "outcomes_not_returned"),
            ("X03", "perpetrators"),
            ("X04", "flags"),
        ]
    )
}}
