"""The warehouse file: nothing of it can be read without its key, nor of what it spills, nor of what is not yet in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from operations import warehouse_file
from operations.keys import fresh
from refusal import Refusal

HERE = Path(__file__).parent.parent.parent
CANARY = "Quillfeather-Canary"
KEY = "5a" * 32


def made(path: Path, key: str | None) -> None:
    connection = warehouse_file.connect(path, key)
    connection.execute("pragma force_compression = 'uncompressed'")  # else no byte of it could be known again
    connection.execute(f"create table t as select '{CANARY} ' || i as name from range(5000) as r(i)")
    connection.close()


def refused(path: Path, key: str | None) -> str:
    with pytest.raises(Refusal) as told:
        warehouse_file.connect(path, key)
    assert told.value.code == 4
    return str(told.value)


def holds(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]


def test_nothing_can_be_read_in_the_file_or_its_log(tmp_path):
    made(tmp_path / "w.duckdb", KEY)
    assert holds(tmp_path) == []
    made(tmp_path / "plain.duckdb", None)
    assert holds(tmp_path) == ["plain.duckdb"]


def test_the_right_key_opens_it_and_no_other(tmp_path):
    path = tmp_path / "w.duckdb"
    made(path, KEY)
    connection = warehouse_file.connect(path, KEY, read_only=True)
    assert connection.execute("select count(*) from t").fetchall() == [(5000,)]
    connection.close()
    assert refused(path, fresh("warehouse")) == (
        f"{path} does not open with the key `warehouse`. Put the right key back; no other opens it."
    )
    assert 'Set encryption = "required"' in refused(path, None)


def test_a_plain_file_is_not_taken_for_an_encrypted_one(tmp_path):
    made(tmp_path / "w.duckdb", None)
    assert refused(tmp_path / "w.duckdb", KEY).endswith("Run: warehouse key rotate warehouse")


def test_a_flipped_bit_is_noticed(tmp_path):
    path = tmp_path / "w.duckdb"
    made(path, KEY)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(Exception, match=r"tag differs|cannot be opened|[Cc]hecksum|[Cc]orrupt"):
        warehouse_file.connect(path, KEY).execute("select max(name) from t").fetchall()


def test_without_the_extension_nothing_is_opened_or_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb_extension_httpfs", None)
    assert refused(tmp_path / "w.duckdb", KEY).startswith(
        "Encryption needs the package duckdb-extension-httpfs"
    )
    assert list(tmp_path.iterdir()) == []


SPILL = """
import sys
from pathlib import Path
from operations import warehouse_file
connection = warehouse_file.connect(Path(sys.argv[1]), sys.argv[2] or None)
connection.execute("set memory_limit = '64MB'; set threads = 1")
connection.execute("create temp table big as select '{canary} ' || hash(i) || hash(i + 1) as name from range(3000000) as r(i)")
print("spilled", flush=True)
sys.stdin.read()
"""


@pytest.mark.faults(106)
@pytest.mark.skipif(os.name != "posix", reason="a process is killed as POSIX kills")
@pytest.mark.parametrize(("key", "readable"), [(KEY, False), ("", True)])
def test_what_spills_is_as_well_kept_as_the_file_even_of_a_killed_process(tmp_path, key, readable):
    script = SPILL.format(canary=CANARY)
    line = [sys.executable, "-c", script, str(tmp_path / "w.duckdb"), key]
    with subprocess.Popen(
        line, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "spilled\n"
        process.send_signal(signal.SIGKILL)
    left = list((tmp_path / "w.duckdb.tmp").iterdir())
    assert left and sum(p.stat().st_size for p in left) > 1 << 20
    assert bool(holds(tmp_path)) is readable


def test_the_key_is_in_no_log_of_dbts_nor_in_the_environment(tmp_path):
    from operations import build

    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: core_data_set\nversion: '1.0'\nprofile: warehouse\n")
    (project / "models" / "one.sql").write_text(f"select '{CANARY}' as name")
    (project / "profiles.yml").write_bytes((HERE / "dbt_project" / "profiles.yml").read_bytes())
    path = tmp_path / "w.duckdb"
    made(path, KEY)
    assert build.build(project, path, tmp_path / "target", key=KEY).nodes == 1
    connection = warehouse_file.connect(path, KEY, read_only=True)
    assert connection.execute("select * from main.one").fetchall() == [("Quillfeather-Canary",)]
    connection.close()
    assert KEY not in str(os.environ)
    written = [p for p in (tmp_path / "target").rglob("*") if p.is_file()]
    assert written and not [p for p in written if KEY.encode() in p.read_bytes()]
