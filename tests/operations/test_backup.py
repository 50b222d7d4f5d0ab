"""Copies: whole or not there, what did not change once, a changed byte named, and put back by the documented commands."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import warehouse
from expectations.standard import standard
from ingest import certificates, tables
from ingest.vault import Vault
from operations import audit, backup, backup_restore, backup_verify, copies, doctor_nights, previous
from operations.keys import NAMES
from operations.settings import PRODUCTION
from refusal import Refusal

HERE = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def lived_in(root: Path, text: str = PRODUCTION) -> warehouse.Home:
    """A home with something of everything in it, and no night: a warehouse, a file received, an audit, a release."""
    root.mkdir(mode=0o700)
    (root / "settings.toml").write_text(text)
    home = warehouse.Home(root)
    for name in NAMES:
        home.keys.new(name)
    with closing(home.open(home.live)) as connection:
        tables.create(connection, {"pol_incident": standard()["pol_incident"]})
        connection.execute("insert into landing.runs values ('r1', now(), now(), 'published', '0')")
        connection.execute("create table core.dim_days as select range as day from range(1000)")
    home.live.chmod(0o600)
    previous.note_hash(home.live, home.live)
    received(home, "first.csv", "a,b\n1,2\n")
    (home.releases / "2026").mkdir(parents=True)
    (home.releases / "2026" / "manifest.json").write_text("{}")
    home.note("night", rows=0)
    return home


def received(home: warehouse.Home, name: str, text: str) -> None:
    path = home.root.parent / name
    path.write_text(text)
    Vault(home.vault, home.keys.public("vault"), home.root.parent / "plain").keep(path)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[warehouse.Home, Path]:
    """A home and two copies of it, a day apart: to be read, or copied."""
    folder = tmp_path_factory.mktemp("made")
    home = lived_in(folder / "home")
    backup.make(home, folder / "copies")
    received(home, "second.csv", "a,b\n3,4\n")
    (first,) = copies.listed(folder / "copies")
    older(first, folder / "copies")
    backup.make(home, folder / "copies")
    return home, folder / "copies"


def older(path: Path, folder: Path, days: int = 1) -> Path:
    """A copy as if it had been made days before."""
    copy = copies.read(path)
    path.unlink()
    told = {**copy.__dict__, "made_at": (copy.at - timedelta(days=days)).strftime(copies.WHEN)}
    return copies.write(folder, copies.Copy(**told))


@pytest.fixture
def kept(made, tmp_path) -> tuple[warehouse.Home, Path]:
    """The same, to be changed."""
    home, folder = made
    shutil.copytree(home.root, tmp_path / "home")
    shutil.copytree(folder, tmp_path / "copies")
    return warehouse.Home(tmp_path / "home"), tmp_path / "copies"


def secret(home: warehouse.Home) -> str:
    return home.keys.secret("backup")


def contents(home: warehouse.Home) -> dict[str, bytes]:
    return {p.relative_to(home.root).as_posix(): p.read_bytes() for p in backup.sources(home)}


def refused(call, *args, **more) -> str:
    with pytest.raises(Refusal) as told:
        call(*args, **more)
    assert told.value.code == 4
    return str(told.value)


def problems(home: warehouse.Home, folder: Path, key: str | None = None) -> dict[str, tuple[str, ...]]:
    return {v.name: v.problems for v in backup_verify.verify(home, folder, key) if v.problems}


def run(home: warehouse.Home, *words: object):
    return CliRunner().invoke(warehouse.app, ["--home", str(home.root), *map(str, words)])


def test_what_did_not_change_is_copied_once(made):
    _, folder = made
    first, second = (copies.read(p) for p in copies.listed(folder))
    again = {f.path for f in second.files} & {f.path for f in first.files}
    changed = {f.path for f in second.files} - {f.path for f in first.files if f in second.files}
    assert len(again) == len(first.files) and len(second.files) == len(first.files) + 1
    assert {path.partition("/")[0] for path in changed} == {"audit", "vault"}
    objects = {p.stem for p in (folder / "objects").rglob("*.age")}
    assert objects == {f.locked_sha256 for c in (first, second) for f in c.files}
    assert not any(p.endswith(".key") for c in (first, second) for p in (f.path for f in c.files))
    assert {"keys/vault.pub", "settings.toml", "warehouse.duckdb", "audit/head"} < {
        f.path for f in second.files
    }


def test_nothing_of_a_home_can_be_read_in_a_copy(kept):
    home, folder = kept
    (home.releases / "2026" / "secret.txt").write_text("Quillfeather-Canary")
    backup.make(home, folder)
    assert not [p for p in folder.rglob("*") if p.is_file() and b"Quillfeather" in p.read_bytes()]


def test_the_public_half_is_enough_and_without_it_no_copy_is_made(kept, tmp_path):
    home, folder = kept
    (home.root / "keys" / "backup.key").unlink()
    assert backup.make(home, folder).files
    assert len(backup_verify.verify(home, folder)) == 2  # the last of its day stays
    (home.root / "keys" / "backup.pub").unlink()
    assert refused(backup.make, home, tmp_path / "other").endswith("Run: warehouse key new backup")
    done = run(home, "verify", folder, "--open")
    assert done.exit_code == 4 and "its keeper has it. Name its folder: --keys DIR." in done.stderr
    assert not (home.root / "keys" / "backup.key").exists()


@pytest.mark.faults(103)
def test_one_flipped_byte_anywhere_is_noticed_and_the_copy_named(kept):
    home, folder = kept
    assert problems(home, folder) == {}
    chance = random.Random(103)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size)
    flips = [(path, chance.randrange(path.stat().st_size)) for path in files for _ in range(4)]
    for path, at in flips:
        whole = path.read_bytes()
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :])
        found = problems(home, folder)
        holding = {
            p.stem for p in copies.listed(folder) if p == path or path.stem in p.read_text(errors="replace")
        }
        assert found.keys() == holding and holding, path
        path.write_bytes(whole)
    assert len(flips) >= 40 and problems(home, folder) == {}


@pytest.mark.faults(103)
def test_a_damaged_copy_is_told_by_the_command_and_not_restored(kept, tmp_path):
    home, folder = kept
    last = copies.listed(folder)[-1]
    copy = copies.read(last)
    (file,) = [f for f in copy.files if f.path == "warehouse.duckdb"]
    place = copies.place(folder, copy.recipient, file)
    place.write_bytes(place.read_bytes()[:-1])
    done = run(home, "verify", folder)
    assert done.exit_code == 4 and f"damaged  {last.stem}" in done.stdout and str(place) in done.stdout
    assert f"2 of 2 copies are damaged: {', '.join(p.stem for p in copies.listed(folder))}." in done.stderr
    done = run(home, "restore", folder, "--to", tmp_path / "new", "--keys", home.root / "keys")
    assert done.exit_code == 4 and "Nothing was changed." in done.stderr
    assert not (tmp_path / "new" / "warehouse.duckdb").exists()
    place.unlink()
    assert "is missing" in str(problems(home, folder))
    backup.make(home, folder)
    assert last.stem not in {p.stem for p in copies.listed(folder)}
    assert problems(home, folder).keys() == {copies.listed(folder)[0].stem}


def test_opened_a_copy_is_held_against_its_list(kept):
    home, folder = kept
    assert problems(home, folder, secret(home)) == {}
    last = copies.listed(folder)[-1]
    copy = copies.read(last)
    lied = {**copy.tables, "core.dim_days": [999, "0"]}
    last.unlink()
    path = copies.write(folder, copies.Copy(**{**copy.__dict__, "tables": lied}))
    (says,) = problems(home, folder, secret(home))[path.stem]
    assert says == "core.dim_days has 1,000 rows, the copy's list says 999, or others."
    assert not list(home.root.glob(".verify-*"))


def test_with_another_key_nothing_opens_and_that_is_said(kept):
    from operations.keys import fresh

    home, folder = kept
    says = str(problems(home, folder, fresh("backup")))
    assert "does not open with the key backup" in says


def test_a_copy_under_a_warehouse_key_that_was_changed_is_no_damaged_copy(kept):
    home, folder = kept
    assert run(home, "key", "rotate", "warehouse").exit_code == 0
    verdicts = backup_verify.verify(warehouse.Home(home.root), folder, secret(home))
    assert [v.problems for v in verdicts] == [(), ()]
    assert all("which was changed since" in v.remark for v in verdicts)


def words(block: str) -> str:
    """A block of the page as a shell runs it: `warehouse` is this checkout's."""
    return f'set -eu\nwarehouse() {{ "{sys.executable}" "{HERE / "warehouse.py"}" "$@"; }}\n{block}'


@pytest.mark.faults(103)
@pytest.mark.skipif(os.name != "posix", reason="the page's commands are a POSIX shell's")
def test_the_drill_everything_is_gone_and_comes_back_by_the_commands_of_the_page(tmp_path):
    page = (HERE / "docs" / "backup.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.S)
    home = lived_in(tmp_path / "home")
    shutil.copytree(home.root / "keys", tmp_path / "brought")
    (home.root / "keys" / "backup.key").unlink()
    (home.root / "keys" / "backup.pub").unlink()
    paths = {"WAREHOUSE_HOME": home.root, "COPIES": tmp_path / "copies", "KEYS": tmp_path / "brought"}
    environment = {**os.environ, **{name: str(path) for name, path in paths.items()}}
    before = contents(home)
    before.pop("keys/backup.pub", None)
    tables_before = previous.read_whole(home.open, home.live)
    for number, block in enumerate(blocks):
        if number == 1:
            shutil.copyfile(home.root / "keys" / "backup.key", tmp_path / "brought" / "backup.key")
        if number == 4:
            shutil.rmtree(home.root)
        done = subprocess.run(["sh", "-c", words(block)], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, (block, done.stdout, done.stderr)
    assert len(blocks) == 5
    after = {name: held for name, held in contents(home).items() if name.partition("/")[0] != "audit"}
    after.pop("keys/backup.pub")
    assert after == {name: held for name, held in before.items() if name.partition("/")[0] != "audit"}
    assert previous.read_whole(home.open, home.live) == tables_before
    assert audit.verify(home.audit).broken is None
    actions = [record["action"] for record in audit.told(home.audit, 0)]
    assert actions == ["night", "key new", "restore"]  # the copy itself is noted once it is made


def test_a_restored_home_is_its_copys_list(kept, tmp_path):
    home, folder = kept
    new = warehouse.Home(tmp_path / "new")
    restored = backup_restore.restore(new, folder, secret(home))
    copy = copies.read(copies.listed(folder)[-1])
    held = {f.path: previous.digest(new.root / f.path) for f in copy.files if not f.path.startswith("audit")}
    assert held == {f.path: f.sha256 for f in copy.files if not f.path.startswith("audit")}
    assert (restored.files, restored.rows) == (len(copy.files), copy.rows)
    assert "The key warehouse is missing" in restored.act_on  # it is in no copy
    modes = {p.stat().st_mode & 0o077 for p in new.root.rglob("*") if p.suffix not in (".pub", ".lock")}
    assert modes == {0}


def test_a_living_home_is_written_over_only_if_that_is_said(kept):
    home, folder = kept
    before = contents(home)
    says = refused(backup_restore.restore, home, folder, secret(home))
    assert "is a living home" in says and "--over" in says
    assert contents(home) == before
    done = run(home, "restore", folder, "--over")
    assert done.exit_code == 0, done.output
    (aside,) = home.root.glob("replaced-*")
    assert (aside / "warehouse.duckdb").read_bytes() == before["warehouse.duckdb"]
    (line,) = [x for x in doctor_nights.examine(warehouse.Home(home.root), NOW) if x.layer == "replaced"]
    assert line.state == "warn"
    assert run(home, "restore").exit_code == run(home, "restore", folder, "--previous").exit_code == 2


def test_an_older_copy_can_be_named(kept, tmp_path):
    home, folder = kept
    first = copies.listed(folder)[0]
    restored = backup_restore.restore(warehouse.Home(tmp_path / "new"), first, secret(home))
    assert restored.name == first.stem
    assert len(list((tmp_path / "new" / "vault").rglob("*.age"))) == 1


@pytest.mark.skipif(os.name != "posix", reason="a process is killed as POSIX kills")
@pytest.mark.parametrize("point", ["locked away:kill", "copied away:kill"])
def test_a_killed_backup_leaves_the_copies_there_were_and_the_next_clears_it(point, kept):
    home, folder = kept
    received(home, "third.csv", "a,b\n5,6\n")
    before = copies.listed(folder)
    line = [sys.executable, "warehouse.py", "--home", str(home.root), "backup", "--to", str(folder)]
    done = subprocess.run(
        line, cwd=HERE, env={**os.environ, "WAREHOUSE_FAILPOINT": point}, capture_output=True
    )
    assert done.returncode == -9
    assert copies.listed(folder) == before and problems(home, folder) == {}
    held = {f.locked_sha256 for p in before for f in copies.read(p).files}
    assert {p.stem for p in (folder / "objects").rglob("*.age")} - held
    backup.make(home, folder)
    held = {f.locked_sha256 for p in copies.listed(folder) for f in copies.read(p).files}
    assert {p.stem for p in (folder / "objects").rglob("*") if p.is_file()} == held


@pytest.mark.faults(102)
def test_a_damaged_warehouse_is_not_copied_over_good_copies(kept):
    home, folder = kept
    os.truncate(home.live, home.live.stat().st_size // 2)
    before = copies.listed(folder)
    assert "is damaged" in refused(backup.make, home, folder)
    assert copies.listed(folder) == before


def test_while_a_copys_list_is_damaged_nothing_is_thrown_away(kept):
    home, folder = kept
    first = copies.listed(folder)[0]
    first.write_bytes(first.read_bytes()[:-2] + b" }")
    before = {p.stem for p in (folder / "objects").rglob("*.age")}
    done = run(home, "backup", "--to", folder)
    assert done.exit_code == 1 and f"until {first.name} is taken out of the folder" in done.stderr
    assert before <= {p.stem for p in (folder / "objects").rglob("*.age")}


def test_a_folder_keeps_the_copies_of_one_home(made, tmp_path):
    _, folder = made
    (tmp_path / "b").mkdir()
    other = lived_in(tmp_path / "b" / "other")
    assert refused(backup.make, other, folder).startswith(f"{folder} keeps copies of another home.")


times = st.lists(st.datetimes(datetime(2025, 9, 1), datetime(2026, 11, 22, 3)), min_size=1, max_size=60)


@settings(max_examples=200, deadline=None)
@given(times.map(lambda ts: [t.replace(tzinfo=UTC) for t in ts]))
def test_which_copies_stay(made_at):
    stay = copies.staying(made_at, NOW)
    assert max(made_at) in stay and stay <= set(made_at)
    assert len(stay) <= copies.DAYS + copies.WEEKS + copies.MONTHS
    assert {t.date() for t in made_at if NOW - t < timedelta(days=6)} <= {t.date() for t in stay}
    longest = max(kept * every for _, kept, every in certificates.BACKUPS)
    assert all(NOW - t <= timedelta(days=longest) for t in stay - {max(made_at)})


def test_a_year_of_nights_leaves_seven_days_four_weeks_and_twelve_months():
    nights = [NOW - timedelta(days=n) for n in range(500)]
    kept: set[datetime] = set()
    for night in reversed(nights):
        kept = copies.staying([*kept, night], night)
    assert [(NOW - t).days for t in sorted(kept, reverse=True)] == [
        *(0, 1, 2, 3, 4, 5, 6, 7, 14, 21),  # the last: a Sunday, the last day of its week
        *(22, 53, 83, 114, 145, 175, 206, 236, 267, 295, 326),  # last days of months
    ]
    assert {("daily", 7, 1), ("weekly", 4, 7), ("monthly", 12, 31)} == set(certificates.BACKUPS)


def test_a_clock_that_leapt_throws_nothing_away(kept):
    home, folder = kept
    for path in copies.listed(folder):
        older(path, folder, days=400)
    before = copies.listed(folder)
    told = backup.make(home, folder)
    assert told.thrown_away == () and "is the clock right? Nothing was thrown away." in told.act_on[0]
    assert set(before) < set(copies.listed(folder))
    assert {p.stem for p in before} <= set(backup.make(home, folder).thrown_away)


def layers(home: warehouse.Home, now: datetime) -> dict[str, str]:
    return {line.layer: line.state for line in doctor_nights.examine(home, now)}


def test_the_doctor_tells_how_old_copies_are_and_when_they_were_verified(kept):
    home, folder = kept
    backup.remember(home, folder=str(folder), made_at=NOW.isoformat())
    lines = layers(home, NOW)
    assert (lines["backup"], lines["backup folder"], lines["verified"]) == ("ok", "warn", "warn")
    assert run(home, "verify", folder).exit_code == 0
    told = json.loads((home.root / backup.TOLD).read_text())
    assert layers(home, datetime.fromisoformat(told["verified_at"]))["verified"] == "ok"
    assert layers(home, NOW + timedelta(hours=27))["backup"] == "warn"
    shutil.rmtree(folder)
    assert layers(home, NOW)["backup folder"] == "fail"
    (home.root / backup.TOLD).unlink()
    assert layers(home, NOW)["backup"] == "warn"
