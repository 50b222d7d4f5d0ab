"""Rows of an Annex A → rows of our returns: R09 from Lists 1 and 3, R10 from 4, R11 from 5 and 7, R13 and R14B from 8.

A record is known by what LIIA tells Annex A rows apart by (national-formats 3.6); the loader hashes it.
What a list does not say is left empty or, where it is required, stands as annex_a.yml tells (`not_said`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ingest.national import cin_census
from ingest.national.annex_a_row import Need, Row
from ingest.national.annex_a_values import interview, known, sector, whole
from ingest.national.values import real_date

Rows = Iterator[tuple[str, dict[str, str]]]

CARE = (
    *("child_id_903", "decom", "rne", "ls", "cin", "place", "place_provider", "dec", "rec", "pl_post_sector"),
    *("urn", "pl_la", "pl_location", "unaccompanied"),
)
COUNTS = (
    "missing_count_12m",
    "absent_count_12m",
    "last_rhi_offered",
    "last_rhi_accepted",
    "last_rhi_outcome",
)
EVENT = cin_census.COLUMNS["sc_protection_event"]
COLUMNS = {
    "sc_contact_referral": cin_census.COLUMNS["sc_contact_referral"],
    "sc_assessment": cin_census.COLUMNS["sc_assessment"],
    "sc_protection_event": (*EVENT, "agencies_present"),
    "lac_episode": (*cin_census.PERSON, *CARE),
    "la_missing_count": (*cin_census.PERSON, *COUNTS),
}
LOCAL_IDS = {
    **cin_census.LOCAL_IDS,
    "lac_episode": ("record_ref", "person_key", "child_id_903"),
    "la_missing_count": ("record_ref", "person_key"),
}


def contacts(row: Row) -> Rows:
    """List 1: contacts, whatever became of them."""
    date, source = row.day("contact_date"), row.code("source", "source")
    ref = row.ref("CONTACT", date, source)
    yield (
        "sc_contact_referral",
        {
            "record_ref": ref,
            "referral_id": ref,
            "referral_date": date,
            "referral_source": source,
            "contact_only": "Y",
            "cse_concern": "U",
            "nfa": "N",
            "outcome": "U",
        },
    )


def referrals(row: Row) -> Rows:
    """List 3: referrals, with need and closure where List 6 has the child on that day."""
    date, source, nfa = (
        row.day("referral_date"),
        row.code("source", "source"),
        row.code("yes_no_unknown", "nfa"),
    )
    ref = row.ref("REFERRAL", date, source)
    need = row.needs.get((row.child, date), Need("N0", "", ""))
    yield (
        "sc_contact_referral",
        {
            "record_ref": ref,
            "referral_id": ref,
            "referral_date": date,
            "referral_source": source,
            "contact_only": "N",
            "cse_concern": "U",
            "primary_need": need.primary_need,
            "nfa": "N" if nfa == "U" else nfa,
            "outcome": {"Y": "NFA", "N": "ACCEPTED"}.get(nfa, "U"),
            "closure_date": need.closure_date,
            "closure_reason": need.closure_reason,
            "transferred_to_la": "U" if need.closure_reason == "RC5" else "",
        },
    )


def children_in_need(row: Row) -> tuple[tuple[str, str], Need]:
    """List 6: (child, day the case began) and what it holds; what cannot be read is told and left out."""
    need, why, closed = (
        known("need", row.get("need")),
        known("closure", row.get("closure_reason")),
        row.day("closed"),
    )
    if row.get("need") and not need:
        row.warn(
            "C215",
            "need",
            "This is no primary need code; N0 (not stated) stands for it.",
            row.get("need")[:60],
        )
    whole_closure = bool(why) and real_date(closed) is not None
    if (closed or row.get("closure_reason")) and not whole_closure:
        says = "A closure needs a real date and a known reason; the referral of that day is left without."
        row.warn("C215", "closure_reason", says, row.get("closure_reason")[:60])
    began = row.day("cin_start")
    whole_closure = whole_closure and closed >= began
    return (row.child, began), Need(
        need or "N0", closed if whole_closure else "", why if whole_closure else ""
    )


def assessments(row: Row) -> Rows:
    """List 4: assessments; factors stand as not known once authorised, for the list has none."""
    start, authorised = row.day("start"), row.day("authorised")
    yield (
        "sc_assessment",
        {
            "record_ref": row.ref("A", start),
            "assessment_id": row.ref("A", start),
            "referral_id": row.ref("REFERRAL"),
            "start_date": start,
            "authorised_date": authorised,
            "factors": "U" if authorised else "",
            "child_seen_alone": "N" if row.code("yes_no_unknown", "seen") == "N" else "U",
            "qualified_sw": "U",
        },
    )


def _event(
    row: Row, kind: str, begun: str, date: str, linked: str = "", **more: str
) -> tuple[str, dict[str, str]]:
    """An event of the record that began on `begun`; a date corrected later is the same event."""
    ref = row.ref(kind, begun)
    ids = {"record_ref": ref, "event_id": ref, "referral_id": row.ref("REFERRAL")}
    linked = row.ref(linked, begun) if linked else ""
    return "sc_protection_event", {
        **ids, "event_type": kind, "event_date": date, "linked_event_id": linked, **more,
    }  # fmt: skip


def enquiries(row: Row) -> Rows:
    """List 5: a strategy discussion, the enquiry it opened, and the conference where one has a date."""
    date, held = row.day("strategy_date"), row.day("conference_date")
    yield _event(row, "STRAT", date, date, agencies_present="U")
    needless = row.yes_no("needless") or "N"
    yield _event(row, "S47", date, date, "STRAT", icpc_not_required=needless)
    if held:
        yield _event(row, "ICPC", date, held, "S47")


def plans(row: Row) -> Rows:
    """List 7: the start of a plan, its end and its latest review where they have a date."""
    begun, ended, reviewed = row.day("plan_start"), row.day("plan_end"), row.day("review")
    plan = {
        "initial_category": row.code("abuse", "initial"),
        "latest_category": row.code("abuse", "latest"),
        "previous_plans": whole(row.get("previous")),
    }
    yield _event(row, "CPP_START", begun, begun, plan_end_date=ended, **plan)
    if ended:
        yield _event(row, "CPP_END", begun, ended, "CPP_START", **plan)
    if reviewed:
        name, review = _event(row, "REVIEW", begun, reviewed, "CPP_START")
        own = row.ref("REVIEW", begun, reviewed)
        yield name, {**review, "record_ref": own, "event_id": own}


def _episode(started: str, legal: str, placed: str) -> tuple[str, str]:
    """(decom, rne): the later start, and what changed then; one that is no date is passed on to be set aside."""
    unread = [d for d in (placed, legal, started) if d and real_date(d) is None]
    if unread:
        return unread[0], "S"
    decom = max(placed, legal)
    if decom == started:
        return decom, "S"
    return decom, "B" if placed == legal else "L" if legal == decom else "P"


def care(row: Row) -> Rows:
    """List 8: the child's latest episode of care, and the counts of the twelve months."""
    started, legal, placed = row.day("started"), row.day("legal_since"), row.day("placed")
    status, place, provider = (row.code(k, k) for k in ("legal", "placement", "provider"))
    postcode = row.get("postcode").upper().replace(" ", "")
    # The whole postcode tells placements apart, and may not leave the reader: its digest does, to be hashed again.
    where = hashlib.sha256(postcode.encode()).hexdigest()[:16] if postcode else ""
    if postcode and not sector(row.get("postcode")):
        row.warn("C216", "postcode", "This is no postcode, so its sector is left empty.")
    decom, rne = _episode(started, legal, placed)
    yield (
        "lac_episode",
        {
            "record_ref": row.ref("EPISODE", started, status, place, provider, where),
            "child_id_903": row.child,
            "decom": decom,
            "rne": rne,
            "ls": status,
            "cin": row.code("need", "need"),
            "place": place,
            "place_provider": provider,
            "dec": row.day("ceased"),
            "rec": row.code("ceased", "ceased_why"),
            "pl_post_sector": sector(row.get("postcode")),
            "urn": whole(row.get("urn")),
            "pl_la": row.get("placed_in"),
            "pl_location": row.code("location", "location"),
            "unaccompanied": row.yes_no("asylum"),
        },
    )
    yield "la_missing_count", _counts(row)


def _counts(row: Row) -> dict[str, str]:
    """The counts as sent, and the interview after the last episode; the loader adds the day to the record's name."""
    told = interview(row.get("offered"), row.get("accepted"))
    if told.offered == "N" and told.accepted == "Y":
        row.warn(
            "AXA03", "accepted", "An interview that was not offered was accepted. Mend the one or the other."
        )
    return {
        "record_ref": row.ref("COUNT"),
        "missing_count_12m": whole(row.get("missing")),
        "absent_count_12m": whole(row.get("absent")),
        "last_rhi_offered": told.offered,
        "last_rhi_accepted": told.accepted,
        "last_rhi_outcome": told.outcome,
    }


OF_LIST = {
    "List 1": contacts,
    "List 3": referrals,
    "List 4": assessments,
    "List 5": enquiries,
    "List 7": plans,
    "List 8": care,
}
