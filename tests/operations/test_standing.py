"""What `status` says of files that could not be read, of which nobody knows what return they were."""

from __future__ import annotations

import duckdb
import pytest

from expectations.standard import standard
from ingest import tables
from operations.standing import standing


@pytest.fixture
def shown(tmp_path):
    """Submissions, each (organisation, return, file, status), in the order they came → what `status` shows of each."""

    def shows(*came: tuple[str | None, str | None, str, str]) -> list[tuple]:
        with duckdb.connect() as connection:
            tables.create(connection, standard())
            for number, (organisation, code, file, status) in enumerate(came, start=1):
                connection.execute(
                    "insert into landing.submissions by name select ? as submission_id, ? as organisation_code, "
                    "? as return_code, '2024-05' as period, timestamptz '2024-06-01' + to_days(?) as received_at, "
                    "'' as sha256, ? as file_name, ? as status, 1 as rows_read, 0 as rows_accepted, "
                    "0 as rows_quarantined, 1 as rows_skipped, '1' as run_id, false as provisional",
                    [number, organisation, code, number, file, status],
                )
            told = standing(connection)
        rows = [dict(zip(told.columns, row, strict=True)) for row in told.rows]
        return sorted((row["submission"], row["return"], row["stands"]) for row in rows if row["submission"])

    return shows


def test_each_file_that_could_not_be_read_is_shown(shown):
    """Two of one place and period were one line, and nobody saw the first."""
    assert shown(("SYP", None, "a.csv", "refused"), ("SYP", None, "b.csv", "refused")) == [
        (1, None, "refused"),
        (2, None, "refused"),
    ]


def test_sent_again_and_refused_again_it_is_one_line(shown):
    assert shown(("SYP", None, "a.csv", "refused"), ("SYP", None, "a.csv", "refused")) == [
        (2, None, "refused")
    ]


@pytest.mark.parametrize("taken", ["accepted", "accepted with findings", "nil", "superseded"])
def test_it_is_gone_when_a_file_of_its_name_is_taken(shown, taken):
    told = shown(("SYP", None, "a.csv", "refused"), ("SYP", "R04", "a.csv", taken))
    assert [line for line in told if line[2] == "refused"] == []


def test_a_file_that_is_held_says_so_in_its_place(shown):
    assert shown(("SYP", None, "a.csv", "refused"), ("SYP", "R04", "a.csv", "held")) == [(2, "R04", "held")]


@pytest.mark.parametrize(
    "other",
    [
        ("SYP", "R04", "b.csv", "accepted"),
        ("SHE", "R04", "a.csv", "accepted"),
        (None, "R04", "a.csv", "accepted"),
        ("SYP", None, "a.csv", "duplicate"),
    ],
)
def test_it_stays_where_that_is_another_file(shown, other):
    assert (1, None, "refused") in shown(("SYP", None, "a.csv", "refused"), other)


def test_it_stays_where_it_came_after_the_one_that_was_taken(shown):
    told = shown(("SYP", "R04", "a.csv", "accepted"), ("SYP", None, "a.csv", "refused"))
    assert told == [(1, "R04", "received"), (2, None, "refused")]


def test_one_of_nobody_known_is_gone_as_well(shown):
    told = shown((None, None, "a.csv", "refused"), (None, "R04", "a.csv", "accepted"))
    assert [line for line in told if line[2] == "refused"] == []


def test_a_refusal_of_a_known_return_is_one_line_with_what_came_of_it(shown):
    assert shown(("SYP", "R04", "a.csv", "refused"), ("SYP", "R04", "b.csv", "accepted")) == [
        (2, "R04", "received")
    ]
