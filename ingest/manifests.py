"""Manifests (R00): what a sender says of its files, and the returns it says are nil."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from expectations.standard import Return, find
from ingest import periods, submissions
from ingest.agreement import Said
from ingest.context import Context
from ingest.periods import Period
from ingest.submissions import Fate, Received


@dataclass(frozen=True)
class Fact(Said):
    """What a manifest says of one file, known by its SHA-256."""

    row_count: int | None = None
    provisional: bool = False


def facts(connection) -> dict[str, Fact]:
    """What every manifest ever accepted says, by the SHA-256 of the file it speaks for."""
    rows = connection.execute(
        "select lower(sha256), submitting_org, return_code, period_start, period_end, row_count, "
        "status = 'PROVISIONAL' from accepted.manifest where sha256 is not null order by submission_id"
    ).fetchall()
    return {
        sha: Fact("the manifest", org, period_code(start, end), code, count, provisional)
        for sha, org, code, start, end, count, provisional in rows
    }


def period_code(start: date, end: date) -> str | None:
    """The code of the period from one day to another, where it has one."""
    quarter = (start.month - 4) % 12 // 3 + 1
    year = start.year if start.month >= 4 else start.year - 1
    tried = (
        f"{start:%Y-%m}",
        f"{year}-{(year + 1) % 100:02d}-Q{quarter}",
        periods.financial_year(year).code,
        f"{start.year}",
        periods.academic_year(start.year).code,
        f"{end:%Y-%m-%d}",
    )
    found = (p for p in map(periods.parse, tried) if p and (p.start, p.end) == (start, end))
    return next((p.code for p in found), None)


def told(landed, known: dict[str, Fact]):
    """A set of files that does not say its year, with what a manifest says of any of them."""
    fact = _fact(landed, known)
    period = periods.parse(fact.period) if fact and fact.period else None
    if not period:
        return landed
    parcel = replace(landed.parcel, year=period.end.year, organisation_code=fact.organisation_code)
    return replace(landed, parcel=parcel)


def _fact(landed, known: dict[str, Fact]) -> Fact | None:
    return next((known[k.sha256] for _, k in landed.kept if k.sha256 in known), None)


def said_of(item, known: dict[str, Fact]):
    """The item with what its manifest says; a file that feeds several returns is not held to one row count."""
    fact = _fact(item.landed, known)
    if fact is None:
        return item
    several = len(item.reading.tables) > 1 or len(item.landed.kept) > 1
    if several:
        fact = replace(fact, return_code=None, row_count=None)
    return replace(item, said=(*item.said, fact))


def nil_returns(connection, context: Context) -> Iterator[tuple]:
    """Record a submission with nothing in it for every manifest row of this night that says NIL."""
    rows = connection.execute(
        "select m.return_code, m.submitting_org, m.period_start, m.period_end, s.file_name, s.received_at, s.sha256 "
        "from accepted.manifest m join landing.submissions s using (submission_id) "
        "where m.status = 'NIL' and s.run_id = ? order by m.submission_id, m.line",
        [context.run_id],
    ).fetchall()
    for code, organisation, start, end, file_name, received_at, sha256 in rows:
        r, number = find(code), submissions.next_id(connection)
        period = Period(period_code(start, end) or f"{start}/{end}", "", start, end)
        now = submissions.current(connection, code, organisation, period.code, "manifest")
        late = submissions.came_late(now, received_at)
        replaced = now.submission_id if now and not late else None
        fate = Fate("nil", "A nil return: received, with nothing in it.", replaces_submission_id=replaced)
        what = Received(number, file_name, received_at, context.run_id, sha256, ())
        submissions.record(connection, what, r, organisation, period, ("manifest", "utf-8"), fate)
        if late:
            submissions.note(connection, number, [submissions.late(now)])
        if late or replaced:
            submissions.supersede(connection, number if late else replaced)
        yield code, organisation, period.code, file_name, fate


def parents(connection, r: Return, context: Context) -> dict[str, list[tuple[date, date]]]:
    """The returns this one's rows belong to, with the periods received of each; alone, only those given.

    An Annex A says nothing of the names a council's own return gives its records, so it is no parent.
    """
    found = {}
    for key in r.foreign_keys:
        spans = connection.execute(
            "select period_start, period_end from landing.submissions "
            "where return_name = ? and status not in ('refused', 'duplicate', 'held') and format is distinct from 'annex_a'",
            [key.resource],
        ).fetchall()
        if spans or not context.alone:
            found[key.resource] = spans
    return found


def covers(spans: list[tuple[date, date]], period: Period) -> bool:
    """A return for the same days, or more, has been received."""
    return any(start <= period.start and period.end <= end for start, end in spans)
