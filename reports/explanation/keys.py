"""What names one row of each relation that indicators count: the columns its model is held to be unique by."""

from __future__ import annotations

import re

NAMING = re.compile(r"(.+_)?(ref|id|key|record|code)")
KEYS = {
    "fct_assessments": "organisation_code assessment_id",
    "fct_checklist_items": "organisation_code victim_key journey_ref checklist_item",
    "fct_complaint_members": "return_code organisation_code record",
    "fct_complaints": "complaint_key",
    "fct_convictions": "case_ref defendant_key conviction_event",
    "fct_crime_flag_agreements": "organisation_code crime_ref",
    "fct_crime_follow_ups": "crime_ref months_followed",
    "fct_crimes": "organisation_code crime_ref",
    "fct_cse_cases": "organisation_code record_ref",
    "fct_cse_identifications": "return_code organisation_code record",
    "fct_cse_rates_in_care": "area_code financial_year",
    "fct_disruption_actions": "organisation_code record_ref",
    "fct_disruption_rates": "area_code financial_year",
    "fct_ed_attendances": "organisation_code council_area month_start_date age_band sex",
    "fct_ethnicity_records": "record person_role",
    "fct_exploited_children": "organisation_code child_key identified_date",
    "fct_health_services": "organisation_code council_area health_service month_start_date age_band sex",
    "fct_interview_duties": "organisation_code episode_ref",
    "fct_investigation_spells": "organisation_code crime_ref after_seq",
    "fct_investigations": "organisation_code investigation_ref",
    "fct_licence_actions": "organisation_code record_ref",
    "fct_looked_after_episodes": "organisation_code record_ref",
    "fct_missing_children_repeats": "source organisation_code episode_ref episodes_at_least",
    "fct_missing_episodes": "source organisation_code episode_ref",
    "fct_missing_reconciliation": "council_organisation_code council_ref police_refs",
    "fct_outcomes": "organisation_code crime_ref outcome_seq",
    "fct_prevention_coverage": "place_key financial_year year_group",
    "fct_prosecutions": "case_ref defendant_key",
    "fct_protection_events": "organisation_code event_id",
    "fct_referral_stages": "organisation_code referral_id stage",
    "fct_referrals": "organisation_code referral_id",
    "fct_returns_due": "organisation_code return_code period",
    "fct_sexual_health_counts": "organisation_code council_area quarter_start_date age_band sex measure",
    "fct_submissions": "submission_id",
    "fct_support_items": "organisation_code record_ref",
    "fct_suspects_and_defendants": "record",
    "fct_training_coverage": "organisation_code area_code staff_group employer_type snapshot_date",
    "fct_victim_journeys": "organisation_code victim_key journey_ref",
    "fct_voluntary_services": "organisation_code record_ref",
    "fct_workforce": "organisation_code area_code workforce_role team snapshot_date",
}


def key_of(warehouse, relation: str) -> tuple[str, ...]:
    """The columns that name one row of a relation; of one not listed here, every column that names something.

    A new indicator needs no Python, so neither does a relation that comes with it.
    """
    if relation in KEYS:
        return tuple(KEYS[relation].split())
    columns = [column[0] for column in warehouse.execute(f"from core.{relation} limit 0").description]
    return tuple(name for name in columns if NAMING.fullmatch(name)) or tuple(columns)
