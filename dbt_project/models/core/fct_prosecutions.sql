{{
    config(
        meta={
            "kept": {
                "by": ["case_ref"],
                "rows_of": {
                    "stg_cps_prosecution": ["case_ref"],
                    "stg_crt_result": ["case_ref"],
                },
                "touched_by": {
                    "fct_crimes": "select case_ref from (select case_ref, unnest(crime_refs) as crime_ref from staging.stg_cps_prosecution) semi join {changed} using (crime_ref)",
                },
            }
        }
    )
}}
with
    references_made as (
        select
            case_ref,
            defendant_key,
            crime_refs,
            {{ each_of("crime_refs") }} as crime_ref
        from {{ ref("stg_cps_prosecution") }}
    ),
    linked as (
        select
            made.case_ref,
            made.defendant_key,
            bool_or(crimes.is_cse) as is_cse,
            min_by(
                crimes.area_code, array_position(made.crime_refs, made.crime_ref)
            ) filter (where crimes.is_cse) as area_code,
            count(distinct crimes.crime_ref) filter (
                where crimes.is_cse
            ) as cse_crimes_count
        from references_made as made
        inner join {{ ref("fct_crimes") }} as crimes using (crime_ref)
        group by made.case_ref, made.defendant_key
    ),
    results as (
        select
            results.case_ref,
            results.defendant_key,
            count(distinct results.offence_seq) as offences_count,
            bool_and(outcomes.code_group <> 'open') as is_completed,
            bool_or(outcomes.code_group = 'successful') as is_successful,
            max(
                greatest(
                    results.outcome_date,
                    coalesce(results.sentence_date, results.outcome_date)
                )
            ) as disposal_date,
            max_by(
                results.unsuccessful_reason, (results.outcome_date, results.offence_seq)
            ) filter (where results.unsuccessful_reason is not null)
            as unsuccessful_reason
        from {{ ref("stg_crt_result") }} as results
        inner join
            {{ ref("codes") }} as outcomes
            on results.court_outcome = outcomes.code
            and outcomes.list = 'court_outcome'
        group by results.case_ref, results.defendant_key
    ),
    charged as (
        select
            cases.*,
            case
                when cases.advice_outcome = 'CHARGE' then cases.charge_date
            end as first_charge_date
        from {{ ref("stg_cps_prosecution") }} as cases
    )
select
    charged.case_ref,
    charged.defendant_key,
    coalesce(linked.area_code, 'U') as area_code,
    -- The police flag decides; the CPS's own stands in where no crime of the case has
    -- been received.
    coalesce(linked.is_cse, charged.cps_cse_monitoring_flag = 'Y') as is_cse,
    charged.cps_cse_monitoring_flag,
    charged.crime_refs,
    array_length(charged.crime_refs) as crimes_count,
    coalesce(linked.cse_crimes_count, 0) as cse_crimes_count,
    charged.referral_date,
    charged.advice_outcome,
    charged.first_charge_date,
    min(charged.first_charge_date) over (
        partition by charged.case_ref
    ) as case_first_charge_date,
    charged.n_defendants as defendants_count,
    charged.n_victims as victims_count,
    {{ age_at("charged.birth_month", "charged.first_charge_date") }} as age_at_charge,
    coalesce(charged.sex, 'U') as sex,
    coalesce(groups.ethnicity_group, 'Unknown') as ethnicity_group,
    coalesce(results.offences_count, 0) as offences_count,
    coalesce(results.is_completed, false) as is_completed,
    case
        when results.is_completed then results.disposal_date
    end as final_disposal_date,
    case when results.is_completed then results.is_successful end as is_successful,
    case
        when results.is_completed and not results.is_successful
        then results.unsuccessful_reason
    end as unsuccessful_reason,
    charged.submission_id,
    charged.file,
    charged.line
from charged
left join linked using (case_ref, defendant_key)
left join results using (case_ref, defendant_key)
left join
    {{ ref("ethnicity_groups") }} as groups using (ethnicity_scheme, ethnicity_code)
