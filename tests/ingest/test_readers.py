"""Readers of files: a process that reads is never left behind, and what it does to itself it does to one file."""

from __future__ import annotations

import csv
import io
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import apart, readers, reading_apart
from ingest.apart import Call, Fault, Limits, Overrun
from ingest.reading import Finding, Sent, Unreadable, as_csv

HERE = Path(__file__).parents[2]
AMPLE = Limits(2 << 30, 60, 1 << 20)
READS = """
import time
from ingest import apart

def main():
    workers = [apart.start() for _ in range(2)]
    for worker in workers:
        worker.send(apart.Limits(2 << 30, 600, 1 << 20), time.sleep, 600)
    print(*(worker.process.pid for worker in workers), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    main()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux tells of the end of a process by its number")
def test_a_reader_ends_with_the_process_that_started_it(tmp_path):
    """Killed, it can tell nobody: each reader notices by itself, however busy."""
    (tmp_path / "night.py").write_text(READS)
    line = [sys.executable, str(tmp_path / "night.py")]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True) as night:
        readers = [int(word) for word in night.stdout.readline().split()]
        ends = [os.pidfd_open(reader) for reader in readers]
        night.kill()
    try:
        assert len(readers) == 2
        for end in ends:
            assert select.select([end], [], [], 30)[0] == [end]
    finally:
        for end, reader in zip(ends, readers, strict=True):
            if not select.select([end], [], [], 0)[0]:
                os.kill(reader, 9)
            os.close(end)


# What really overruns: called in the process apart, found there by its name.
def fill_memory(*_) -> int:
    return len(bytearray(4 << 30))


def spin(*_) -> None:
    while True:
        pass


def wait() -> None:
    time.sleep(600)


def write_much(*given: Path) -> None:
    with given[-1].open("wb") as file:
        for _ in range(64):
            file.write(bytes(1 << 20))


def die(*_) -> None:
    os.kill(os.getpid(), signal.SIGABRT)


def fail() -> None:
    raise KeyError("Zephaba Quillenaba")


def environment() -> list[str]:
    return sorted(os.environ)


def printed(path: Path) -> str:
    print("Zephaba Quillenaba")
    return "done"


class Nasty:
    """Data that would have who reads it call something."""

    def __reduce__(self):
        return os.system, ("true",)


def nasty() -> Nasty:
    return Nasty()


linux = pytest.mark.skipif(not hasattr(signal, "SIGXCPU"), reason="Windows has no limits of this kind")


@linux
@pytest.mark.parametrize(
    ("limits", "function", "why"),
    [
        (AMPLE, fill_memory, "memory"),
        (Limits(2 << 30, 1, 1 << 20, patience=600), spin, "time"),
        (Limits(2 << 30, 1, 1 << 20, patience=1), wait, "time"),
        (AMPLE, write_much, "written"),
        (AMPLE, die, "death"),
        (AMPLE, nasty, "death"),
    ],
)
def test_what_overruns_is_ended_and_what_stands_beside_it_is_answered(limits, function, why, tmp_path):
    given = (tmp_path / "written",) if function is write_much else ()
    calls = [Call(AMPLE, len, ("ab",)), Call(limits, function, given), Call(AMPLE, len, ("abc",))]
    first, failed, last = apart.side_by_side(calls, 2)
    assert (first, last) == (2, 3)
    assert isinstance(failed, Overrun)
    assert failed.why == why


@pytest.mark.parametrize("name", ["says", "__init__", "new"])
def test_an_answer_changes_no_class_that_it_names(name):
    """What builds an object of a class sets attributes of the class itself where it is told to."""
    before = dict(vars(Finding))
    answer = f"cingest.reading\nFinding\n(N(S'{name}'\nS'spoilt'\ndtb.".encode()
    with pytest.raises(pickle.UnpicklingError, match="changes"):
        apart._Data(io.BytesIO(answer)).load()
    assert dict(vars(Finding)) == before


def test_a_fault_is_told_by_its_kind_and_never_by_its_words():
    (failed,) = apart.side_by_side([Call(AMPLE, fail)], 1)
    assert isinstance(failed, Fault)
    assert str(failed).startswith("KeyError, test_readers.py:")


def test_a_process_apart_has_no_key_in_its_environment_and_prints_nothing(monkeypatch, capfd, tmp_path):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    monkeypatch.setenv("WAREHOUSE_KEY", "secret")
    names, done = apart.side_by_side([Call(AMPLE, environment), Call(AMPLE, printed, (tmp_path,))], 2)
    assert done == "done"
    assert not [name for name in names if "KEY" in name or "CRED" in name or "HOME" in name]
    assert capfd.readouterr() == ("", "")


def test_nobody_waits_for_a_reader_when_who_asked_has_gone():
    """The night is stopped while files are read: what reads them ends with it."""
    asked = apart.side_by_side([Call(AMPLE, len, ("a",)), Call(AMPLE, wait)], 2)
    assert next(asked) == 1
    asked.close()


@linux
@pytest.mark.parametrize("why", reading_apart.OVERRAN)
def test_an_overrun_is_the_refusal_of_that_file(why, tmp_path, monkeypatch):
    sent = tmp_path / "sent.csv"
    sent.write_text("record_ref,incident_ref\n")
    overruns = {"memory": fill_memory, "time": spin, "written": write_much, "death": die}
    monkeypatch.setattr(reading_apart, "read", overruns[why])
    monkeypatch.setattr(reading_apart, "LEAST", Limits(1 << 30, 1, 1 << 20))
    parcel = readers.Parcel((Sent(sent, "sent.csv"),), None, None, "csv")
    (refused,) = reading_apart.read_all([parcel], [tmp_path / "written"])
    assert isinstance(refused, Unreadable)
    assert (refused.code, refused.says) == reading_apart.OVERRAN[why]


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_a_line_of_ours_is_the_line_of_the_csv_module(row):
    made = io.StringIO(newline="")
    csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(row)
    assert as_csv(row) == made.getvalue()
