"""Every fault that comes in by the inbox ends as the matrix says."""

from __future__ import annotations

import pytest

from tests.faults.bad import MAKERS, files  # noqa: F401 - importing registers the makers
from tests.faults.matrix import Row, rows
from tests.faults.trial import county, judge

MADE = {row.name: row for row in rows() if row.name in MAKERS}


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=name, marks=pytest.mark.faults(row.number)) for name, row in MADE.items()]
)
def test_a_bad_file_ends_as_the_matrix_says(row: Row, tmp_path):
    with county(tmp_path) as tried:
        tried.send(row.name)
        judge(tried, row)


def test_every_maker_has_its_row():
    assert set(MAKERS) <= set(MADE)
