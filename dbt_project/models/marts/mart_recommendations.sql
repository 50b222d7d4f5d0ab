{{ config(contract={"enforced": true}) }}
with
    places as (
        select distinct area_code
        from {{ ref("dim_areas") }}
        where area_level in ('district', 'force')
    ),
    years as (
        select distinct figures.period, periods.start_date, periods.end_date
        from {{ ref("fct_indicator_values") }} as figures
        inner join {{ ref("dim_periods") }} as periods using (period)
        where periods.period_kind = 'financial_year'
    ),
    figures as (
        select
            'indicator' as evidence_kind,
            figures.indicator_code as evidence,
            indicators.name as evidence_name,
            figures.area_code,
            figures.period,
            figures.unit,
            figures.value,
            figures.status
        from {{ ref("fct_indicator_values") }} as figures
        inner join {{ ref("indicators") }} as indicators using (indicator_code, unit)
        where figures.breakdown = 'all'
    ),
    returns_received as (
        select
            'return',
            coverage.return_code,
            'Returns received',
            places.area_code,
            years.period,
            'of ' || count(*) || ' returns due',
            count(*) filter (where coverage.status in ('received', 'nil', 'late')),
            {{ list_text("array_sort(array_agg(distinct coverage.status))", ", ") }}
        from {{ ref("fct_return_coverage") }} as coverage
        inner join
            years
            on coverage.period_end_date between years.start_date and years.end_date
        inner join
            places
            on coverage.area_code in (places.area_code, 'SY')
            or places.area_code = 'SY'
        group by coverage.return_code, places.area_code, years.period
    ),
    -- Nothing can be found where nothing was received, so that 0 alone says little.
    rules_broken as (
        select
            'rule',
            rules.rule_code,
            rules.says,
            places.area_code,
            years.period,
            'finding',
            count(findings.rule_code),
            'in what was received'
        from {{ ref("cross_return_rules") }} as rules
        cross join places
        cross join years
        left join
            {{ ref("fct_cross_return_findings") }} as findings
            on rules.rule_code = findings.rule_code
            and years.period = findings.period
            and (places.area_code = 'SY' or findings.area_code = places.area_code)
        group by rules.rule_code, rules.says, places.area_code, years.period
    ),
    evidence as (
        select *
        from figures
        union all
        select *
        from returns_received
        union all
        select *
        from rules_broken
    )
select
    recommendations.recommendation_ref,
    recommendations.source_document,
    recommendations.number,
    recommendations.title,
    recommendations.assessment,
    recommendations.action,
    recommendations.plan_ref,
    places.area_code,
    years.period,
    coalesce(statuses.status, recommendations.status) as status,
    statuses.status_date,
    asked.evidence_kind,
    asked.evidence,
    evidence.evidence_name,
    evidence.unit,
    cast(evidence.value as double) as value,
    case
        when asked.evidence is null
        then 'no evidence is named'
        else coalesce(evidence.status, 'no data exists')
    end as value_status
from {{ ref("recommendations") }} as recommendations
cross join places
cross join years
left join
    {{ ref("recommendation_evidence") }} as asked
    on recommendations.recommendation_ref = asked.recommendation_ref
left join
    {{ ref("fct_recommendation_statuses") }} as statuses
    on recommendations.recommendation_ref = statuses.recommendation_ref
    and places.area_code = statuses.area_code
    and years.period = statuses.period
left join
    evidence
    on asked.evidence_kind = evidence.evidence_kind
    and asked.evidence = evidence.evidence
    and places.area_code = evidence.area_code
    and years.period = evidence.period
