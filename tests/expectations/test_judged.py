"""A rule is a column of the view where Great Expectations has no word for it, or where it has a condition."""

from __future__ import annotations

import duckdb
import pytest

from expectations import check, judged
from expectations.checks import Check
from expectations.suite import expectation

ROWS = """
    (1, 'Y', 'C1', date '2024-05-01', date '2024-05-02'), (1, 'Y', null, date '2024-05-02', date '2024-05-01'),
    (1, 'N', 'C1', date '2024-05-03', null), (1, 'N', null, null, date '2024-05-01'), (1, null, 'X9', null, null)"""


def rule(code: str, bad: str, native: str | None = None, arguments: dict | None = None, **other) -> Check:
    return Check(code, "ref", "error", "Says.", bad, native, arguments or {}, **other)


def when(code: str, flag: str, bad: str, native: str, **arguments) -> Check:
    """A rule of `ref` under the condition that the flag is so."""
    whole = f"(\"flag\" in ('{flag}')) and ({bad})"
    return rule(code, whole, native, {"column": "ref"} | arguments, when={"flag": flag})


RULES = (
    when("needed", "Y", "ref is null", "expect_column_values_to_not_be_null"),
    when("not needed", "N", "ref is not null", "expect_column_values_to_be_null"),
    when("listed", "Y", "ref not in ('C2')", "expect_column_values_to_be_in_set", value_set=["C2"]),
    rule(
        "in order",
        "until < since",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "until", "column_B": "since", "or_equal": True},
    ),
    rule("SQL, which may be null", "ref > 'C5'"),
    rule("told twice", "ref is not null and count(*) over (partition by submission_id, ref) > 1", wide=True),
    rule("nothing amiss", "flag = 'Q'"),
    rule("the last day", "since = max(since) over (partition by submission_id)", wide=True),
)
BROKEN = {0: [1], 1: [2], 2: [0], 3: [1], 4: [4], 5: [0, 2], 7: [2]}


@pytest.fixture
def rows():
    with duckdb.connect() as connection:
        connection.execute(
            f"create temp table batch as select * from (values {ROWS}) as t(submission_id, flag, ref, since, until)"
        )
        yield connection


def found(connection) -> dict[int, list[int]]:
    asked = "select number, list(row order by row) from found group by number order by number"
    return dict(connection.execute(asked).fetchall())


def test_each_row_that_breaks_a_rule_is_found_and_counted(rows):
    verdict = check.run(rows, "made_up", RULES)
    assert found(rows) == BROKEN
    assert (verdict.rows, verdict.failed) == (5, (1, 1, 1, 1, 1, 2, 0, 1))
    assert rows.execute("select count(*) from duckdb_views() where view_name = 'judged'").fetchone() == (0,)


def test_great_expectations_counts_them_itself(rows):
    judged.judge(rows, RULES)
    assert check.count(rows, "made_up", RULES) == {number: len(broken) for number, broken in BROKEN.items()}


@pytest.mark.parametrize("bad", ["ref not in ('C1', 'X9')", "ref in ('C1', 'X9')"])
def test_where_the_two_ways_differ_neither_is_believed(rows, bad):
    """Whether Great Expectations finds the rule kept and the SQL does not, or the other way round."""
    values = ["C1", "X9"] if bad.startswith("ref in") else ["C2"]
    told = rule("listed", bad, "expect_column_values_to_be_in_set", {"column": "ref", "value_set": values})
    with pytest.raises(check.Disagreement, match="made_up, rule listed on ref: Great Expectations counts "):
        check.run(rows, "made_up", (told,))


def test_a_rule_that_cannot_be_asked_is_our_fault(rows):
    told = rule("R", "ref = 'Z'", "expect_column_values_to_be_null", {"column": "not_there"})
    with pytest.raises(check.Disagreement, match="made_up, rule R on ref could not be run: "):
        check.run(rows, "made_up", (told,))


def test_an_expectation_says_by_what_a_row_breaks_it():
    needed, _, _, pair, sql, *_ = (expectation(c, n) for n, c in enumerate(RULES))
    assert (needed.column, sql.column) == ("ref__asked_0", "breaks__4")
    assert (pair.column_A, pair.column_B, pair.or_equal) == ("until", "since", True)
    assert sql.meta["broken_where"] == "ref > 'C5'" and sql.meta["says"] == "Says."
