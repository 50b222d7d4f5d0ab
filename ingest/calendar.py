"""What is due from whom: `landing.expected`, from the seed of who owes what and each return's days of grace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from expectations.batch import quoted
from expectations.standard import find
from ingest import periods
from ingest.periods import Period


def expect(connection, seeds: Path, today: date) -> None:
    """Write anew every return due for a period that has ended; nothing is due before it is over."""
    read = (
        f"read_csv({quoted(seeds / 'expected_returns.csv')}, all_varchar = true, header = true, nullstr = '')"
    )
    owed = connection.execute(
        f"select organisation_code, return_code, period_kind, valid_from, valid_to from {read}"
    ).fetchall()
    due = []
    for organisation, code, kind, valid_from, valid_to in owed:
        r, last = find(code), date.fromisoformat(valid_to) if valid_to else today
        for period in _of_kind(kind, date.fromisoformat(valid_from), min(last, today)):
            by = period.end + timedelta(days=r.due_days)
            due.append((organisation, r.code, period.code, period.start, period.end, by))
    connection.execute("delete from landing.expected")
    if due:  # a statement for each costs what all of them cost in one
        columns = ", ".join(["unnest(?)"] * len(due[0]))
        connection.execute(
            f"insert into landing.expected select {columns}", [list(c) for c in zip(*due, strict=True)]
        )


def _of_kind(kind: str, first: date, last: date) -> Iterator[Period]:
    """The periods of a kind that begin on or after one day and have ended before another."""
    day = first
    while (period := _at(kind, day)) is not None and period.end < last:
        if period.start >= first:
            yield period
        day = period.end + timedelta(days=1)


def _at(kind: str, day: date) -> Period | None:
    year = periods.financial_year_of(day)
    quarter = (day.month - 4) % 12 // 3 + 1
    codes = {
        "month": f"{day:%Y-%m}",
        "quarter": f"{year.code}-Q{quarter}",
        "financial_year": year.code,
        "calendar_year": f"{day.year}",
        "academic_year": periods.academic_year(day.year if day.month >= 9 else day.year - 1).code,
    }
    return periods.parse(codes[kind])
