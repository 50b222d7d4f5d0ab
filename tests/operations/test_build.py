"""What dbt's answers mean: a Ctrl-C in the midst of a build is an interruption, however dbt tells of it."""

from __future__ import annotations

import pytest

from operations.build import _was_interrupted


def after(cause: BaseException | None, problem: Exception) -> Exception:
    try:
        raise problem from cause
    except Exception as raised:  # noqa: BLE001 - it is looked at, not handled
        return raised


@pytest.mark.parametrize(
    ("problem", "is_one"),
    [
        (None, False),
        (KeyboardInterrupt(), True),
        (after(KeyboardInterrupt(), ValueError("parser")), True),
        (after(after(KeyboardInterrupt(), ValueError()), RuntimeError()), True),
        (after(ValueError(), RuntimeError()), False),
    ],
)
def test_an_interruption_is_found_at_the_bottom_of_what_dbt_says(problem, is_one):
    assert _was_interrupted(problem) is is_one
