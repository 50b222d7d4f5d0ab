"""In whatever order submissions come, and over however many nights, the same rows count in the end.

As far as the days they were received tell an order: of two received on one day the later one read counts.
`WAREHOUSE_ARRIVALS=200 pytest tests/faults/test_arrivals.py` is the long run.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest.receiving import nil_return
from tests.faults.arriving import counted
from tests.faults.bad import put, rows, text
from tests.faults.trial import conserved, county

EXAMPLES = int(os.environ.get("WAREHOUSE_ARRIVALS", "4"))
APRIL = {"received_at": "2024-04-20T10:00:00+01:00", "shared_with_csc_date": "", "vcop_informed_date": ""}


def of_april(*numbers: int, **change: str) -> str:
    return text([{**rows(n + 1)[n], **APRIL, **change} for n in numbers])


def of_may(*numbers: int, **change: str) -> str:
    return text([{**rows(n + 1)[n], **change} for n in numbers])


# (place, content): three versions of May, one with a row in error; April corrected; a quarter over both; rows of
# April told again in May; a file that is refused; and a nil return that was too early, and one that was too late.
SENT = [
    ("SYP/2024-04/received-2024-05-02", of_april(0, 1, 2)),
    ("SYP/2024-04/received-2024-05-20", of_april(1, 2, 3, disability_any="Y")),
    ("SYP/2024-05/received-2024-06-03", of_may(2, 10, 11)),
    ("SYP/2024-05/received-2024-06-04", of_may(2, 10, *range(12, 52)).replace(",2A,", ",ZZ,", 1)),
    ("SYP/2024-05/received-2024-06-05", of_may(2, 10, *range(12, 53), sex="M")),
    ("SYP/2024-25-Q1/received-2024-06-06", of_may(2, 60)),
    ("SYP/2023-24/received-2024-06-07", of_may(70, 71)),
]
NILS = [("2024-04", "2024-05-01"), ("2024-03", "2024-04-03")]
PIECES = len(SENT) + len(NILS)


def lay(inbox: Path, number: int) -> None:
    """Put one of what was sent into the inbox."""
    if number < len(SENT):
        place, content = SENT[number]
        put(inbox, content, f"file-{number}.csv", place)
    else:
        nil_return(inbox, "SYP", NILS[number - len(SENT)][0], "R04", NILS[number - len(SENT)][1])


def arrive(nights: list[list[int]]) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Have them arrive so: the rows that count, as now and as on the third of June, and the ledger without its numbers."""
    with TemporaryDirectory() as folder, county(Path(folder)) as tried:
        for n, numbers in enumerate(nights):
            for number in numbers:
                lay(tried.inbox, number)
            tried.night(datetime(2024, 6, 10, tzinfo=UTC) + timedelta(days=n))
        conserved(tried.connection)
        ledger = tried.connection.execute(
            "select return_code, period, received_at, status = 'superseded', rows_read, rows_accepted "
            "from landing.submissions where return_code is not null and return_code <> 'R00' order by all"
        ).fetchall()
        return counted(tried.connection), counted(tried.connection, "2024-06-03 12:00:00+00"), ledger


@pytest.fixture(scope="module")
def in_order():
    return arrive([list(range(PIECES))])


@pytest.mark.faults(70)
def test_what_counts_is_what_was_received_last(in_order):
    now, before, _ = in_order
    told = sorted({(row[3], row[1]) for row in now})
    may = [("2024-05", f"I{n}") for n in (2, 10, *range(12, 53))]
    assert told == sorted(
        [
            ("2024-04", "I1"),
            ("2024-04", "I2"),
            ("2024-04", "I3"),
            *may,
            ("2024-25-Q1", "I2"),
            ("2024-25-Q1", "I60"),
        ]
    )
    assert sorted({(row[3], row[1]) for row in before}) == [
        ("2024-04", "I1"), ("2024-04", "I2"), ("2024-04", "I3"),
        ("2024-05", "I10"), ("2024-05", "I11"), ("2024-05", "I2"),
    ]  # fmt: skip


@pytest.mark.faults(70)
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.permutations(range(PIECES)), st.sets(st.integers(1, PIECES - 1), max_size=3))
def test_any_order_over_any_nights_ends_in_the_same_tables(in_order, order, cuts):
    bounds = [0, *sorted(cuts), PIECES]
    nights = [list(order[a:b]) for a, b in pairwise(bounds)]
    assert arrive(nights) == in_order
