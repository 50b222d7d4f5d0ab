"""Text that leaves the house steers no terminal and is no formula, and a cell gives back what it was made of."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import plain


@pytest.mark.faults(79)
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("=1+1", "'=1+1"),
        ("+44 7700", "'+44 7700"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("＝1+1", "'＝1+1"),
        ("'=1+1", "''=1+1"),
        ("\t=1", "'\ufffd=1"),
        ("-12.5", "-12.5"),
        ("-", "-"),
        ("O'Neill", "O'Neill"),
        ("2024-25", "2024-25"),
        (-5, -5),
        (None, None),
    ],
)
def test_a_cell_is_no_formula_and_a_number_stays_one(sent, told):
    assert plain.cell(sent) == told


@pytest.mark.faults(79)
@given(st.text(max_size=6).filter(str.isprintable))
@example("''=1")
def test_a_cell_gives_back_what_it_was_made_of(sent):
    assert plain.of_cell(plain.cell(sent)) == sent


@pytest.mark.faults(81)
@given(st.text())
def test_nothing_that_is_printed_steers_a_terminal(sent):
    assert plain.text(sent).isprintable()
    first, *others = plain.lines(sent).split("\n")
    assert first.isprintable() and all(line.startswith("  ") and line.isprintable() for line in others)
