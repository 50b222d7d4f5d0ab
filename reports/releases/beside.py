"""What a release tells beside its figures: what they mean, what was received, what broke, and what others published."""

from __future__ import annotations

import pyarrow
import pyarrow.compute

from reports.cutting import Table

# Everything here is said of indicators, returns and published figures: nothing of it counts a child. The rows of a
# submission are not told, since they would count crimes and children where the figures may not.
TABLES = {
    "indicators": """
        select i.indicator_code, i.unit, i.name as indicator, i.basis, i.polarity, i.disclosure, i.returns,
            i.period_match, i.numerator as counted, i.denominator as counted_of, i.row_filter, i.relation, i.scale,
            i.date_column, i.until_column, i.area_column, i.share_of, i.population_ages, i.population_series,
            i.breakdowns, i.seed_reference, i.in_annual_report, d.title as defined_title, d.says as definition,
            p.section, p.rationale, p.counted as numerator_words, p.counted_of as denominator_words, p.method, p.caveats,
            i.source
        from reference.indicators as i
        left join reference.indicator_pages as p using (indicator_code, unit)
        left join reference.definitions as d on i.definition = d.definition
        where list_contains($indicators, i.indicator_code) order by all""",
    "breaks": """
        select indicator_code, area_code, breakdown, break_date, note from marts.mart_series_notes
        where list_contains($indicators, indicator_code)
            and coalesce(break_date > $first and break_date <= $last, true) order by all""",
    "coverage": """
        select c.return_code, c.organisation_code, o.name as organisation, coalesce(o.area_code, 'SY') as area_code,
            c.period as month, c.status,
            case when c.is_provisional then 'provisional' else 'final' end as provisional
        from marts.fct_coverage as c
        left join (
            select organisation_code, any_value(organisation_name) as name, any_value(area_code) as area_code
            from core.dim_organisations group by all
        ) as o using (organisation_code)
        where c.period >= strftime($first, '%Y-%m') and c.period <= strftime($last, '%Y-%m') order by all""",
    "submissions": """
        select s.submission_id, s.return_code, s.organisation_code, s.period, s.submission_received_at as received_at,
            l.standard_version, l.sha256,
            case when s.is_provisional then 'provisional' else 'final' end as provisional
        from staging.stg_submissions as s inner join landing.submissions as l using (submission_id) order by all""",
    "areas": """
        select area_code, ons_code, area_name as name, short_code, area_level as level, parent_code, valid_from, valid_to
        from core.dim_areas where area_code <> 'OUT' order by all""",
    "neighbours": """
        select model_year, area_code, neighbour_code, neighbour_name, closeness_order, closeness, source
        from reference.statistical_neighbours order by all""",
    "published": """
        select p.series, c.title, c.means, c.indicator_code, c.indicator_unit, c.differs, p.area_code,
            p.area_name as area, p.area_level as level, p.period_kind, p.period, p.period_end_date as end_date,
            coalesce(p.symbol, p.figure) as value, p.symbol_meaning, p.unit, p.vintage, p.source
        from core.fct_published_series as p
        inner join reference.series_catalogue as c using (series) order by all""",
    # Of figures others published alone: those of our own tell small numbers.
    "published_findings": """
        select f.rule_code, r.says, f.area_code, split_part(f.record, ' ', 1) as series, f.event_date as end_date,
            regexp_replace(f.record, '^.* published ', '') as change
        from marts.fct_series_findings as f
        inner join reference.cross_return_rules as r using (rule_code)
        where f.record like '% published %' order by all""",
    "recommendations": """
        select r.recommendation_ref, r.source_document, r.number, r.title, r.assessment, r.action, r.plan_ref,
            r.status, r.source
        from reference.recommendations as r order by all""",
    "recommendation_statuses": """
        select recommendation_ref, area_code, period, status, status_date from core.fct_recommendation_statuses
        order by all""",
    "recommendation_evidence": """
        select recommendation_ref, evidence_kind, evidence, source from reference.recommendation_evidence order by all""",
    "annual_sections": """
        select row_order, section, part, shown, indicator_code, unit, breakdown, value_order, level, series, detail
        from reference.annual_sections order by row_order::integer""",
}


def tables(connection, figures: pyarrow.Table) -> list[Table]:
    """The tables that lie beside frozen figures, each in an order of its own that never changes."""
    given = {
        "indicators": sorted(set(figures["indicator_code"].to_pylist())),
        "first": pyarrow.compute.min(figures["start_date"]).as_py(),
        "last": pyarrow.compute.max(figures["end_date"]).as_py(),
    }
    return [_table(connection, name, sql, given) for name, sql in TABLES.items()]


def _table(connection, name: str, sql: str, given: dict) -> Table:
    found = connection.execute(sql, {k: v for k, v in given.items() if f"${k}" in sql})
    columns = {column[0]: str(column[1]) for column in found.description}
    names = list(columns)
    return Table(name, columns, [dict(zip(names, row, strict=True)) for row in found.fetchall()])
