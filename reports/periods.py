"""Periods as people write them: `2024-25`, `2024-25-Q1`, `2024-05`, `2024`, `AY2023-24`, `2024-03-31`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from refusal import Refusal

# By the word a reader asks for them; the second is the word of the marts.
KINDS = {
    "year": "financial_year",
    "quarter": "quarter",
    "month": "month",
    "calendar": "calendar_year",
    "academic": "academic_year",
}
WRITTEN = "Write a financial year (2024-25), a quarter of it (2024-25-Q1), a month (2024-05), a calendar year (2024) or an academic year (AY2023-24)."
# The pattern of each kind, its first month (a month says its own) and how many months it is long.
PATTERNS = {
    "financial_year": (r"(?P<year>\d{4})-(?P<second>\d\d)", 4, 12),
    "quarter": (r"(?P<year>\d{4})-(?P<second>\d\d)-Q(?P<quarter>[1-4])", 4, 3),
    "month": (r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])", 0, 1),
    "calendar_year": (r"(?P<year>\d{4})", 1, 12),
    "academic_year": (r"AY(?P<year>\d{4})-(?P<second>\d\d)", 9, 12),
}


@dataclass(frozen=True)
class Span:
    """A period: its code, its kind in the word of the marts, its first and its last day."""

    period: str
    kind: str
    first: date
    last: date

    def overlaps(self, first: date, last: date) -> bool:
        return self.first <= last and self.last >= first


def span(text: str) -> Span:
    """The period a code stands for; Refusal where it stands for none.

    A pair of following years is a financial year, never a month: 2011-12 ends in March 2012.
    """
    asked = text.strip().upper()
    for kind, (pattern, month, length) in PATTERNS.items():
        found = re.fullmatch(pattern, asked)
        if not found:
            continue
        said = {name: int(number) for name, number in found.groupdict().items()}
        follows = said.get("second", (said["year"] + 1) % 100) == (said["year"] + 1) % 100
        if follows:
            begins = said.get("month", month) + 3 * (said.get("quarter", 1) - 1)
            last = _first_of(said["year"], begins + length) - timedelta(days=1)
            return Span(asked, kind, _first_of(said["year"], begins), last)
    raise Refusal(f"{text} is no period. {WRITTEN}")


def _first_of(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def financial_year(day: date) -> str:
    """The financial year a day lies in: `2024-25` from April 2024 to March 2025."""
    first = day.year - (day.month < 4)
    return f"{first}-{(first + 1) % 100:02d}"


def of_return(text: str) -> Span | None:
    """The period of a return, which may be of a day (2024-03-31); None where it is written otherwise."""
    try:
        day = date.fromisoformat(text)
        return Span(text, "snapshot", day, day)
    except ValueError:
        pass
    try:
        return span(text)
    except Refusal:
        return None
