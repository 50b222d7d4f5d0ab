"""The same dbt project on Apache Spark: every table and every indicator is DuckDB's, row for row."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import demo
import warehouse
from operations import spark, spark_session
from refusal import Refusal

HERE = Path(__file__).parent.parent
MACROS = HERE / "dbt_project" / "macros"
PAGE = HERE / "docs" / "scaling.md"
# The same whole numbers, in more or fewer bytes.
AS_WIDE = {("INTEGER", "BIGINT"), ("BIGINT", "INTEGER"), ("BIGINT", "HUGEINT")}
# The county's first years: what a court decides names a prosecution of some year before.
YEARS, SEED = range(2020, 2022), 1
RUN = """
import sys
from pathlib import Path
from house import Home
from operations import spark
from operations.spark_session import Asked
root, Home.project, out = map(Path, sys.argv[1:])
print(spark.build(Home(root), out, Asked("local[*]")))
"""


def missing() -> str | None:
    """What Spark needs and is not here."""
    try:
        spark_session.check()
    except Refusal as refused:
        return str(refused)
    return None


def built(home, folder: Path, *words: str):
    line = ["--home", str(home.root), "build", "--target", "spark", "--to", str(folder / "out"), *words]
    return CliRunner().invoke(warehouse.app, line)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The warehouse of a small county after a night, and what Spark made of what it accepted."""
    if says := missing():
        pytest.skip(says)
    folder = tmp_path_factory.mktemp("spark")
    home = warehouse.Home(folder / "home")
    project = few_years(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse.Home, "project", project)
        patch.setattr(warehouse.Home, "seeds", folder / "seeds")
        warehouse.night(home, folder / "made" / "inbox", lambda *_: None)
    (elsewhere := folder / "elsewhere").mkdir()
    # In a process of its own: Spark's session, and dbt's adapter, are those of a whole process.
    line = [sys.executable, "-c", RUN, str(home.root), str(project), str(folder / "out")]
    done = subprocess.run(line, cwd=elsewhere, env=_environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-2000:]
    with closing(duckdb.connect(":memory:")) as connection:
        connection.execute("set timezone = 'Europe/London'")
        connection.execute(f"attach '{home.live}' as ours (read_only)")
        yield connection, home, folder / "out", elsewhere


def few_years(folder: Path) -> Path:
    """A county's inbox, and the project's own models and seeds, but that no return is owed but for these years.

    What is owed for six years makes most of the rows, and most of those say that nothing was received.
    """
    demo.make(folder / "made", 0.1, SEED, faults=False)
    kept = {f"{year}-{year - 1999}" for year in YEARS}
    for sent in (folder / "made" / "inbox").glob("*/*"):
        if sent.is_dir() and sent.name not in kept:
            shutil.rmtree(sent)
    for name in ("dbt_project", "seeds"):
        shutil.copytree(HERE / name, folder / name)
    owed = folder / "seeds" / "expected_returns.csv"
    first = f",{YEARS[0]}-04-01,"
    text = owed.read_text("utf-8").replace(f"{first},", f"{first}{YEARS[-1] + 1}-03-31,")
    owed.write_text(text, "utf-8")
    return folder / "dbt_project"


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE)}


def tables(connection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'ours' "
        "and schema_name in ('core', 'marts') order by all"
    ).fetchall()


def columns(connection, query: str) -> list[tuple[str, str]]:
    return connection.execute(f"select column_name, column_type from (describe {query})").fetchall()


def test_every_row_of_every_table_is_the_same(both):
    """Except all, both ways; nulls, doubles and lists as they are."""
    connection, _, out, _ = both
    wrong, empty = [], []
    for schema, name in tables(connection):
        ours, spark_s = f"from ours.{schema}.{name}", f"from read_parquet('{out}/{schema}/{name}/*.parquet')"
        has, given = columns(connection, ours), columns(connection, spark_s)
        assert [c for c, _ in given] == [c for c, _ in has], name
        unlike = {(g, h) for (_, g), (_, h) in zip(given, has, strict=True) if g != h}
        assert unlike <= AS_WIDE, name
        same = f"select {', '.join(f'cast({c} as {kind}) as {c}' for c, kind in has)} {spark_s}"
        for one, other in ((ours, same), (same, ours)):
            count = connection.execute(f"select count(*) from (({one}) except all ({other}))").fetchone()[0]
            wrong += [(name, count)] if count else []
        empty += [] if connection.execute(f"select count(*) {ours}").fetchone()[0] else [name]
    assert wrong == []
    assert len(tables(connection)) > 90
    assert empty == ["fct_restatement_findings"]  # nothing is sent a second time


def test_every_indicator_is_the_same(both):
    """What the test before says of a table, said of each indicator and unit by name; each has a value."""
    connection, _, out, _ = both
    told = "select indicator_code, unit, count(*), count(value), round(sum(value), 6) {} group by all order by all"
    ours = connection.execute(told.format("from ours.marts.fct_indicator_values")).fetchall()
    theirs = connection.execute(
        told.format(f"from read_parquet('{out}/marts/fct_indicator_values/*.parquet')")
    ).fetchall()
    assert theirs == ours
    assert {code for code, _, _, values, _ in ours if values} == {
        *(f"I{n:02d}" for n in range(1, 45)),
        "I20b",
    }


def test_nothing_else_is_left(both):
    _, home, out, elsewhere = both
    assert list(elsewhere.iterdir()) == []
    assert list(home.root.glob(".spark-*")) == []
    assert {p.name for p in out.iterdir()} == {"core", "marts"}
    assert {p.suffix for p in out.rglob("*") if p.is_file()} == {".parquet"}
    assert {p.stat().st_mode & 0o077 for p in (out, *out.rglob("*"))} == {0}


def test_a_folder_with_something_in_it_stays_as_it_is(home, tmp_path):
    if says := missing():
        pytest.skip(says)
    (tmp_path / "kept").write_text("kept")
    with pytest.raises(Refusal, match="not empty") as refused:
        spark.build(home, tmp_path, spark_session.Asked("local[1]"))
    assert refused.value.code == 4


def test_what_start_py_has_put_apart_is_found():
    """Else the tests above would be skipped, and nobody would know why."""
    if not Path(sys.prefix, "spark", ".made-from").exists():
        pytest.skip("start.py has added no Spark here")
    assert missing() is None
    assert str(spark_session.APART) not in sys.path  # of the tests' own process


def test_without_java_it_says_what_is_missing(home, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    told = built(home, tmp_path)
    assert (told.exit_code, "Spark needs" in told.stderr) == (4, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("master", ["spark://elsewhere:7077", "yarn", "local[*];x", "k8s://x"])
def test_nothing_is_sent_to_another_machine(home, tmp_path, master):
    told = built(home, tmp_path, "--master", master)
    assert (told.exit_code, "on this machine" in told.stderr) == (2, True)


def test_the_page_lists_each_place_where_the_dialects_differ():
    """Name by name, how many, and each has a form for both engines."""
    text = "".join(p.read_text("utf-8") for p in sorted(MACROS.glob("dialect*.sql")))
    macros = re.findall(r'adapter\.dispatch\("(\w+)"\)', text)
    defined = set(re.findall(r"\{% macro (\w+)\(", text))
    assert defined == {form for name in macros for form in (name, f"duckdb__{name}", f"spark__{name}")}
    page = PAGE.read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(listed) == sorted([*macros, *spark_session.FUNCTIONS])
    assert f"{len(macros)} dispatch macros" in page
    assert f"{len(spark_session.FUNCTIONS)} functions" in page


def test_no_model_is_written_for_one_engine():
    """Which engine it is, a model never asks; what only one of them reads stands in the macros."""
    only = r"target\.(type|name)|adapter\.type|\bunnest\(|\bexplode\(|date_diff\(|datediff\(|\bas varchar\b|exclude \("
    told = re.compile(r"\{%-? set kept.*?%\}|\{\{\s*config\(.*?\}\}", re.DOTALL)  # of nights, DuckDB's alone
    wrong = [
        p.name
        for p in sorted((HERE / "dbt_project" / "models").rglob("*.sql"))
        if re.search(only, told.sub("", p.read_text("utf-8")))
    ]
    assert wrong == []
