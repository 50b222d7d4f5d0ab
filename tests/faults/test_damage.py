"""What lies on the disk is not what was put there, or not ours to read: nothing is built on it or written over it."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

import warehouse
from operations import previous, warehouse_file
from operations.keys import NAMES
from operations.settings import PRODUCTION
from refusal import Refusal
from tests.faults import forked

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nights are forked")
HERE = Path(__file__).parents[2]
LIVE = "warehouse.duckdb"
WORD = 0xBF58476D1CE4E5B9  # by which DuckDB multiplies each word of a header for its checksum


def digest(home: Path) -> str:
    return hashlib.sha256((home / LIVE).read_bytes()).hexdigest()


def told(home: Path, sql: str) -> list[tuple]:
    with closing(warehouse.Home(home).open(home / LIVE, read_only=True)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def two_nights(small_home, nights, small, tmp_path_factory) -> Path:
    """A home after two nights: the file of the first is kept."""
    home = shutil.copytree(small_home, tmp_path_factory.mktemp("two") / "home")
    forked.sent(home, "2024-02")
    assert nights.run(home, project=small).code == 0
    return home


@pytest.fixture
def home(two_nights, tmp_path) -> Path:
    return shutil.copytree(two_nights, tmp_path / "home")


def written_by_a_newer_duckdb(path: Path) -> None:
    """The header as a later DuckDB writes it: another version, and the checksum that fits it."""
    data = bytearray(path.read_bytes())
    checksum, before = struct.unpack_from("<QQ", data, 0)
    data[12:16] = (69).to_bytes(4, "little")
    after = struct.unpack_from("<Q", data, 8)[0]
    struct.pack_into("<Q", data, 0, checksum ^ (before * WORD & 2**64 - 1) ^ (after * WORD & 2**64 - 1))
    path.write_bytes(data)


def flipped(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "flipped": lambda p: flipped(p, p.stat().st_size - 200_000),
    "cut": lambda p: os.truncate(p, p.stat().st_size // 2),
    "zeros": lambda p: p.write_bytes(bytes(p.stat().st_size)),
    "empty": lambda p: os.truncate(p, 0),
    "text": lambda p: p.write_text("this is no database\n" * 2000),
    "gone": lambda p: p.unlink(),
}


@pytest.mark.faults(102)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_night_builds_on_no_damaged_file_and_the_night_before_is_put_back(damage, home, night):
    DAMAGE[damage](home / LIVE)
    forked.sent(home, "2024-03")
    before = (home / LIVE).read_bytes() if damage != "gone" else None
    done = night()
    assert done.code == 4 and str(home / LIVE) in done.err
    assert done.err.rstrip().endswith("Run: warehouse restore --previous")
    assert ((home / LIVE).read_bytes() if damage != "gone" else None) == before
    assert list((home / "inbox").rglob("*.csv"))
    done = night("restore", "--previous")
    assert done.code == 0 and "1 file of the vault came later" in done.out, done
    kept = list(home.glob("warehouse.replaced-*.duckdb"))
    assert [p.read_bytes() for p in kept] == ([before] if before is not None else [])
    assert told(home, "select period from landing.submissions order by 1") == [("2024-01",)]


@pytest.mark.faults(102)
def test_after_the_night_before_was_put_back_the_next_night_takes_in_what_waits(home, night):
    forked.sent(home, "2024-03")
    previous.restore_previous(warehouse.Home(home))
    assert night().code == 0
    assert told(home, "select period from landing.submissions order by 1") == [("2024-01",), ("2024-03",)]


def is_refused(home, whole: dict) -> bool:
    """Whether the live file is; if not, nothing in it may differ."""
    try:
        previous.check(home)
    except Refusal as refused:
        return refused.code == 4
    assert previous.read_whole(home.open, home.live) == whole
    return False


@pytest.mark.faults(102)
def test_a_bit_flipped_anywhere_is_noticed_or_was_in_no_block_that_is_used(home):
    """Thirty places; the file is then refused, or every row of it is as it was."""
    ours = warehouse.Home(home)
    whole, chance = previous.read_whole(ours.open, ours.live), random.Random(102)
    size, noticed = ours.live.stat().st_size, 0
    for _ in range(30):
        at = chance.randrange(size)
        flipped(ours.live, at)
        noticed += is_refused(ours, whole)
        flipped(ours.live, at)
    previous.check(ours)
    assert noticed >= 15


@pytest.mark.faults(102)
def test_a_damaged_night_before_is_not_put_back(home, night):
    os.truncate(home / previous.PREVIOUS, 100_000)
    before = digest(home)
    done = night("restore", "--previous")
    assert (done.code, digest(home)) == (4, before)
    assert "Restore a backup" in done.err or "damaged" in done.err


@pytest.mark.faults(99)
def test_what_an_analyst_wrote_into_the_live_file_is_read_whole_and_no_damage(home):
    before = digest(home)
    with closing(warehouse_file.connect(home / LIVE, None)) as connection:
        connection.execute("create table main.mine as select 1 as i")
    assert digest(home) != before
    previous.check(warehouse.Home(home))


def test_of_what_is_erased_no_night_before_is_kept(home):
    live = home / LIVE
    previous.keep_previous(live, keep=False)
    assert not (home / previous.PREVIOUS).exists()


def test_a_link_cut_short_leaves_the_next_night_no_trouble(home):
    """Killed between the link and the rename, the night before is the live file itself, under two names."""
    live, kept = home / LIVE, home / previous.PREVIOUS
    for _ in range(2):
        previous.keep_previous(live)
    assert kept.samefile(live)
    assert not list(home.glob(".*.partial"))


@pytest.mark.faults(109)
def test_a_purge_that_is_not_told_to_do_it_deletes_nothing(home, night):
    before = digest(home)
    done = night("purge")
    assert (done.code, digest(home)) == (0, before)
    assert (home / previous.PREVIOUS).exists() and not (home / "certificates").exists()
    assert '"action":"purge planned","at"' in (home / "audit" / "audit.jsonl").read_text().splitlines()[-1]


@pytest.mark.faults(104)
def test_a_file_of_a_newer_duckdb_is_refused_and_says_so(home, night):
    written_by_a_newer_duckdb(home / LIVE)
    (home / previous.SEAL).write_text(digest(home))
    before = digest(home)
    for words in ((), ("query", "select 1")):
        done = night(*words)
        assert (done.code, digest(home)) == (4, before)
        assert "was written by a newer DuckDB than the" in done.err


@pytest.mark.faults(104)
def test_a_warehouse_of_a_newer_version_is_refused_and_says_so(home, night):
    with closing(warehouse_file.connect(home / LIVE, None)) as connection:
        connection.execute("insert into landing.format values (99, now())")
    before = digest(home)
    done = night()
    assert (done.code, digest(home)) == (4, before)
    assert done.err.startswith("The warehouse is of format 99, written by a newer version of the project")


@pytest.mark.faults(117)
def test_killed_while_upgrading_the_old_warehouse_is_live_and_the_next_night_upgrades_it(home, night):
    with closing(warehouse_file.connect(home / LIVE, None)) as connection:
        connection.execute("drop table landing.format")
        connection.execute("create table marts.mart_annual_report as select 1 as i")
    before = digest(home)
    assert night(env={"WAREHOUSE_FAILPOINT": "migrated:kill"}).code == -9
    assert digest(home) == before
    assert told(home, "select count(*) from marts.mart_annual_report") == [(1,)]
    assert night().code == 0
    assert told(home, "select max(version) from landing.format") == [(2,)]
    assert told(home, "from duckdb_tables() where table_name = 'mart_annual_report'") == []
    assert told(home, "select count(*) from landing.submissions") == [(2,)]


@pytest.fixture(scope="module")
def locked_home(nights, small, tmp_path_factory) -> Path:
    """A home with keys of its own and everything encrypted, after one night."""
    home = tmp_path_factory.mktemp("locked") / "home"
    forked.sent(home, "2024-01")
    (home / "settings.toml").write_text(PRODUCTION)
    for name in NAMES:
        warehouse.Home(home).keys.new(name)
    done = nights.run(home, project=small)
    assert (done.code, done.err) == (0, "")
    return home


@pytest.fixture
def locked(locked_home, tmp_path) -> Path:
    home = shutil.copytree(locked_home, tmp_path / "locked")
    forked.sent(home, "2024-02")
    return home


def untouched(home: Path, before: str) -> bool:
    """Nothing was opened: the file waits in the inbox, the vault has what it had, the live file is the same."""
    return (
        digest(home) == before
        and len(list((home / "inbox").rglob("*.csv"))) == 1
        and len(list((home / "vault").rglob("*.age"))) == 1
    )


@pytest.mark.faults(94)
@pytest.mark.parametrize("name", ["pseudonym", "warehouse", "vault"])
def test_without_a_key_no_file_is_opened(name, locked, nights, small):
    before = digest(locked)
    for path in (locked / "keys").glob(f"{name}.*"):
        path.unlink()
    done = nights.run(locked, project=small)
    assert done.code == 4 and f"warehouse key new {name}" in done.err, done
    assert untouched(locked, before)


@pytest.mark.faults(95)
def test_with_a_wrong_key_nothing_is_opened_and_nothing_written_in_the_clear(locked, nights, small):
    before = digest(locked)
    (locked / "keys" / "warehouse.key").write_text("ab" * 32)
    done = nights.run(locked, project=small)
    assert done.code == 4 and "does not open with the key `warehouse`" in done.err
    assert untouched(locked, before)
    assert {hashlib.sha256(p.read_bytes()).hexdigest() for p in (locked / "work").rglob("*.duckdb")} <= {
        before
    }


@pytest.mark.faults(96)
def test_without_the_extension_no_night_begins(locked, tmp_path):
    (tmp_path / "stub" / "duckdb_extension_httpfs").mkdir(parents=True)
    (tmp_path / "stub" / "duckdb_extension_httpfs" / "__init__.py").touch()
    before = digest(locked)
    done = subprocess.run(
        [sys.executable, "warehouse.py", "--home", str(locked), "nightly"],
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "stub")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4
    assert done.stderr.startswith("Encryption needs the package duckdb-extension-httpfs")
    assert untouched(locked, before)


@pytest.mark.faults(97)
@pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="what others see of a process, Linux tells"
)
def test_no_key_stands_in_a_command_line_an_environment_a_log_or_what_a_crash_leaves(
    locked, nights, small, tmp_path
):
    """Looked for in the midst of the build, among what dbt leaves, and after the night was killed there."""
    keys = warehouse.Home(locked).keys
    secrets = [keys.secret(name).encode() for name in NAMES]
    os.mkfifo(fifo := tmp_path / "fifo")
    held = {"WAREHOUSE_FAILPOINT": "built:hold", "WAREHOUSE_FAILPOINT_FIFO": str(fifo)}
    night = nights.start(locked, project=small, env=held)
    with ThreadPoolExecutor(1) as waiting:
        reached = waiting.submit(fifo.read_text)
        try:
            assert (
                reached.result(timeout=120) == "built"
            )  # no more than a guard: a night that ended never tells
        except TimeoutError:
            os.close(os.open(fifo, os.O_WRONLY))
            raise AssertionError(night.end()) from None
    shown = b"".join(p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if readable(p))
    shown += Path(f"/proc/{night.pid}/environ").read_bytes()
    os.kill(night.pid, 9)
    done = night.end()
    shown += f"{done.out}{done.err}".encode()
    written = [p for p in locked.rglob("*") if p.is_file() and p.parent.name != "keys"]
    assert any(p.is_relative_to(locked / "cache") for p in written)
    assert any(p.is_relative_to(locked / "work") for p in written)
    shown += b"".join(p.read_bytes() for p in written)
    assert [n for n, secret in zip(NAMES, secrets, strict=True) if secret in shown] == []


def readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


@pytest.mark.faults(101)
def test_keys_others_may_read_are_refused_and_the_database_is_closed_to_them(locked, nights, small):
    before = digest(locked)
    (locked / "keys" / "warehouse.key").chmod(0o644)
    done = nights.run(locked, project=small, umask=0o022)
    assert done.code == 4 and "may be read by others. Run: chmod 600" in done.err
    assert untouched(locked, before)
    (locked / "keys" / "warehouse.key").chmod(0o600)
    (locked / LIVE).chmod(0o644)
    assert nights.run(locked, "doctor").code == 4
    done = nights.run(locked, project=small, umask=0o022)
    assert (done.code, done.err) == (0, "")
    kept = [
        locked / LIVE,
        locked / previous.SEAL,
        *(locked / "vault").rglob("*.age"),
        *(locked / "audit").iterdir(),
    ]
    assert {p.name: oct(p.stat().st_mode & 0o077) for p in kept if p.stat().st_mode & 0o077} == {}
