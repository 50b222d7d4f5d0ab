"""Periods by their codes."""

from __future__ import annotations

from datetime import date

import pytest

from ingest import manifests, periods


@pytest.mark.parametrize(
    ("code", "kind", "start", "end"),
    [
        ("2024-05", "month", (2024, 5, 1), (2024, 5, 31)),
        ("2024-02", "month", (2024, 2, 1), (2024, 2, 29)),
        ("2024-25-Q1", "quarter", (2024, 4, 1), (2024, 6, 30)),
        ("2024-25-Q4", "quarter", (2025, 1, 1), (2025, 3, 31)),
        ("2023-24", "financial_year", (2023, 4, 1), (2024, 3, 31)),
        ("2011-12", "financial_year", (2011, 4, 1), (2012, 3, 31)),
        ("1999-00", "financial_year", (1999, 4, 1), (2000, 3, 31)),
        ("2024", "calendar_year", (2024, 1, 1), (2024, 12, 31)),
        ("AY2023-24", "academic_year", (2023, 9, 1), (2024, 8, 31)),
        ("2024-03-31", "snapshot", (2024, 3, 31), (2024, 3, 31)),
    ],
)
def test_a_code_names_its_days(code, kind, start, end):
    found = periods.parse(code)
    assert (found.kind, found.start, found.end) == (kind, date(*start), date(*end))
    assert manifests.period_code(found.start, found.end) == code


@pytest.mark.parametrize(
    "code", ["2024-13", "2024-00", "2024-30", "2024-25-Q5", "2024-26-Q1", "2024-02-30", "May", ""]
)
def test_anything_else_names_none(code):
    assert periods.parse(code) is None


def test_a_day_is_in_the_financial_year_that_began_last_april():
    assert periods.financial_year_of(date(2024, 3, 31)).code == "2023-24"
    assert periods.financial_year_of(date(2024, 4, 1)).code == "2024-25"
