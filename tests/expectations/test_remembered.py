"""What is remembered of an expectation while it is asked changes nothing in the answer, and is forgotten after it."""

from __future__ import annotations

import contextlib
import importlib
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from expectations import check, judged
from expectations.checks import checks
from expectations.counted import counts_alone
from expectations.remembered import remembered
from expectations.standard import standard
from expectations.suite import suite
from ingest import identity, loading, tables, vault
from ingest.context import prepare

KEPT = (
    ("expectations.expectation", "Expectation", "configuration"),
    ("expectations.expectation", "Expectation", "_get_runtime_kwargs"),
    ("expectations.expectation_configuration", "ExpectationConfiguration", "to_domain_obj"),
    ("core.id_dict", "IDDict", "to_id"),
)


SEEDS = Path(__file__).parents[2] / "seeds"
NOW = datetime(2024, 6, 10, tzinfo=UTC)


def told(name: str, form, folder: Path, other) -> tuple[dict, dict]:
    """All that Great Expectations says of a return of two rows: as it is, and in the `other` way.

    They are empty, but that of two days of which one may not be before the other, one is in the first of them."""
    r = standard()[name]
    with duckdb.connect() as connection:
        tables.create(connection, standard())
        context = prepare(connection, SEEDS, identity.throwaway(), vault.nowhere(folder), folder, "test", NOW)
        loading.start(connection, r, [])
        connection.execute("insert into batch (submission_id) values (1), (1)")
        asked = checks(r, context.lists, frozenset(), context.area_of)
        for pair in (e for e in suite(name, asked).expectations if hasattr(e, "column_A")):
            days = f"\"{pair.column_A}\" = '2020-01-01', \"{pair.column_B}\" = '2020-01-02'"
            connection.execute(f"update batch set {days} where rowid = 0")
        judged.judge(connection, asked)
        answers = []
        for way in (contextlib.nullcontext, other):
            with way():
                answers.append(check._batch(connection).validate(suite(name, asked), result_format=form))
        return tuple(a.to_json_dict() for a in answers)


@pytest.mark.parametrize("form", ["BOOLEAN_ONLY", {"result_format": "BASIC", "partial_unexpected_count": 0}])
def test_the_answer_is_the_same(form, tmp_path):
    plain, kept = told("pol_incident", form, tmp_path, remembered)
    for answer in (plain, kept):
        for changing in ("id", "meta"):
            answer.pop(changing, None)
        for result in answer["results"]:
            result["expectation_config"]["kwargs"].pop("batch_id")
    assert plain == kept
    assert {r["success"] for r in plain["results"]} == {True, False}


@pytest.mark.parametrize("name", ["pol_incident", "pol_missing_episode"])
def test_counts_alone_are_the_same_counts_without_the_values(name, tmp_path):
    form = {"result_format": "BASIC", "partial_unexpected_count": 0}
    plain, alone = told(name, form, tmp_path, counts_alone)
    results = [[r["result"] for r in answer["results"]] for answer in (plain, alone)]
    assert all("partial_unexpected_list" not in r for r in results[1])
    assert [r.pop("partial_unexpected_list") for r in results[0]] == [[]] * len(results[0])
    assert results[0] == results[1]
    assert {r["unexpected_count"] for r in results[0]} == {0, 1, 2}


def test_it_is_forgotten_afterwards():
    owners = [(getattr(importlib.import_module(f"great_expectations.{m}"), c), n) for m, c, n in KEPT]
    before = [vars(owner)[name] for owner, name in owners]
    with remembered():
        assert all(vars(owner)[name] is not was for (owner, name), was in zip(owners, before, strict=True))
    assert [vars(owner)[name] for owner, name in owners] == before
