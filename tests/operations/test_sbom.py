"""What it is made of: every locked package stands in the bill and on the page of licences, and no other."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import warehouse
from operations import sbom
from operations.commands import app
from refusal import Refusal

HERE = Path(__file__).parents[2]


def locked() -> set[tuple[str, str]]:
    """Name and version of every pin, read in another way than the bill reads them."""
    text = "".join((HERE / name).read_text("utf-8") for name in sbom.LOCKS)
    pins = [line.split()[0] for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    return {tuple(pin.rstrip(";\\").split("==")) for pin in pins}


@pytest.fixture(scope="module")
def bill() -> dict:
    return json.loads(sbom.bill(HERE))


def test_every_locked_package_is_on_the_page_of_licences_and_no_other():
    assert set(sbom.licences(HERE)) == {name for name, _ in locked()}


def test_the_page_says_what_the_packages_say():
    """Where a package names its licence in SPDX, the page has the same; all of it is well-formed SPDX."""
    from license_expression import get_spdx_licensing

    told, spdx = sbom.licences(HERE), get_spdx_licensing()
    said = {}
    for name in told:
        try:
            said[name] = importlib.metadata.metadata(name).get("License-Expression")
        except importlib.metadata.PackageNotFoundError:  # of another machine, or another Python
            continue
    assert {name: told[name] for name, licence in said.items() if licence} == {
        name: licence for name, licence in said.items() if licence
    }
    assert sum(licence is not None for licence in said.values()) > 50
    assert [name for name, licence in told.items() if spdx.validate(licence).errors] == []


def test_the_bill_names_every_package_with_its_hashes_and_its_licence(bill):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    parts = bill["components"]
    assert {(part["name"], part["version"]) for part in parts} == locked()
    hashes = {h["content"] for part in parts for h in part["hashes"]}
    lock = "".join((HERE / name).read_text("utf-8") for name in sbom.LOCKS)
    assert hashes == set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    assert all(len(part["licenses"]) == 1 and part["hashes"] for part in parts)
    duckdb = next(part for part in parts if part["name"] == "duckdb")
    assert (duckdb["purl"], duckdb["licenses"]) == (
        f"pkg:pypi/duckdb@{duckdb['version']}",
        [{"license": {"id": "MIT"}}],
    )
    assert bill["metadata"]["component"]["name"] == "south-yorkshire-core-data"
    assert "://" not in json.dumps(parts)


def test_the_same_locks_give_the_same_number(bill, tmp_path):
    here = checkout(tmp_path)
    assert json.loads(sbom.bill(here))["serialNumber"] == bill["serialNumber"]
    page = here / sbom.LICENCES
    page.write_text(page.read_text("utf-8") + "\n", "utf-8")
    assert json.loads(sbom.bill(here))["serialNumber"] != bill["serialNumber"]


def checkout(folder: Path) -> Path:
    (folder / "docs").mkdir()
    for name in (*sbom.LOCKS, sbom.LICENCES):
        shutil.copy(HERE / name, folder / name)
    return folder


def test_a_package_without_a_licence_stops_it(tmp_path):
    here = checkout(tmp_path)
    page = here / sbom.LICENCES
    page.write_text(page.read_text("utf-8").replace("| duckdb |", "| duckbd |"), "utf-8")
    with pytest.raises(Refusal, match=r"does not name the licence of duckdb\. Add it\.") as told:
        sbom.bill(here)
    assert told.value.code == 4


def test_without_its_locks_nothing_is_said(tmp_path):
    with pytest.raises(Refusal, match=r"requirements\.lock is not there"):
        sbom.bill(tmp_path)


def test_what_is_not_cyclonedx_is_our_fault():
    with pytest.raises(RuntimeError, match="not CycloneDX"):
        sbom._hold_against_schema('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}]}')


def test_the_command_writes_it(tmp_path, bill):
    out = tmp_path / "bill.json"
    done = CliRunner().invoke(app, ["sbom", "--out", str(out)], obj=warehouse.Home(tmp_path))
    assert json.loads(out.read_text("utf-8"))["serialNumber"] == bill["serialNumber"]
    count = len(bill["components"])
    assert (
        done.stdout
        == f"{out}: {count} packages, {sum(len(p['hashes']) for p in bill['components']):,} hashes.\n"
    )
