"""The children in need census (XML) → R09 sc_contact_referral, R10 sc_assessment, R11 sc_protection_event.

The census has no references of its own: a referral is known by council, child and date, what belongs to
it by the referral and its own date, and by its place among those of the same date where a date repeats.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ingest.national.values import SCHEME, birth_month, child_id, iso_date, sex, yes_no
from ingest.national.xml_records import Element

Row = tuple[str, str, Element, tuple[str, ...]]

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
# In every row the record's reference and its own id are the same.
SAME = {
    "sc_contact_referral": (("referral_id", "record_ref"),),
    "sc_assessment": (("assessment_id", "record_ref"),),
    "sc_protection_event": (("event_id", "record_ref"),),
}
EVENTS = "sc_protection_event"
# What the census does not say.
CONTACT_ONLY, CSE_CONCERN = "N", "U"
SEEN_BY = ("U", "U")
OF_PLAN = ("InitialCategoryOfAbuse", "LatestCategoryOfAbuse", "NumberOfPreviousCPP")
NO_PLAN = ("", "", "", "")

# A day of birth is met again and again, and takes a calendar to make a month of.
_month = lru_cache(1 << 14)(birth_month)


class Numbered(NamedTuple):
    """Gives each record of one child its id; the second with the same parts ends in `|2`.

    An id is of the child and the record's own date, not of its referral: a later census may correct the
    referral's date, and what belongs to the referral is still the same.
    """

    child: str
    met: dict[str, int]

    def id(self, *parts: str) -> str:
        """The id of the child's next record; empty where there is no child id."""
        if not self.child:
            return ""
        text = "|".join((self.child, *parts))
        number = self.met[text] = self.met.get(text, 0) + 1
        return text if number == 1 else f"{text}|{number}"


def person(child: Element, la: str) -> tuple[str, ...]:
    """The block of the standard about the child, but for `record_ref`; of the date of birth the month alone."""
    who = next(iter(child.all("ChildIdentifiers")), child)
    what = next(iter(child.all("ChildCharacteristics")), child)
    told, ethnicity = who.values(), what.value("Ethnicity")
    number = child_id(told.get("LAchildID", ""))
    return (
        la,
        f"{la}|{number}" if number else "",
        SCHEME,
        _month(told.get("PersonBirthDate", "")),
        sex(told.get("Sex") or told.get("GenderCurrent", "")),
        ethnicity,
        "DFE" if ethnicity else "",
        _disability(what),
    )


def _disability(characteristics: Element) -> str:
    codes = [d.text.upper() for group in characteristics.all("Disabilities") for d in group.all("Disability")]
    if not any(codes):
        return "U"
    return "N" if all(code in ("NONE", "") for code in codes) else "Y"


def rows(child: Element, block: tuple[str, ...]) -> Iterator[Row]:
    """Every row of one child: (return, path within the child, element, the row in the order of `COLUMNS`)."""
    ids = Numbered(block[1], {})
    for number, details in enumerate(child.all("CINdetails"), start=1):
        path, sent = f"CINdetails[{number}]", details.values()
        date = iso_date(sent.get("CINreferralDate", ""))
        referral = ids.id(date)
        yield "sc_contact_referral", path, details, (referral, *block, *_referral(sent, referral, date))
        for name, where, element, values in (
            *_assessments(details, path, ids, referral, date),
            *_section47(details, sent, path, ids, referral),
            *_plans(details, path, ids, referral),
        ):
            yield name, where, element, (values[0], *block, *values)


def _referral(sent: dict[str, str], referral: str, date: str) -> tuple[str, ...]:
    """The census holds referrals only, says nothing of CSE at referral, nor to whom a case was passed."""
    nfa = yes_no(sent.get("ReferralNFA", ""))
    reason = sent.get("ReasonForClosure", "")
    return (
        referral,
        date,
        sent.get("ReferralSource", ""),
        CONTACT_ONLY,
        CSE_CONCERN,
        sent.get("PrimaryNeedCode", ""),
        nfa,
        {"Y": "NFA", "N": "ACCEPTED"}.get(nfa, "U"),
        iso_date(sent.get("CINclosureDate", "")),
        reason,
        "U" if reason.upper() == "RC5" else "",
    )


def _assessments(details: Element, path: str, ids: Numbered, referral: str, date: str) -> Iterator[Row]:
    for number, element in enumerate(details.all("Assessments"), start=1):
        sent = element.values()
        start = iso_date(sent.get("AssessmentActualStartDate", ""))
        groups = element.all("FactorsIdentifiedAtAssessment")
        factors = [factor.text for group in groups for factor in group.all("AssessmentFactors")]
        finished = iso_date(sent.get("AssessmentAuthorisationDate", ""))
        values = (ids.id("A", start), referral, date, start, finished, ";".join(factors), *SEEN_BY)
        yield "sc_assessment", f"{path}/Assessments[{number}]", element, values


def _event(
    ids: Numbered,
    kind: str,
    referral: str,
    date: str,
    linked: str = "",
    needless: str = "",
    plan: tuple[str, ...] = NO_PLAN,
) -> tuple[str, ...]:
    return ids.id(kind, date), kind, referral, date, linked, needless, *plan


def conferences_at_both_levels(details: Element) -> bool:
    """Whether a conference is dated in the referral and in a section 47 enquiry too (census rule 2884)."""
    outer = details.value("DateOfInitialCPC")
    return bool(outer) and any(e.value("DateOfInitialCPC") for e in details.all("Section47"))


def _section47(
    details: Element, sent: dict[str, str], path: str, ids: Numbered, referral: str
) -> Iterator[Row]:
    """Enquiries, and the conference once: as the enquiry dates it, else as the referral does."""
    held = False
    for number, element in enumerate(details.all("Section47"), start=1):
        where, told = f"{path}/Section47[{number}]", element.values()
        needless = yes_no(told.get("ICPCnotRequired", ""))
        date = iso_date(told.get("S47ActualStartDate", ""))
        enquiry = _event(ids, "S47", referral, date, needless=needless)
        yield EVENTS, where, element, enquiry
        if date := iso_date(told.get("DateOfInitialCPC", "")):
            held = True
            values = _event(ids, "ICPC", referral, date, enquiry[0])
            yield EVENTS, f"{where}/DateOfInitialCPC", _at(element, "DateOfInitialCPC"), values
    if not held and (date := iso_date(sent.get("DateOfInitialCPC", ""))):
        values = _event(ids, "ICPC", referral, date)
        yield EVENTS, f"{path}/DateOfInitialCPC", _at(details, "DateOfInitialCPC"), values


def _plans(details: Element, path: str, ids: Numbered, referral: str) -> Iterator[Row]:
    """Start and end of each plan, and its reviews, whether one `Reviews` holds them or each its own."""
    for number, element in enumerate(details.all("ChildProtectionPlans"), start=1):
        where, sent = f"{path}/ChildProtectionPlans[{number}]", element.values()
        plan = tuple(sent.get(name, "") for name in OF_PLAN)
        begun, date = iso_date(sent.get("CPPstartDate", "")), iso_date(sent.get("CPPendDate", ""))
        start = _event(ids, "CPP_START", referral, begun, plan=(*plan, date))
        yield EVENTS, where, element, start
        if date:
            values = _event(ids, "CPP_END", referral, date, start[0], plan=(*plan, ""))
            yield EVENTS, f"{where}/CPPendDate", _at(element, "CPPendDate"), values
        for review in (date for group in element.all("Reviews") for date in group.all("CPPreviewDate")):
            values = _event(ids, "REVIEW", referral, iso_date(review.text), start[0])
            yield EVENTS, f"{where}/Reviews", review, values


def _at(element: Element, tag: str) -> Element:
    return element.all(tag)[0]
