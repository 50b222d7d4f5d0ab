"""The doctor: what it says of each layer, and that it never calls one more than it is."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import warehouse
from ingest import next_keys
from ingest.sharing import Agreement, Agreements
from operations import doctor
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
