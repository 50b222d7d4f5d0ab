"""Two thousand planted children on every path, nights killed on the way: outside the vault not one value is found."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import warehouse
from operations.settings import PRODUCTION
from tests.planted.searching import in_text, leaks
from tests.planted.sending import send

HERE = Path(__file__).parent.parent
# What is locked away, and what has not been taken in yet: it lies as its sender left it.
APART = ("vault", "identity", "inbox", "keys")


def command(home: Path, *words: str, failpoint: str = "") -> subprocess.CompletedProcess:
    environment = {**os.environ, "WAREHOUSE_FAILPOINT": failpoint}
    line = [sys.executable, "warehouse.py", "--home", str(home), *words]
    return subprocess.run(line, cwd=HERE, env=environment, capture_output=True, text=True)


def run(home: Path, *words: str):
    """The same in this process, which has loaded already what each of its own would spend seconds on."""
    return CliRunner().invoke(warehouse.app, ["--home", str(home), *words])


@pytest.fixture(scope="module")
def planted(tmp_path_factory, parsed):
    """(home, planted values) with everything sent and nothing taken in yet; dbt has read the project before."""
    home = tmp_path_factory.mktemp("canary")
    shutil.copytree(parsed, home / "cache")
    return home, send(home / "inbox")


@pytest.fixture(scope="module")
def after_a_night(planted):
    """The same after two nights that were killed, the second in the midst of linkage, and one that was not."""
    home, values = planted
    killed = command(home, "nightly", failpoint="accepted:kill")
    assert killed.returncode == -signal.SIGKILL
    assert leaks(home, values, APART) == {}
    linking = command(home, "nightly", failpoint="linking:kill")
    assert (linking.returncode, "tried again" in linking.stderr) == (1, True)
    assert in_text(linking.stdout + linking.stderr, values) == []
    assert leaks(home, values, APART) == {}
    night = run(home, "nightly")
    assert night.exit_code == 0, night.stderr
    assert in_text(night.output, values) == []
    return home, values


def test_the_search_finds_what_is_there(planted, tmp_path):
    """Every file sent is found to tell, packed or not: a search that finds nothing proves nothing by itself."""
    home, values = planted
    if not (home / "inbox" / "ROT").exists():
        pytest.skip("the inbox was taken in by another test")
    sent = {p.name for p in (home / "inbox").rglob("*") if p.is_file()}
    assert {Path(name).name for name in leaks(home / "inbox", values, ())} == sent


@pytest.mark.faults(114)
def test_the_night_took_them_in_and_none_is_told(after_a_night):
    home, values = after_a_night
    took = run(home, "query", "select count(*) as n from core.dim_person_keys", "--csv").stdout
    assert int(took.split()[1]) > 900
    assert leaks(home, values, APART) == {}
    assert sum(1 for _ in (home / "vault").rglob("*.age")) >= 12


COMMANDS = (
    ("status",),
    ("quality", "--out", "{out}/quality"),
    ("evidence",),
    ("query", "from landing.findings", "--csv"),
    ("query", "from quarantine.pol_missing_episode", "--csv"),
    ("report", "annual", "--area", "ROT", "--year", "2023-24", "--out", "{out}/report"),
    ("reconcile", "--la", "ROT", "--month", "2024-05", "--out", "{out}/lists"),
    ("link", "review", "--out", "{out}/review.xlsx"),
    ("release", "propose", "--year", "2023-24"),
    ("export", "role", "core_analyst", "--purpose", "a test", "--out", "{out}/analyst.duckdb"),
    (
        "export",
        "role",
        "data_officer",
        "--organisation",
        "SYP",
        "--purpose",
        "a test",
        "--out",
        "{out}/officer.duckdb",
    ),
    ("export", "role", "auditor", "--purpose", "a test", "--out", "{out}/auditor.duckdb"),
    ("findings", "12", "--out", "{out}/findings.xlsx"),
    ("purge",),
    ("key", "rotate", "pseudonym"),
    ("key", "rotate", "identity"),
    ("audit", "show"),
    ("doctor",),
)


def test_no_command_tells_any_of_them(after_a_night):
    home, values = after_a_night
    for words in COMMANDS:
        done = run(home, *(w.format(out=home / "out") for w in words))
        assert done.exit_code in (0, 1), (words, done.stderr)
        assert in_text(done.output, values) == [], words
    assert leaks(home, values, APART) == {}


def test_encrypted_nothing_can_be_read_at_all(tmp_path, parsed):
    """In production settings neither the planted values nor the pseudonyms nor a place name stand in the open."""
    (tmp_path / "settings.toml").write_text(PRODUCTION)
    shutil.copytree(parsed, tmp_path / "cache")
    values = send(tmp_path / "inbox")
    for name in ("pseudonym", "warehouse", "vault", "identity"):
        assert run(tmp_path, "key", "new", name).exit_code == 0
    for sender in ("SHE", "DON", "BAR"):
        shutil.rmtree(tmp_path / "inbox" / sender)
    assert run(tmp_path, "nightly").exit_code == 1
    live = tmp_path / "warehouse.duckdb"
    assert b"pol_missing_episode" not in live.read_bytes()
    assert leaks(tmp_path, values, APART) == {}
    before = live.read_bytes()
    killed = command(tmp_path, "nightly", failpoint="built:kill")
    assert killed.returncode == -signal.SIGKILL
    assert live.read_bytes() == before  # and so need not be searched again; its copy, being worked on, is
    assert (tmp_path / "work" / live.name).stat().st_size >= len(before)
    assert leaks(tmp_path, values, (*APART, live.name)) == {}
    (tmp_path / "keys" / "warehouse.key").rename(tmp_path / "keys" / "elsewhere")
    refused = run(tmp_path, "status")
    assert (refused.exit_code, "warehouse key new warehouse" in refused.stderr) == (4, True)
