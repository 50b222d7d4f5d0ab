"""The house stands as drawn: imports point one way, what is derived is current, every door has a name."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
MAY_IMPORT = {
    "expectations": {"expectations", "refusal", "instead", "uncollected"},
    "ingest": {"ingest", "expectations", "refusal", "failpoint", "on_disk"},
    "reports": {"reports", "refusal", "plain", "uncollected"},
    "operations": {"operations", "refusal", "failpoint", "plain", "on_disk", "uncollected", "instead"},
    "demo": {"demo", "expectations"},
}
OURS = {*MAY_IMPORT, "warehouse", "house"}
PYTHON = [p for part in MAY_IMPORT for p in sorted((HERE / part).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {a.name.partition(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_point_one_way(part):
    wrong = {
        str(p.relative_to(HERE)): imports(p) & OURS - MAY_IMPORT[part] for p in (HERE / part).rglob("*.py")
    }
    assert {p: w for p, w in wrong.items() if w} == {}


def test_the_command_starts_and_helps_without_what_it_may_not_need():
    """Modules are what `--help` takes its time for; what it says of a command it says whole."""
    code = (
        "import atexit, json, sys, warehouse; sys.argv[1:] = ['--help']\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr)); warehouse.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True)
    engines = {"duckdb", "great_expectations", "dbt", "sqlalchemy", "splink", "numpy", "pandas"}
    readers = {"lxml", "openpyxl", "xlsxwriter", "yaml"}
    assert (
        set(json.loads(done.stderr)) & (engines | readers | {"rich", "pydantic", "multiprocessing"}) == set()
    )
    assert "nightly" in done.stdout
    assert "..." not in done.stdout.partition("\n")[2]  # below the line of usage


def test_what_is_derived_is_current():
    done = subprocess.run(
        [sys.executable, "warehouse.py", "sync", "--check"], cwd=HERE, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(HERE)))
def test_rooms_are_of_a_size_to_live_in(path):
    """Files of at most 250 lines, functions of at most 40; every file says what it is for."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    long = [
        n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.end_lineno - n.lineno >= 40
    ]
    assert (len(text.splitlines()) <= 250, long) == (True, [])
    assert ast.get_docstring(tree)


def test_sql_models_are_of_a_size_to_read():
    long = [
        p.name for p in (HERE / "dbt_project").rglob("*.sql") if len(p.read_text("utf-8").splitlines()) > 150
    ]
    assert long == []


def test_every_command_is_in_the_readme():
    import warehouse

    commands = {
        r.callback.__name__
        for part in (warehouse.app, *(g.typer_instance for g in warehouse.app.registered_groups))
        for r in part.registered_commands
    }
    readme = (HERE / "README.md").read_text("utf-8") + (HERE / "docs" / "the-night-shift.md").read_text(
        "utf-8"
    )
    assert {c for c in commands if f"{c}" not in readme} == set()


def test_the_lock_names_no_host_and_has_hashes():
    for name in (
        "requirements.lock",
        "bootstrap.lock",
        "test-data.lock",
        "fuzz.lock",
        "spark.lock",
        "spark-build.lock",
    ):
        text = (HERE / name).read_text("utf-8")
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")
