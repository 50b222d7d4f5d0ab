"""The doctor: what it says of each layer, and that it never calls one more than it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import warehouse
from ingest import next_keys
from ingest.sharing import Agreement, Agreements
from operations import doctor, doctor_nights
from operations.doctor_line import Line
from operations.settings import PRODUCTION
from operations.swap import Swap, swap


def seen(home) -> tuple[int, dict]:
    answer = CliRunner().invoke(warehouse.app, ["--home", str(home), "doctor", "--json"])
    return answer.exit_code, {line["layer"]: line for line in json.loads(answer.stdout)}


def run(home, *words) -> int:
    return CliRunner().invoke(warehouse.app, ["--home", str(home), *words]).exit_code


def test_the_demo_is_said_to_be_one(tmp_path):
    code, lines = seen(tmp_path)
    assert (code, lines["settings"]["state"]) == (0, "warn")
    assert "not encrypted" in lines["settings"]["says"]
    assert lines["disk"]["state"] == "warn"
    assert (lines["key warehouse"]["state"], lines["key warehouse"]["says"]) == (
        "ok",
        "Not needed: the warehouse file is not encrypted.",
    )
    assert lines["key vault"]["says"].startswith("Not made yet")
    assert lines["agreements"]["state"] == "ok"


def test_in_production_a_missing_key_fails_and_says_how_it_is_made(tmp_path):
    (tmp_path / "settings.toml").write_text(PRODUCTION)
    code, lines = seen(tmp_path)
    assert (code, lines["key warehouse"]["state"]) == (4, "fail")
    assert lines["key warehouse"]["mend"] == "warehouse key new warehouse"
    for name in ("pseudonym", "warehouse", "vault", "identity"):
        assert run(tmp_path, "key", "new", name) == 0
    code, lines = seen(tmp_path)
    assert (code, lines["key warehouse"]["state"], lines["keys"]["state"]) == (0, "ok", "warn")
    assert lines["spilled rows"]["says"].startswith("Encrypted")


def test_a_plain_warehouse_where_encryption_is_required_fails(tmp_path):
    home = warehouse.Home(tmp_path)
    home.open(home.live).close()
    home.live.chmod(0o600)
    assert seen(tmp_path)[1]["warehouse file"]["state"] == "warn"
    (tmp_path / "settings.toml").write_text(PRODUCTION)
    for name in ("pseudonym", "warehouse", "vault", "identity"):
        run(tmp_path, "key", "new", name)
    code, lines = seen(tmp_path)
    assert (code, lines["warehouse file"]["state"]) == (4, "fail")
    assert lines["warehouse file"]["mend"] == "warehouse key rotate warehouse"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_key_others_may_read_and_a_file_in_the_vault_that_is_plain_fail(tmp_path):
    home = warehouse.Home(tmp_path)
    home.keys.secret("pseudonym")
    (tmp_path / "keys" / "pseudonym.key").chmod(0o644)
    (home.vault / "ab").mkdir(parents=True)
    (home.vault / "ab" / "abcd").write_text("left by an older version")
    code, lines = seen(tmp_path)
    assert code == 4
    assert lines["key pseudonym"]["mend"].startswith("chmod 600")
    assert lines["vault"]["says"] == "1 of 1 files are not encrypted."


@pytest.mark.parametrize("name", ["pseudonym", "warehouse", "vault", "identity"])
def test_a_change_of_a_key_that_was_begun_is_told_with_what_ends_it(tmp_path, name):
    home = warehouse.Home(tmp_path)
    secret = next_keys.begin(home.keys, name)
    code, lines = seen(tmp_path)
    told = lines[f"next {name}"]
    assert (code, told["state"], told["mend"]) == (0, "warn", f"warehouse key rotate {name}")
    assert secret not in json.dumps(lines)
    next_keys.drop(home.keys, name)
    assert f"next {name}" not in seen(tmp_path)[1]


DAY = date(2026, 11, 22)


def agreement(ref: str, until: date, codes=None, fields=None, since=date(2000, 1, 1)) -> Agreement:
    return Agreement(ref, "ROT", codes and frozenset(codes), fields and frozenset(fields), since, until)


@pytest.mark.parametrize(
    ("agreements", "told"),
    [
        ([agreement("A", date(2026, 12, 22))], [("ok", "1, none of them ending within a month.")]),
        ([agreement("A", date(2026, 12, 21))], [("warn", "The agreement A ends on 2026-12-21.")]),
        ([agreement("A", DAY)], [("warn", "The agreement A ends on 2026-11-22.")]),
        ([agreement("A", date(2026, 11, 21))], [("fail", "A ended on 2026-11-21 and no other covers all")]),
        ([agreement("A", date(2020, 1, 1)), agreement("B", date(2036, 1, 1))], [("ok", "2, none")]),
        (
            [agreement("A", date(2020, 1, 1)), agreement("B", date(2036, 1, 1), codes=["R05"])],
            [("fail", "A ended on 2020-01-01")],
        ),
        (
            [
                agreement("A", date(2020, 1, 1), ["R05", "R14"], ["sex"]),
                agreement("B", date(2036, 1, 1), ["R05"], ["sex", "age"]),
                agreement("C", date(2026, 12, 1), ["R14"]),
            ],
            [("warn", "The agreement C ends on 2026-12-01.")],
        ),
        (
            [agreement("A", date(2020, 1, 1)), agreement("B", date(2036, 1, 1), since=date(2026, 11, 23))],
            [("fail", "A ended on 2020-01-01")],
        ),
    ],
)
def test_an_agreement_that_ends_soon_is_warned_of_and_one_that_is_missed_fails(agreements, told):
    lines = list(doctor.sharing(Agreements(tuple(agreements)), DAY))
    assert [
        (line.state, line.says.startswith(says)) for line, (_, says) in zip(lines, told, strict=True)
    ] == [(state, True) for state, _ in told]
    assert all(line.mend for line in lines if line.state != "ok")


@pytest.fixture
def machine(tmp_path):
    """A machine's /proc and /sys as far as they tell of swap: devices, each with files of its own."""

    def made(*places: str, **devices: dict[str, str]) -> Path:
        (tmp_path / "proc").mkdir()
        rows = "".join(f"{place}\tpartition\t8\t0\t-2\n" for place in places)
        (tmp_path / "proc" / "swaps").write_text(f"Filename\tType\tSize\tUsed\tPriority\n{rows}")
        for name, told in devices.items():
            for file, text in told.items():
                path = tmp_path / "sys" / "class" / "block" / name.replace("_", "-") / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        return tmp_path

    return made


LUKS, LVM = {"dm/uuid": "CRYPT-LUKS2-0-x\n"}, {"dm/uuid": "LVM-x\n"}


@pytest.mark.parametrize(
    ("places", "devices", "found"),
    [
        ([], {}, Swap((), ())),
        (["/dev/zram0"], {"zram0": {"backing_dev": "none\n"}}, Swap(("/dev/zram0",), ())),
        (["/dev/zram0"], {"zram0": {"backing_dev": "/dev/sda3\n"}}, Swap((), ("/dev/zram0",))),
        (
            ["/dev/dm-0", "/dev/sda2"],
            {"dm_0": LUKS, "sda2": {"size": "8"}},
            Swap(("/dev/dm-0",), ("/dev/sda2",)),
        ),
        (["/dev/dm-1"], {"dm_1": LVM}, Swap((), ("/dev/dm-1",))),
        (["/dev/dm-1"], {"dm_1": LVM | {"slaves/dm-0/dm/uuid": "CRYPT-PLAIN-x"}}, Swap(("/dev/dm-1",), ())),
        (
            ["/dev/dm-1"],
            {"dm_1": LVM | {"slaves/dm-0/dm/uuid": "CRYPT-PLAIN-x", "slaves/sda2/size": "8"}},
            Swap((), ("/dev/dm-1",)),
        ),
        (["/not\\040there"], {}, Swap((), ("/not there",))),
    ],
)
def test_swap_is_known_for_encrypted_only_where_the_machine_says_so(machine, places, devices, found):
    assert swap(machine(*places, **devices)) == found


@pytest.mark.skipif(os.name != "posix", reason="device numbers are POSIX's")
def test_a_swap_file_is_as_well_kept_as_the_disk_it_lies_on(machine):
    root = machine("/swap\\040file")
    (root / "swap file").touch()
    assert swap(root) == Swap((), ("/swap file",))
    under = (root / "swap file").stat().st_dev
    uuid = root / "sys" / "dev" / "block" / f"{os.major(under)}:{os.minor(under)}" / "dm" / "uuid"
    uuid.parent.mkdir(parents=True)
    uuid.write_text("CRYPT-LUKS2-x")
    assert swap(root) == Swap(("/swap file",), ())


def test_a_machine_that_does_not_tell_of_its_swap_is_said_not_to(tmp_path):
    assert swap(tmp_path) is None
    states = [
        line.state
        for s in (None, Swap((), ("x",)), Swap(("x",), ()), Swap((), ()))
        for line in doctor.swapping(s)
    ]
    assert states == ["warn", "warn", "ok", "ok"]
    (line,) = doctor.swapping(None)
    assert "does not tell" in line.says and line.mend.startswith("Ask the machine's keeper")


def test_it_never_says_that_the_encryption_meets_a_standard_it_does_not():
    from operations import doctor, warehouse_file

    told = " ".join(f"{module.__doc__}" for module in (doctor, warehouse_file))
    assert "FIPS" not in told and "does not yet meet the NIST" in " ".join(warehouse_file.__doc__.split())


NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def night_began(home, at: datetime) -> None:
    with closing(home.open(home.live)) as connection:
        connection.execute("create schema if not exists landing")
        connection.execute(
            "create or replace table landing.runs as select ?::timestamptz as started_at", [at]
        )
    home.live.chmod(0o600)


def of_nights(home, now: datetime = NOW) -> dict[str, Line]:
    return {line.layer: line for line in doctor_nights.examine(home, now)}


def test_of_a_home_without_a_night_it_says_what_is_to_be_done(tmp_path):
    lines = of_nights(warehouse.Home(tmp_path))
    assert (lines["last night"].state, lines["last night"].mend) == ("warn", "warehouse nightly")
    assert (lines["backup"].state, lines["lock"].state, lines["leftovers"].state) == ("warn", "ok", "ok")
    assert lines["schedule"].mend.startswith("warehouse schedule print")
    assert "duckdb 1." in lines["versions"].says
    assert all(line.mend for line in lines.values() if line.state != "ok")


@pytest.mark.parametrize(
    ("began", "night", "clock"),
    [
        (NOW - timedelta(hours=6), "ok", "ok"),
        (NOW - timedelta(hours=26, minutes=1), "warn", "ok"),
        (NOW + timedelta(days=1), "ok", "warn"),
        (NOW - timedelta(days=500), "warn", "warn"),
    ],
)
def test_an_old_night_and_a_clock_that_cannot_be_right_are_warned_of(tmp_path, began, night, clock):
    home = warehouse.Home(tmp_path)
    night_began(home, began)
    lines = of_nights(home)
    assert (lines["last night"].state, lines["clock"].state) == (night, clock)


@pytest.mark.skipif(os.name != "posix", reason="processes are looked for as POSIX does")
def test_a_night_at_work_is_no_fault_and_what_a_killed_one_left_is_told(tmp_path):
    home = warehouse.Home(tmp_path)
    home.work.mkdir(mode=0o700)
    holder = tmp_path / "night.holder.json"
    told = {"run_id": "r1", "since": "2026-11-22T01:12:00+00:00"}
    holder.write_text(json.dumps({**told, "pid": os.getpid()}))
    lines = of_nights(home)
    assert (lines["lock"].state, lines["leftovers"].state) == ("ok", "ok")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    holder.write_text(json.dumps({**told, "pid": gone.pid}))
    (tmp_path / "warehouse.replaced-r0.duckdb").touch()
    lines = of_nights(home)
    assert lines["lock"].says == "Run r1 was killed. Nothing it did was published; the lock is free."
    assert (lines["leftovers"].state, lines["leftovers"].mend) == ("warn", "warehouse nightly")
    assert "warehouse.replaced-r0.duckdb" in lines["replaced"].mend


@pytest.mark.faults(101)
@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_folder_others_may_enter_fails_with_real_data_and_is_named(tmp_path):
    for name in ("vault", "inbox"):
        (tmp_path / name).mkdir(mode=0o700)
    (line,) = doctor_nights.permissions(tmp_path, is_real=True)
    assert line.state == "ok"
    (tmp_path / "vault").chmod(0o750)
    (line,) = doctor_nights.permissions(tmp_path, is_real=True)
    assert (line.state, line.mend) == ("fail", f"chmod 700 {tmp_path / 'vault'}")
    (line,) = doctor_nights.permissions(tmp_path, is_real=False)
    assert line.state == "warn"
    (tmp_path / "vault").chmod(0o700)
    (tmp_path / "inbox").chmod(0o770)  # who brings files may be of a group
    assert [line.state for line in doctor_nights.permissions(tmp_path, is_real=True)] == ["ok"]


def test_too_little_room_fails(tmp_path, monkeypatch):
    home = warehouse.Home(tmp_path)
    night_began(home, NOW)
    monkeypatch.setattr(doctor_nights, "ROOM", 1 << 40)
    assert of_nights(home)["room"].state == "fail"


@pytest.mark.faults(102)
def test_a_live_file_that_is_damaged_or_gone_fails_with_the_way_back(tmp_path):
    home = warehouse.Home(tmp_path)
    night_began(home, NOW)
    (tmp_path / "warehouse.sha256").write_text("0")
    assert seen(tmp_path)[1]["warehouse file"]["state"] == "warn"  # read from end to end: only in the clear
    os.truncate(home.live, home.live.stat().st_size // 2)
    code, lines = seen(tmp_path)
    assert (code, lines["warehouse file"]["mend"]) == (4, "warehouse restore --previous")
    home.live.unlink()
    assert seen(tmp_path)[1]["warehouse file"]["mend"] == "warehouse restore --previous"
