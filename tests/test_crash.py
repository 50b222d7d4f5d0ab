"""Killed at any step, the morning finds the whole old night or the whole new one, and the next night ends well."""

from __future__ import annotations

import hashlib
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import warehouse

HERE = Path(__file__).parent.parent
NAME = "council-codes-old-and-new"
CASE = Path(__file__).parent / "cases" / NAME / "sent"


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
def undisturbed(after_case) -> tuple:
    return figures(after_case(NAME).live)


@pytest.fixture
def home(after_case, tmp_path) -> Path:
    """A home no night has been run in; dbt's parsed project is there, which would take each of them seconds."""
    shutil.copytree(
        after_case(NAME).parsed, tmp_path / "home" / "cache", ignore=shutil.ignore_patterns("run")
    )
    return tmp_path / "home"


@pytest.mark.faults(87)
def test_killed_before_publishing_nothing_is_there_or_the_night_before(
    home, undisturbed, tmp_path, copy_of_case
):
    done = command(home, "nightly", "--inbox", str(CASE), failpoint="accepted:kill")
    assert (done.returncode, digest(home / "warehouse.duckdb")) == (-signal.SIGKILL, None)
    second = copy_of_case(NAME, tmp_path / "second")
    before = digest(second.live)
    done = command(second.root, "nightly", "--inbox", str(CASE), failpoint="built:kill")
    assert (done.returncode, digest(second.live)) == (-signal.SIGKILL, before)
    assert second.work.exists()
    warehouse.night(second, CASE, lambda *_: None)
    assert figures(second.live)[0] == undisturbed[0]
    assert figures(second.live)[2] == undisturbed[2]
    assert not second.work.exists()


@pytest.mark.faults(110, 112)
def test_what_cannot_be_built_is_not_published(tmp_path, copy_of_case):
    """A correction that matches nothing fails the build: exit 3, the last good night still served."""
    home = copy_of_case(NAME, tmp_path / "home")
    before = digest(home.live)
    project = tmp_path / "checkout"
    shutil.copytree(HERE, project, ignore=shutil.ignore_patterns(".venv", "home", ".git", "*cache*"))
    with (project / "seeds" / "corrections.csv").open("a", encoding="utf-8") as f:
        f.write("pol_crime,NOSUCH,district,BAR,ROT,typing slip,2025-01-01\n")
    line = [sys.executable, "warehouse.py", "--home", str(home.root), "nightly", "--inbox", str(CASE)]
    done = subprocess.run(line, cwd=project, capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stderr.startswith("Not published: ") or "was not built" in done.stderr
    assert digest(home.live) == before


@pytest.mark.faults(87, 90)
@pytest.mark.skipif(os.name != "posix", reason="the signal is POSIX's")
def test_ctrl_c_while_the_core_is_built_is_an_interruption_and_no_failure(home, undisturbed):
    """Exit 130 and its own sentence; nothing is published. The next night is as if nothing had been, though killed
    itself once it has published."""
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
    done = command(home, "nightly", "--inbox", str(CASE), failpoint="published:kill")
    assert (done.returncode, figures(home / "warehouse.duckdb")) == (-signal.SIGKILL, undisturbed)
