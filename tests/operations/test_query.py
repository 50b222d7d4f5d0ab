"""What a query is needed for: asked where the data is real, noted beside the query always."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner

import warehouse
from ingest import migration
from operations import audit, doctor, readonly
from operations.settings import PRODUCTION

ASKED = 'Say what the query is needed for; it stands in the audit: --purpose "…".\n'


@pytest.fixture
def query(tmp_path):
    """Run `warehouse query` on a home; the exit code, what was printed, what was said."""
    home = warehouse.Home(tmp_path)

    def run(*words: str, sql: str = "select 7 as seven") -> tuple[int, str, str]:
        line = ["--home", str(tmp_path), "query", sql, "--csv", *words]
        done = CliRunner().invoke(warehouse.app, line)
        return done.exit_code, done.stdout, done.stderr

    def facts() -> list[dict]:
        return [json.loads(line)["facts"] for line in audit.lines(home.audit)]

    return home, run, facts


def test_the_demo_does_not_ask_and_notes_that_nothing_was_given(query):
    home, run, facts = query
    home.open(home.live).close()
    assert run() == run("--purpose", "a look") == (0, "seven\n7\n", "")
    noted = {"sql": "select 7 as seven", "rows": 1}
    assert facts() == [noted | {"purpose": "not given"}, noted | {"purpose": "a look"}]


def test_with_real_data_a_purpose_is_asked_for_before_anything_is_opened(query):
    home, run, facts = query
    (home.root / "settings.toml").write_text(PRODUCTION)
    assert run() == run("--purpose", "  ") == (2, "", ASKED)
    assert not home.audit.exists()
    home.keys.new("warehouse")
    home.open(home.live).close()
    assert run("--purpose", " attrition study ") == (0, "seven\n7\n", "")
    assert facts() == [{"sql": "select 7 as seven", "purpose": "attrition study", "rows": 1}]


def test_a_query_that_fails_is_noted_too(query):
    home, run, facts = query
    home.open(home.live).close()
    code, printed, said = run("--purpose", "a look", sql="select cast('seven' as integer)")
    assert (code, printed) == (2, "") and "seven" in said
    assert facts() == [{"sql": "select cast('…' as integer)", "purpose": "a look", "failed": True}]


def test_an_export_never_goes_without_one(tmp_path):
    line = ["--home", str(tmp_path), "export", "role", "auditor", "--out", str(tmp_path / "a.duckdb")]
    missing = CliRunner().invoke(warehouse.app, line)
    assert missing.exit_code == 2 and "Missing option" in missing.output
    blank = CliRunner().invoke(warehouse.app, [*line, "--purpose", " "])
    assert (blank.exit_code, blank.stderr) == (2, "Say what it is needed for: --purpose.\n")


@pytest.mark.faults(104)
@pytest.mark.parametrize(
    "words",
    [
        ("query", "select 1"),
        ("query", "select 1", "--as-at", "2026-11-01"),
        ("status",),
        ("status", "--max-age", "26h"),
        ("findings", "1"),
        ("export", "role", "auditor", "--purpose", "x", "--out", "r"),
    ],
)
def test_readers_refuse_a_warehouse_of_a_newer_format_with_its_number_and_what_to_do(tmp_path, words):
    """One older than the first number, or of ours, is read; the doctor names the way back."""
    home = warehouse.Home(tmp_path)
    with closing(home.open(home.live)) as connection:
        connection.execute(f"create schema landing; {migration.FORMAT}")
        connection.execute("insert into landing.format values (?, now()), (99, now())", [migration.NOW])
    home.live.chmod(0o600)
    done = CliRunner().invoke(warehouse.app, ["--home", str(tmp_path), *words])
    says = (
        f"The warehouse is of format 99, written by a newer version of the project; this one reads {migration.NOW}. "
        "Nothing was changed. Run the newer version again, or go back. Run: warehouse restore --previous\n"
    )
    assert (done.exit_code, done.stdout, done.stderr) == (4, "", says)
    assert not list(tmp_path.glob(".as-at-*"))
    (told,) = [line for line in doctor.examine(home) if line.layer == "warehouse file"]
    assert (told.state, told.mend) == ("fail", "warehouse restore --previous")


def test_what_readers_read_is_what_the_night_writes():
    assert readonly.FORMAT == migration.NOW
