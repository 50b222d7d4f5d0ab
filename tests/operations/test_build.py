"""How dbt is asked, and what its answers mean: a Ctrl-C is an interruption, however dbt tells of it."""

from __future__ import annotations

import pytest

from operations import build
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


@pytest.mark.parametrize(("size", "asked"), [(build.LARGE, []), (build.LARGE + 1, ["--threads", "1"])])
def test_a_large_warehouse_is_built_a_model_at_a_time(tmp_path, size, asked):
    database = tmp_path / "warehouse.duckdb"
    with database.open("wb") as f:
        f.truncate(size)
    given = build._arguments(tmp_path, database, tmp_path, afresh=True)
    assert given[given.index("--full-refresh") + 1 :] == asked
