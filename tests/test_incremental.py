"""A night that makes again only what it touches leaves what a build from nothing does, whatever was sent.

`WAREHOUSE_ROUNDS=200 pytest tests/test_incremental.py` is the long run.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from operations.build import build
from refusal import Refusal
from tests import varied

PROJECT = Path(__file__).parents[1] / "dbt_project"
ROUNDS = int(os.environ.get("WAREHOUSE_ROUNDS", "2"))
CASES = (
    "one-interview-three-episodes",
    "missing-police-against-council",
    "seventy-two-hours-across-the-clocks",
    "children-known-to-several",
    "outcomes-and-ages-of-a-crime",
    "services-and-disruption",
    "support-before-and-after-charge",
)


@dataclass(frozen=True)
class Tried:
    """A warehouse of many cases, and how the models went in the last build of it: nothing, touched or whole."""

    database: Path
    target: Path
    ways: dict[str, str]

    def build(self, afresh: bool, project: Path = PROJECT, database: Path | None = None) -> None:
        self.ways.clear()
        build(project, database or self.database, self.target, afresh=afresh)

    def differing(self) -> dict[str, int]:
        """What a copy built from nothing has otherwise."""
        copy = self.database.with_name("afresh.duckdb")
        shutil.copyfile(self.database, copy)
        self.build(True, database=copy)
        return varied.differing(self.database, copy)

    def went(self, way: str) -> set[str]:
        return {model for model, gone in self.ways.items() if gone == way}


@pytest.fixture(scope="module")
def pooled(after_case, copy_of_case, parsed, tmp_path_factory) -> Tried:
    """What was sent in the cases, in one warehouse and three times over, built from nothing."""
    home = copy_of_case(CASES[0], tmp_path_factory.mktemp("pooled") / "home")
    varied.pool(home.live, [after_case(case).live for case in CASES[1:]])
    tried = Tried(home.live, parsed, {})
    tried.build(True)
    return tried


@pytest.fixture
def tried(pooled, tmp_path, monkeypatch) -> Tried:
    """The same, to be changed; notes how the models go."""
    ways: dict[str, str] = {}
    invoke = dbtRunner.invoke

    def noting(self, arguments, **more):
        answer = invoke(self, arguments, **more)
        for result in answer.result.results if answer.result else ():
            ways[result.node.name] = result.message
        return answer

    monkeypatch.setattr(dbtRunner, "invoke", noting)
    return Tried(shutil.copyfile(pooled.database, tmp_path / "warehouse.duckdb"), pooled.target, ways)


def corrected(tried: Tried, *names: str, files: int = 100) -> None:
    """So many files of each of these returns come corrected, the longest first."""
    with duckdb.connect(str(tried.database)) as connection:
        for name in names:
            found = connection.execute(
                "select submission_id from landing.submissions where return_name = ? and rows_accepted > 0 "
                "order by rows_accepted desc, submission_id limit ?",
                [name, files],
            ).fetchall()
            for (number,) in found:
                varied.send_again(connection, number, name, 1)


def test_one_corrected_file_leaves_the_other_returns_alone(tried):
    corrected(tried, "la_missing", files=1)
    tried.build(False)
    staged = {model for model in tried.ways if model.startswith("stg_")}
    assert staged & tried.went("touched") == {"stg_findings", "stg_la_missing", "stg_rule_results"}
    always = {
        "stg_submissions",
        "stg_child_links",
        "stg_receipts",
        "stg_expected_returns",
    }
    assert staged & tried.went("whole") <= always | {
        "stg_link_decision",
        "stg_released_figures",
        "stg_reach",
    } | {"stg_last_received"}
    for model in ("fct_missing_episodes", "fct_missing_episode_matches", "fct_interview_duties"):
        assert tried.ways[model] == "touched", model
    for model in (
        "fct_referrals",
        "fct_looked_after_episodes",
        "fct_crimes",
        "fct_victim_journeys",
        "fct_cse_cases",
    ):
        assert tried.ways[model] == "nothing", model


def test_whatever_is_sent_a_night_leaves_what_a_build_from_nothing_does(tried):
    for seed in range(ROUNDS):
        before = shutil.copyfile(tried.database, tried.database.with_name("before.duckdb"))
        told = varied.vary(tried.database, Random(seed), 6)
        try:
            tried.build(False)
        except Refusal as refused:
            with pytest.raises(Refusal, match=str(refused).split(" failed")[0]):
                tried.differing()
            shutil.copyfile(before, tried.database)
            continue
        assert tried.differing() == {}, (seed, told)


# What is told of a model that is not so: which of its rows are touched, and which rows of others they are made of.
MISTAKES = (
    ("fct_missing_episode_matches", "child_key in (select child_key from {changed} where source = 'police')", "false"),
    ("fct_exploited_children", '"fct_looked_after_episodes": child', '"fct_looked_after_episodes": ["record_ref"]'),
)  # fmt: skip


def test_a_declaration_that_is_wrong_is_seen(tried, tmp_path):
    project = shutil.copytree(PROJECT, tmp_path / "warehouse" / "dbt_project")
    shutil.copytree(PROJECT.parent / "seeds", tmp_path / "warehouse" / "seeds")
    for model, right, wrong in MISTAKES:
        path = project / "models" / "core" / f"{model}.sql"
        assert path.read_text().count(right) == 1, model
        path.write_text(path.read_text().replace(right, wrong))
    corrected(tried, "pol_missing_episode", "sc_cse_case")
    tried.build(False, project)
    assert {model for model, *_ in MISTAKES} <= {*tried.differing()}


def test_two_rows_that_agree_are_seen_where_only_what_is_touched_is_made_again(tried):
    """A record that stands twice in what is read, of a child of whom something else is said tonight."""
    with duckdb.connect(str(tried.database)) as connection:
        connection.execute(
            "create temp table doubled as from staging.stg_sc_cse_case where person_key is not null order by record_ref limit 1"
        )
        connection.execute("insert into staging.stg_sc_cse_case from doubled")
        connection.execute(
            "insert into landing.links (person_key, person_key_scheme, child_key, rule, confidence, linked_at, run_id) "
            "select person_key, person_key_scheme, md5('other'), 'L1', 'high', timestamptz '2100-01-01', '' from doubled"
        )
    with pytest.raises(Refusal, match="fct_child_mentions, fct_cse_cases failed"):
        tried.build(False)
    assert tried.went("touched")
