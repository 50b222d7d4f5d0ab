"""The audit: one chain whoever writes, every way of touching it is told, and no child's value in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from operations import audit, login
from operations.literals import without_literals
from refusal import Refusal

ROOT = Path(__file__).parents[2]
WRITE = (
    "import sys, time; from pathlib import Path; from operations.audit import note\n"
    "print('ready', flush=True); sys.stdin.readline()\n"
    "for n in range(int(sys.argv[3])):\n"
    "    note(Path(sys.argv[1]), 'query', by=sys.argv[2], n=n); time.sleep(0.002)"
)


@pytest.fixture
def folder(tmp_path) -> Path:
    """An audit of six lines."""
    for n in range(6):
        audit.note(tmp_path / "audit", "query", sql=f"select {n}", rows=n)
    return tmp_path / "audit"


def log(folder: Path) -> list[bytes]:
    return (folder / audit.LOG).read_bytes().splitlines(keepends=True)


def put(folder: Path, lines: list[bytes]) -> None:
    (folder / audit.LOG).write_bytes(b"".join(lines))


def made_again(line: bytes, **changes) -> bytes:
    """A line changed by someone who knows how its hash is made."""
    record = {**json.loads(line), **changes}
    return audit.canonical(record | {"sha256": audit._hash(record)}).encode() + b"\n"


def test_a_line_says_who_did_what_and_when(folder):
    told = [json.loads(line) for line in log(folder)]
    assert [r["seq"] for r in told] == [1, 2, 3, 4, 5, 6]
    assert (told[3]["action"], told[3]["facts"]) == ("query", {"sql": "select 3", "rows": 3})
    assert told[3]["person"] == login.person()
    assert told[3]["at"].endswith("+00:00")
    assert told[3]["previous"] == told[2]["sha256"]
    assert audit.verify(folder) == audit.Verdict(audit.Head(6, told[5]["sha256"]))


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_only_its_owner_may_read_it(folder):
    modes = {p.name: p.stat().st_mode & 0o777 for p in folder.iterdir()}
    assert (modes, folder.stat().st_mode & 0o777) == (dict.fromkeys(modes, 0o600), 0o700)


TOUCHED = {
    "a byte": (
        lambda x: [*x[:2], x[2].replace(b"select", b"SELECT"), *x[3:]],
        "Line 3 of the audit was changed.",
    ),
    "a blank added": (
        lambda x: [*x[:2], x[2].replace(b":", b": ", 1), *x[3:]],
        "Line 3 of the audit was changed.",
    ),
    "a line of rubbish": (lambda x: [*x[:2], b"\xff\n", *x[3:]], "Line 3 of the audit was changed."),
    "an empty line": (lambda x: [*x[:2], b"\n", *x[2:]], "Line 3 of the audit was changed."),
    "a number of another kind": (
        lambda x: [*x[:2], made_again(x[2], seq="3"), *x[3:]],
        "Line 3 of the audit was changed.",
    ),
    "a fact, its hash made again": (
        lambda x: [*x[:2], made_again(x[2], facts={}), *x[3:]],
        "Line 3 of the audit was changed, and its hash made again.",
    ),
    "the last fact, its hash made again": (
        lambda x: [*x[:5], made_again(x[5], facts={})],
        "Line 6 of the audit was changed, and its hash made again.",
    ),
    "a line left out": (lambda x: [*x[:2], *x[3:]], "Line 3 of the audit was removed."),
    "the first line left out": (lambda x: x[1:], "Line 1 of the audit was removed."),
    "two lines in each other's place": (
        lambda x: [*x[:2], x[3], x[2], *x[4:]],
        "Line 3 of the audit was moved.",
    ),
    "a line twice": (
        lambda x: [*x[:3], x[1], *x[3:]],
        "Line 4 of the audit stands out of its order: it is numbered 2.",
    ),
    "the end cut off": (lambda x: x[:4], "Lines 5 to 6 of the audit were removed from its end."),
    "the last line cut short": (
        lambda x: [*x[:5], x[5][:30]],
        "Lines 6 to 6 of the audit were removed from its end.",
    ),
    "everything": (lambda _: [], "Lines 1 to 6 of the audit were removed from its end."),
}


@pytest.mark.parametrize("what", TOUCHED)
def test_the_first_line_that_was_touched_is_named(folder, what):
    change, says = TOUCHED[what]
    put(folder, change(log(folder)))
    assert audit.verify(folder).broken == says


@pytest.mark.parametrize("what", ["the end cut off", "the last fact, its hash made again", "everything"])
def test_nothing_is_done_while_its_end_is_broken(folder, what):
    put(folder, TOUCHED[what][0](log(folder)))
    with pytest.raises(Refusal, match="Run: warehouse audit verify") as refused:
        audit.note(folder, "query")
    assert refused.value.code == 4


@pytest.mark.parametrize("text", ["", "rubbish", f"2 {'0' * 64}", None])
def test_a_head_that_was_touched_is_told(folder, text):
    head = folder / audit.HEAD
    head.unlink() if text is None else head.write_text(text)
    assert "The head of the audit was changed" in audit.verify(folder).broken
    with pytest.raises(Refusal, match="is broken"):
        audit.note(folder, "query")


def test_a_crash_between_a_line_and_its_head_is_mended(folder):
    before = (folder / audit.HEAD).read_text()
    audit.note(folder, "release")
    (folder / audit.HEAD).write_text(before)
    assert audit.verify(folder).broken is None
    assert (folder / audit.HEAD).read_text().startswith("7 ")
    (folder / audit.HEAD).write_text(before)
    audit.note(folder, "release")
    assert audit.verify(folder).head.seq == 8


def test_a_crash_within_the_first_line_of_all_is_mended(tmp_path):
    audit.note(tmp_path, "query")
    put(tmp_path, [log(tmp_path)[0][:20]])
    (tmp_path / audit.HEAD).unlink()
    assert audit.verify(tmp_path) == audit.Verdict(audit.Head())
    audit.note(tmp_path, "query")
    assert (audit.verify(tmp_path).broken, len(log(tmp_path))) == (None, 1)


def test_a_line_a_crash_left_unfinished_is_cut_off(folder):
    with (folder / audit.LOG).open("ab") as file:
        file.write(log(folder)[-1][:40])
    assert audit.verify(folder).broken is None
    audit.note(folder, "query", sql="select 7")
    assert [json.loads(line)["seq"] for line in log(folder)] == [1, 2, 3, 4, 5, 6, 7]
    assert audit.verify(folder).broken is None


def test_a_line_longer_than_is_read_at_once(folder):
    audit.note(folder, "query", sql="select " + "a, " * 40_000)
    audit.note(folder, "query")
    assert (audit.verify(folder).broken, audit.verify(folder).head.seq) == (None, 8)


def writer(folder: Path, by: str, lines: int) -> subprocess.Popen:
    """A process that is ready to write into the audit, and does when told."""
    command = [sys.executable, "-c", WRITE, str(folder), by, str(lines)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def test_processes_that_write_at_once_keep_one_chain(tmp_path):
    writers = [writer(tmp_path / "audit", str(by), 40) for by in range(3)]
    for w in writers:
        w.stdin.write("go\n")
        w.stdin.flush()
    assert [w.wait() for w in writers] == [0, 0, 0]
    told = [json.loads(line)["facts"] for line in log(tmp_path / "audit")]
    assert audit.verify(tmp_path / "audit").head.seq == 120
    assert [[f["n"] for f in told if f["by"] == by] for by in "012"] == [list(range(40))] * 3
    assert [f["by"] for f in told] != sorted(f["by"] for f in told)  # they did take turns


def test_a_writer_killed_at_any_moment_leaves_a_whole_chain(tmp_path):
    folder = tmp_path / "audit"
    for wait in (0.05, 0.02, 0.09, 0.03, 0.07):
        killed = writer(folder, "0", 100_000)
        killed.stdin.write("go\n")
        killed.stdin.flush()
        while not (folder / audit.HEAD).exists():
            pass
        before = audit.verify(folder).head.seq
        while audit.verify(folder).head.seq < before + 3:
            pass
        with pytest.raises(subprocess.TimeoutExpired):
            killed.wait(wait)
        killed.kill()
        killed.wait()
        assert audit.verify(folder).broken is None
    audit.note(folder, "query")


def test_where_it_cannot_be_written_nothing_is_done(tmp_path):
    (tmp_path / "audit").write_text("a file where the folder should be")
    with pytest.raises(Refusal, match="without it nothing is done") as refused:
        audit.note(tmp_path / "audit", "query")
    assert refused.value.code == 4


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (
            "select * from core.dim_children where sex = 'F'",
            "select * from core.dim_children where sex = '…'",
        ),
        ("where name = 'O''Neill' and a = 'b'", "where name = '…' and a = '…'"),
        (r"where name = E'O\'Neill' or a = 1", "where name = '…' or a = 1"),
        (r"where path = 'it\' or name = 'Smith'", "where path = '…' or name = '…'"),
        ("where name = $$Smith$$ and b = $a$x $$ y$a$", "where name = '…' and b = '…'"),
        ("where name = 'Smith", "where name = '…'"),
        ("where name = $$Smith", "where name = '…'"),
        ('select 1 as "Jane ""J"" Smith", "x', 'select 1 as "…", "…"'),
        ("select 1 -- it's Smith\nfrom t", "select 1 \nfrom t"),
        ("select /* Smith 'x */ 1 /* a /* b */ Smith */ from t", "select  from t"),
        ("select 1 /* Smith", "select 1 "),
        ("select '/*', name from t where n = '*/'", "select '…', name from t where n = '…'"),
        ("where nhs = 9990000018 and y = 2024 and t1 = 12", "where nhs = … and y = 2024 and t1 = 12"),
        ("where nhs in (999_000_0018, 99900000.18)", "where nhs in (…, …)"),
        ("where x = x'0f3a9b1c2d4e5f60'", "where x = x'…'"),
        ("where month = date '2009-03-01' and te'x'", "where month = date '…' and te'…'"),
    ],
)
def test_no_literal_of_a_query_stands_in_it(written, kept):
    assert without_literals(written) == kept


def test_what_somebody_wrote_is_struck_out_where_it_could_be_a_value(tmp_path):
    audit.note(
        tmp_path, "query", sql="select 'Smith'", purpose="about 999 000 0018, 2024", rows=1, as_at=None
    )
    assert json.loads(log(tmp_path)[0])["facts"] == {
        "sql": "select '…'",
        "purpose": "about …, 2024",
        "rows": 1,
    }


def test_who_runs_it_is_the_account_and_not_a_word_of_the_environment(monkeypatch):
    mine = login.person()
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME", "SUDO_USER", "SUDO_UID"):
        monkeypatch.setenv(name, "0")
    assert login.person() == mine != "0"


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps no such number")
def test_who_logged_in_stays_who_does_it_when_the_service_account_runs_it(tmp_path):
    (tmp_path / "loginuid").write_text("1234")
    assert login._logged_in(tmp_path / "loginuid") == 1234
    for nobody in ("4294967295", "", "x"):
        (tmp_path / "loginuid").write_text(nobody)
        assert login._logged_in(tmp_path / "loginuid") == os.getuid()
    assert login._logged_in(tmp_path / "not there") == os.getuid()
