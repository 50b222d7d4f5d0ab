"""Nil returns: what a manifest says there is nothing for; one that would empty what was full waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from expectations.standard import Return, find
from ingest import held, landing, manifests, periods, submissions
from ingest.context import Context
from ingest.landing import Landed
from ingest.periods import Period
from ingest.reading import Finding
from ingest.submissions import Fate, Outcome, Received

FORM = (submissions.MANIFEST, "utf-8")
SAYS = "A nil return: received, with nothing in it."
TOLD = """
select s.sha256, s.run_id, m.return_code, m.submitting_org, m.period_start, m.period_end
from accepted.manifest as m join landing.submissions as s using (submission_id)
where m.status = 'NIL' and list_contains(?, s.sha256) order by m.submission_id, m.line
"""


@dataclass(frozen=True)
class Nil:
    """A row of a manifest that says: of this return, by this sender, for these days, there is nothing."""

    landed: Landed
    r: Return
    organisation: str
    period: Period
    number: int


def take_in(connection, landed: list[Landed], context: Context) -> list[Outcome]:
    """A submission with nothing in it for each row that says NIL in tonight's manifests, or that waited in one."""
    return [_settled(connection, nil, context) for nil in _nils(connection, landed, context)]


def _nils(connection, landed: list[Landed], context: Context) -> Iterator[Nil]:
    """What a manifest said that is here again was settled the first time, but for what of it is held."""
    came = {x.sha256: x for x in landed}
    rows = connection.execute(TOLD, [list(came)]).fetchall() if came else []
    for sha256, run_id, code, organisation, start, end in rows:
        r, named = find(code), manifests.period_code(start, end)
        period = periods.parse(named) if named else Period(f"{start}/{end}", "", start, end)
        waits = submissions.held_nils(connection, sha256, organisation).get((r.name, period.code))
        if waits is not None:
            submissions.forget(connection, waits)
        if waits is not None or run_id == context.run_id:
            yield Nil(came[sha256], r, organisation, period, waits or submissions.next_id(connection))


def _settled(connection, nil: Nil, context: Context) -> Outcome:
    """Recorded, and what it replaces superseded; or held, and nothing else changed."""
    what = landing.received(nil.landed, nil.number, context)
    now = submissions.current(connection, nil.r.code, nil.organisation, nil.period.code, FORM[0])
    late = submissions.came_late(now, what.received_at)
    fate = Fate("nil", SAYS, replaces_submission_id=now.submission_id if now and not late else None)
    if not (late or context.alone or nil.landed.arrival.confirmed) and (
        says := _doubt(connection, nil, fate)
    ):
        fate = held.fate(says, fate)
    _record(connection, nil, what, fate)
    if late:
        submissions.note(connection, nil.number, [submissions.late(now)])
        submissions.supersede(connection, nil.number)
    elif fate.replaces_submission_id:
        submissions.supersede(connection, fate.replaces_submission_id)
    return Outcome(nil.r.code, nil.organisation, nil.period.code, what.file_name, fate, 0.0, nil.number)


def _doubt(connection, nil: Nil, fate: Fate) -> str | None:
    return held.doubt_of_nil(
        connection,
        nil.r,
        nil.organisation,
        nil.period,
        nil.number,
        fate.replaces_submission_id,
        held.limits(),
    )


def _record(connection, nil: Nil, what: Received, fate: Fate) -> None:
    """Its file is the manifest's own; only where it waits is that written, for the person who confirms it."""
    waits = fate.status == "held"
    what = what if waits else replace(what, kept=())
    submissions.record(connection, what, nil.r, nil.organisation, nil.period, FORM, fate)
    if waits:
        code, _, says = fate.says.partition(" ")
        submissions.note(connection, nil.number, [Finding(code, "file", says)])
