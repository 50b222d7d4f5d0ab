"""Manifests (R00): what a sender says of its files, and the returns it says are nil."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from expectations.standard import Return
from ingest import periods
from ingest.agreement import Said
from ingest.context import Context
from ingest.periods import Period


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
