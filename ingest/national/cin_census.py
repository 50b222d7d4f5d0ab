"""The children in need census (XML) → R09 sc_contact_referral, R10 sc_assessment, R11 sc_protection_event.

The census has no references of its own: a referral is known by council, child and date, what belongs to
it by the referral and its own date, and by its place among those of the same date where a date repeats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.national.values import SCHEME, birth_month, child_id, iso_date, sex, yes_no
from ingest.national.xml_records import Element

Row = tuple[str, str, Element, dict[str, str]]

PERSON = (
    "record_ref",
    "la",
    "person_key",
    "person_key_scheme",
    "birth_month",
    "sex",
    "ethnicity_code",
    "ethnicity_scheme",
    "disability_any",
)
COLUMNS = {
    "sc_contact_referral": (
        *PERSON,
        "referral_id",
        "referral_date",
        "referral_source",
        "contact_only",
        "cse_concern",
        "primary_need",
        "nfa",
        "outcome",
        "closure_date",
        "closure_reason",
        "transferred_to_la",
    ),
    "sc_assessment": (
        *PERSON,
        "assessment_id",
        "referral_id",
        "referral_date",
        "start_date",
        "authorised_date",
        "factors",
        "child_seen_alone",
        "qualified_sw",
    ),
    "sc_protection_event": (
        *PERSON,
        "event_id",
        "event_type",
        "referral_id",
        "event_date",
        "linked_event_id",
        "icpc_not_required",
        "initial_category",
        "latest_category",
        "previous_plans",
        "plan_end_date",
    ),
}
LOCAL_IDS = {
    "sc_contact_referral": ("record_ref", "person_key", "referral_id"),
    "sc_assessment": ("record_ref", "person_key", "assessment_id", "referral_id"),
    "sc_protection_event": ("record_ref", "person_key", "event_id", "referral_id", "linked_event_id"),
}


@dataclass(frozen=True)
class Numbered:
    """Gives each record of one child its id; the second with the same parts ends in `|2`.

    An id is of the child and the record's own date, not of its referral: a later census may correct the
    referral's date, and what belongs to the referral is still the same.
    """

    child: str
    met: Counter

    def id(self, *parts: str) -> str:
        """The id of the child's next record; empty where there is no child id."""
        if not self.child:
            return ""
        text = "|".join((self.child, *parts))
        self.met[text] += 1
        return text if self.met[text] == 1 else f"{text}|{self.met[text]}"


def person(child: Element, la: str) -> dict[str, str]:
    """The block of the standard about the child; of the date of birth the month alone."""
    who = next(iter(child.all("ChildIdentifiers")), child)
    what = next(iter(child.all("ChildCharacteristics")), child)
    number = child_id(who.value("LAchildID"))
    return {
        "la": la,
        "person_key": f"{la}|{number}" if number else "",
        "person_key_scheme": SCHEME,
        "birth_month": birth_month(who.value("PersonBirthDate")),
        "sex": sex(who.value("Sex") or who.value("GenderCurrent")),
        "ethnicity_code": what.value("Ethnicity"),
        "ethnicity_scheme": "DFE" if what.value("Ethnicity") else "",
        "disability_any": _disability(what),
    }


def _disability(characteristics: Element) -> str:
    codes = [d.text.upper() for group in characteristics.all("Disabilities") for d in group.all("Disability")]
    if not any(codes):
        return "U"
    return "N" if all(code in ("NONE", "") for code in codes) else "Y"


def rows(child: Element, block: dict[str, str]) -> Iterator[Row]:
    """Every row of one child: (return, path within the child, element, the row's own values)."""
    ids = Numbered(block["person_key"], Counter())
    for number, details in enumerate(child.all("CINdetails"), start=1):
        path = f"CINdetails[{number}]"
        date = iso_date(details.value("CINreferralDate"))
        referral = ids.id(date)
        yield "sc_contact_referral", path, details, _referral(details, referral, date)
        yield from _assessments(details, path, ids, referral, date)
        yield from _section47(details, path, ids, referral)
        yield from _plans(details, path, ids, referral)


def _referral(details: Element, referral: str, date: str) -> dict[str, str]:
    """The census holds referrals only, says nothing of CSE at referral, nor to whom a case was passed."""
    nfa = yes_no(details.value("ReferralNFA"))
    reason = details.value("ReasonForClosure")
    return {
        "record_ref": referral,
        "referral_id": referral,
        "referral_date": date,
        "referral_source": details.value("ReferralSource"),
        "contact_only": "N",
        "cse_concern": "U",
        "primary_need": details.value("PrimaryNeedCode"),
        "nfa": nfa,
        "outcome": {"Y": "NFA", "N": "ACCEPTED"}.get(nfa, "U"),
        "closure_date": iso_date(details.value("CINclosureDate")),
        "closure_reason": reason,
        "transferred_to_la": "U" if reason.upper() == "RC5" else "",
    }


def _assessments(details: Element, path: str, ids: Numbered, referral: str, date: str) -> Iterator[Row]:
    for number, element in enumerate(details.all("Assessments"), start=1):
        start = iso_date(element.value("AssessmentActualStartDate"))
        own = ids.id("A", start)
        groups = element.all("FactorsIdentifiedAtAssessment")
        factors = [factor.text for group in groups for factor in group.all("AssessmentFactors")]
        values = {
            "record_ref": own,
            "assessment_id": own,
            "referral_id": referral,
            "referral_date": date,
            "start_date": start,
            "authorised_date": iso_date(element.value("AssessmentAuthorisationDate")),
            "factors": ";".join(factors),
            "child_seen_alone": "U",
            "qualified_sw": "U",
        }
        yield "sc_assessment", f"{path}/Assessments[{number}]", element, values


def _event(
    ids: Numbered, kind: str, referral: str, date: str, linked: str = "", **more: str
) -> dict[str, str]:
    own = ids.id(kind, date)
    return {
        "record_ref": own,
        "event_id": own,
        "event_type": kind,
        "referral_id": referral,
        "event_date": date,
        "linked_event_id": linked,
        **more,
    }


def conferences_at_both_levels(details: Element) -> bool:
    """Whether a conference is dated in the referral and in a section 47 enquiry too (census rule 2884)."""
    inner = any(e.value("DateOfInitialCPC") for e in details.all("Section47"))
    return inner and bool(details.value("DateOfInitialCPC"))


def _section47(details: Element, path: str, ids: Numbered, referral: str) -> Iterator[Row]:
    """Enquiries, and the conference once: as the enquiry dates it, else as the referral does."""
    held = False
    for number, element in enumerate(details.all("Section47"), start=1):
        where = f"{path}/Section47[{number}]"
        needless = yes_no(element.value("ICPCnotRequired"))
        date = iso_date(element.value("S47ActualStartDate"))
        enquiry = _event(ids, "S47", referral, date, icpc_not_required=needless)
        yield "sc_protection_event", where, element, enquiry
        if date := iso_date(element.value("DateOfInitialCPC")):
            held = True
            values = _event(ids, "ICPC", referral, date, enquiry["event_id"])
            yield (
                "sc_protection_event",
                f"{where}/DateOfInitialCPC",
                _at(element, "DateOfInitialCPC"),
                values,
            )
    if not held and (date := iso_date(details.value("DateOfInitialCPC"))):
        values = _event(ids, "ICPC", referral, date)
        yield (
            "sc_protection_event",
            f"{path}/DateOfInitialCPC",
            _at(details, "DateOfInitialCPC"),
            values,
        )


def _plans(details: Element, path: str, ids: Numbered, referral: str) -> Iterator[Row]:
    """Start and end of each plan, and its reviews, whether one `Reviews` holds them or each its own."""
    for number, element in enumerate(details.all("ChildProtectionPlans"), start=1):
        where = f"{path}/ChildProtectionPlans[{number}]"
        plan = {
            "initial_category": element.value("InitialCategoryOfAbuse"),
            "latest_category": element.value("LatestCategoryOfAbuse"),
            "previous_plans": element.value("NumberOfPreviousCPP"),
        }
        begun, date = iso_date(element.value("CPPstartDate")), iso_date(element.value("CPPendDate"))
        start = _event(ids, "CPP_START", referral, begun, plan_end_date=date, **plan)
        yield "sc_protection_event", where, element, start
        if date:
            values = _event(ids, "CPP_END", referral, date, start["event_id"], **plan)
            yield (
                "sc_protection_event",
                f"{where}/CPPendDate",
                _at(element, "CPPendDate"),
                values,
            )
        for review in (date for group in element.all("Reviews") for date in group.all("CPPreviewDate")):
            values = _event(ids, "REVIEW", referral, iso_date(review.text), start["event_id"])
            yield "sc_protection_event", f"{where}/Reviews", review, values


def _at(element: Element, tag: str) -> Element:
    return element.all(tag)[0]
