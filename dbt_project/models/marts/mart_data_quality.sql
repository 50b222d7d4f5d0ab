{{ config(contract={"enforced": true}) }}
-- `act_order` is 1 and up for what someone must see to, in the order to see to it;
-- null for
-- the rest.
with
    coverage as (
        select
            'coverage' as aspect,
            area_code,
            organisation_code,
            return_code,
            period,
            status as subject,
            cast(null as double) as part,
            cast(null as double) as whole,
            cast(null as double) as value,
            cast(null as string) as unit,
            status,
            cast(null as string) as says,
            nullif(
                array_position(
                    {{ list_of(["'refused'", "'not received'", "'part received'"]) }},
                    status
                ),
                0
            ) as act_order
        from {{ ref("fct_return_coverage") }}
    ),
    timeliness as (
        select
            'timeliness',
            area_code,
            organisation_code,
            return_code,
            period,
            'due ' || due_date,
            null,
            null,
            days_after_due,
            'days after it was due',
            case
                when first_received_date is null
                then 'not received'
                when days_after_due > 0
                then 'late'
                else 'on time'
            end,
            null,
            null
        from {{ ref("fct_return_coverage") }}
    ),
    pass_rates as (
        select
            'pass rate',
            area_code,
            organisation_code,
            return_code,
            period,
            concat_ws(' ', rule_code, nullif(column_name, ''), severity),
            rows_passed,
            rows_checked,
            100 * rows_passed / nullif(rows_checked, 0),
            '% of rows',
            severity,
            says,
            case when severity = 'error' and rows_failed > 0 then 4 end
        from {{ ref("fct_rule_results") }}
    ),
    ethnicity as (
        select
            'ethnicity known',
            figures.area_code,
            cast(null as string),
            cast(null as string),
            figures.period,
            figures.breakdown_value,
            figures.numerator,
            figures.denominator,
            figures.value,
            figures.unit,
            figures.status,
            null,
            case
                when
                    figures.denominator >= {{ threshold("quality_ethnicity_smallest") }}
                    and figures.value < {{ threshold("quality_ethnicity_known_pct") }}
                then 5
            end
        from {{ ref("fct_indicator_values") }} as figures
        inner join
            {{ ref("dim_periods") }} as periods
            on figures.period = periods.period
            and periods.period_kind = 'financial_year'
        where figures.indicator_code = 'I42' and figures.breakdown = 'role'
    ),
    series as (
        select
            case rule_code when 'X18' then 'repeated total' else 'jump' end,
            area_code,
            cast(null as string),
            cast(null as string),
            period,
            record,
            null,
            null,
            null,
            null,
            severity,
            says,
            case severity when 'warning' then 6 end
        from {{ ref("fct_cross_return_findings") }}
        where rule_code in {{ codes_of("data_quality_rules") }}
    ),
    together as (
        select *
        from coverage
        union all
        select *
        from timeliness
        union all
        select *
        from pass_rates
        union all
        select *
        from ethnicity
        union all
        select *
        from series
    )
select
    aspect,
    area_code,
    organisation_code,
    return_code,
    period,
    subject,
    part,
    whole,
    cast(value as double) as value,
    unit,
    status,
    says,
    cast(act_order as integer) as act_order
from together
order by
    act_order nulls last, aspect, organisation_code, return_code, period desc, subject
