"""The doctor: what it says of each layer, and that it never calls one more than it is."""

from __future__ import annotations

import json
import os

import pytest
from typer.testing import CliRunner

import warehouse
from operations.settings import PRODUCTION


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


def test_it_never_says_that_the_encryption_meets_a_standard_it_does_not():
    from operations import doctor, warehouse_file

    told = " ".join(f"{module.__doc__}" for module in (doctor, warehouse_file))
    assert "FIPS" not in told and "does not yet meet the NIST" in " ".join(warehouse_file.__doc__.split())
