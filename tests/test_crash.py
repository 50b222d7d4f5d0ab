"""Killed at any step, the morning finds the whole old night or the whole new one, and the next night ends well."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

HERE = Path(__file__).parent.parent
CASE = Path(__file__).parent / "cases" / "council-codes-old-and-new" / "sent"


def command(home: Path, *words: str, failpoint: str = "") -> subprocess.CompletedProcess:
    environment = {**os.environ, "WAREHOUSE_FAILPOINT": failpoint}
    line = [sys.executable, "warehouse.py", "--home", str(home), *words]
    return subprocess.run(line, cwd=HERE, env=environment, capture_output=True, text=True)


def digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def figures(live: Path) -> tuple:
    with duckdb.connect(str(live), read_only=True) as connection:
        return connection.execute(
            "select (select count(*) from landing.submissions), (select count(*) from landing.runs), "
            "(select bit_xor(hash(v)) from marts.fct_indicator_values v)"
        ).fetchone()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple:
    home = tmp_path_factory.mktemp("undisturbed")
    assert command(home, "nightly", "--inbox", str(CASE)).returncode in (0, 1)
    return figures(home / "warehouse.duckdb")


def test_killed_before_publishing_nothing_is_there_and_after_it_everything(tmp_path, undisturbed):
    live = tmp_path / "warehouse.duckdb"
    for step in ("accepted", "built"):
        done = command(tmp_path, "nightly", "--inbox", str(CASE), failpoint=f"{step}:kill")
        assert done.returncode == -signal.SIGKILL
        assert digest(live) is None
    assert (
        command(tmp_path, "nightly", "--inbox", str(CASE), failpoint="published:kill").returncode
        == -signal.SIGKILL
    )
    assert figures(live) == undisturbed
    before = digest(live)
    done = command(tmp_path, "nightly", "--inbox", str(CASE), failpoint="built:kill")
    assert (done.returncode, digest(live)) == (-signal.SIGKILL, before)
    again = command(tmp_path, "nightly", "--inbox", str(CASE))
    assert again.returncode == 0
    assert figures(live)[0] == undisturbed[0]
    assert figures(live)[2] == undisturbed[2]
    assert not (tmp_path / "work").exists()


def test_what_cannot_be_built_is_not_published(tmp_path, undisturbed, monkeypatch):
    """A correction that matches nothing fails the build: exit 3, the last good night still served."""
    import shutil

    project = tmp_path / "checkout"
    shutil.copytree(HERE, project, ignore=shutil.ignore_patterns(".venv", "home", ".git", "*cache*"))
    line = [sys.executable, "warehouse.py", "--home", str(tmp_path / "home"), "nightly", "--inbox", str(CASE)]
    assert subprocess.run(line, cwd=project, capture_output=True).returncode in (0, 1)
    before = digest(tmp_path / "home" / "warehouse.duckdb")
    with (project / "seeds" / "corrections.csv").open("a", encoding="utf-8") as f:
        f.write("pol_crime,NOSUCH,district,BAR,ROT,typing slip,2025-01-01\n")
    done = subprocess.run(line, cwd=project, capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stderr.startswith("Not published: ") or "was not built" in done.stderr
    assert digest(tmp_path / "home" / "warehouse.duckdb") == before


@pytest.mark.skipif(os.name != "posix", reason="the signal is POSIX's")
def test_ctrl_c_while_the_core_is_built_is_an_interruption_and_no_failure(tmp_path, undisturbed):
    """Exit 130 and its own sentence; nothing is published, and the next night is as if nothing had been."""
    home = tmp_path / "home"
    line = [sys.executable, "warehouse.py", "--home", str(home), "nightly", "--inbox", str(CASE)]
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    with subprocess.Popen(
        line, cwd=HERE, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **heard
    ) as night:
        while not (home / "cache" / "run").exists() and night.poll() is None:
            select.select([night.stderr], [], [], 0.05)
        night.send_signal(signal.SIGINT)
        _, says = night.communicate()
    assert (night.returncode, says) == (130, "Stopped. The last good night is still served.\n")
    assert not (home / "warehouse.duckdb").exists()
    assert command(home, "nightly", "--inbox", str(CASE)).returncode in (0, 1)
    assert figures(home / "warehouse.duckdb") == undisturbed
