"""Periods by their codes: 2024-05, 2024-25-Q1, 2024-25, 2024, AY2023-24, 2024-03-31."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Period:
    """A stretch of days with its code and kind; both ends are in it."""

    code: str
    kind: str
    start: date
    end: date


def parse(code: str) -> Period | None:
    """The period a code names, or None where it names none.

    `2011-12` is the financial year: a second number one above the first always means a year.
    """
    if m := re.fullmatch(r"(\d{4})-(\d\d)-Q([1-4])", code):
        return _quarter(int(m[1]), int(m[2]), int(m[3]), code)
    if m := re.fullmatch(r"(AY)?(\d{4})-(\d\d)", code):
        year, second = int(m[2]), int(m[3])
        if second == (year + 1) % 100:
            return academic_year(year) if m[1] else financial_year(year)
        if not m[1] and 1 <= second <= 12:
            return Period(code, "month", date(year, second, 1), _month_end(year, second))
    if re.fullmatch(r"\d{4}", code):
        return Period(code, "calendar_year", date(int(code), 1, 1), date(int(code), 12, 31))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", code):
        try:
            return Period(code, "snapshot", date.fromisoformat(code), date.fromisoformat(code))
        except ValueError:
            return None
    return None


def financial_year(start: int) -> Period:
    return Period(
        f"{start}-{(start + 1) % 100:02d}", "financial_year", date(start, 4, 1), date(start + 1, 3, 31)
    )


def academic_year(start: int) -> Period:
    return Period(
        f"AY{start}-{(start + 1) % 100:02d}", "academic_year", date(start, 9, 1), date(start + 1, 8, 31)
    )


def financial_year_of(day: date) -> Period:
    return financial_year(day.year if day.month >= 4 else day.year - 1)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _quarter(year: int, second: int, quarter: int, code: str) -> Period | None:
    if second != (year + 1) % 100:
        return None
    month = 4 + 3 * (quarter - 1)
    first = date(year + (month > 12), (month - 1) % 12 + 1, 1)
    last = month + 2
    return Period(code, "quarter", first, _month_end(year + (last > 12), (last - 1) % 12 + 1))
