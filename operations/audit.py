"""Who did what: line below line, each with the hash of the one before; none is ever changed or removed.

`audit.jsonl` holds the lines; `head`, written after each, the number and hash of the last one, so that lines
cut off at the end are missed too. Values of children never stand in it: a query's literals are struck out.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import failpoint
from on_disk import put
from operations.literals import without_literals, without_numbers
from operations.login import person
from refusal import Refusal

LOG, HEAD, LOCK = "audit.jsonl", "head", "lock"
STRUCK = {"sql": without_literals, "purpose": without_numbers}
KEYS = {"seq", "at", "person", "action", "facts", "previous", "sha256"}
PATIENCE = 60  # seconds a line waits for another to be written


@dataclass(frozen=True)
class Head:
    """Where the chain ends: the number of its last line and that line's hash."""

    seq: int = 0
    sha256: str = "0" * 64


@dataclass(frozen=True)
class Verdict:
    """How far the chain is whole; `broken` says in a sentence what is wrong, None where nothing is."""

    head: Head
    broken: str | None = None


def note(folder: Path, action: str, /, **facts) -> None:
    """Write one line, safely on disk before this returns; Refusal (exit 4) where that cannot be done.

    The facts `sql` and `purpose` may be given as somebody wrote them: what could be a value is struck out.
    """
    facts = {name: STRUCK.get(name, _as_it_is)(fact) for name, fact in facts.items() if fact is not None}
    told = {"at": datetime.now(UTC).isoformat(), "person": person(), "action": action, "facts": facts}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        with _held(folder):
            _append(folder, _standing(folder), told)
    except OSError as problem:
        raise Refusal(
            f"The audit in {folder} cannot be written ({problem.strerror}); without it nothing is done.", 4
        ) from None


def _as_it_is(fact: object) -> object:
    return fact


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / LOCK, timeout=PATIENCE, mode=0o600, poll_interval=0.01):
            yield
    except Timeout:
        raise Refusal(
            f"The audit in {folder} is held by another process. Wait for it to end, run this again.", 4
        ) from None


def canonical(record: dict) -> str:
    """A record as text in the one way it is ever written."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), default=str)


def _hash(record: dict) -> str:
    own = {name: value for name, value in record.items() if name != "sha256"}
    return hashlib.sha256((str(record["previous"]) + canonical(own)).encode()).hexdigest()


def _append(folder: Path, last: Head, told: dict) -> None:
    record = {"seq": last.seq + 1, **told, "previous": last.sha256}
    record["sha256"] = _hash(record)
    with os.fdopen(os.open(folder / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
        log.write(canonical(record).encode("ascii") + b"\n")
        log.flush()
        os.fsync(log.fileno())
    (folder / LOG).chmod(0o600)
    failpoint.reach("noting")
    _write_head(folder, Head(record["seq"], record["sha256"]))


def _write_head(folder: Path, head: Head) -> None:
    put(folder / HEAD, f"{head.seq} {head.sha256}\n".encode())


def _read_head(folder: Path) -> Head:
    """The head; ValueError where there is something else in its file."""
    path = folder / HEAD
    if not path.exists():
        return Head()
    seq, sha256 = path.read_text("ascii", errors="replace").split()
    return Head(int(seq), sha256)


def _standing(folder: Path) -> Head:
    """Where the next line is to be added; what a crash left unfinished is mended, what is broken is refused.

    A line without its end was never finished; a whole one beyond the head lacks only its head.
    """
    try:
        head, (line, end) = _read_head(folder), _last_line(folder / LOG)
        record = _record(line) if line else None
        last = Head(record["seq"], record["sha256"]) if record else Head()
        ahead = record is not None and (record["seq"] - 1, record["previous"]) == (head.seq, head.sha256)
        if (line and not record) or not (last == head or ahead):
            raise ValueError
    except ValueError:
        raise Refusal(
            f"The audit in {folder} is broken; without it nothing is done. Run: warehouse audit verify", 4
        ) from None
    if (folder / LOG).exists() and (folder / LOG).stat().st_size > end:
        os.truncate(folder / LOG, end)
    return last


def _last_line(log: Path) -> tuple[bytes, int]:
    """The last finished line, and where it ends; (b"", 0) where there is none."""
    size = log.stat().st_size if log.exists() else 0
    reach = 4096
    while size:
        with log.open("rb") as file:
            begin = file.seek(max(0, size - reach))
            read = file.read()
        end = read.rfind(b"\n")
        start = read.rfind(b"\n", 0, max(end, 0))
        if begin == 0 or start >= 0:
            return (read[start + 1 : end], begin + end + 1) if end >= 0 else (b"", 0)
        reach *= 8
    return b"", 0


def _record(line: bytes) -> dict | None:
    """The record of a line; None where a byte of it is not as it was written."""
    try:
        record = json.loads(line)
        whole = set(record) == KEYS and canonical(record).encode("ascii") == line
        whole = whole and type(record["seq"]) is int
    except (ValueError, TypeError):
        return None
    return record if whole and record["sha256"] == _hash(record) else None


def lines(folder: Path) -> Iterator[bytes]:
    """Every finished line, without its end."""
    if (folder / LOG).exists():
        with (folder / LOG).open("rb") as log:
            yield from (line[:-1] for line in log if line.endswith(b"\n"))


def told(folder: Path, last: int) -> list[dict]:
    """The last records as they stand, or all where `last` is 0; one that cannot be read is left to `verify`."""
    found: deque[dict] = deque(maxlen=last or None)
    for line in lines(folder):
        if record := _record(line):
            found.append(record)
    return list(found)


def verify(folder: Path) -> Verdict:
    """Follow the chain from its first line to its head; the first line that is not as it was written is named."""
    if not folder.exists():
        return Verdict(Head())
    with _held(folder):
        last = before = Head()
        for number, line in enumerate(lines(folder), 1):
            record = _record(line)
            if broken := _wrong(folder, number, record, last):
                return Verdict(last, broken)
            last, before = Head(record["seq"], record["sha256"]), last
        return Verdict(last, _wrong_end(folder, last, before))


def _wrong(folder: Path, number: int, record: dict | None, last: Head) -> str | None:
    if record is None:
        return f"Line {number} of the audit was changed."
    if record["seq"] > number:
        later = (_record(line) for line in lines(folder))
        moved = any(r and r["seq"] == number for r in later)
        return f"Line {number} of the audit was {'moved' if moved else 'removed'}."
    if record["seq"] < number:
        return f"Line {number} of the audit stands out of its order: it is numbered {record['seq']}."
    if record["previous"] != last.sha256:
        return f"Line {max(number - 1, 1)} of the audit was changed, and its hash made again."
    return None


def _wrong_end(folder: Path, last: Head, before: Head) -> str | None:
    """What the head misses; a head one line behind is a crash between the two, and is put right."""
    try:
        head = _read_head(folder)
    except ValueError:
        return "The head of the audit was changed: it cannot be read."
    if head.seq > last.seq:
        return f"Lines {last.seq + 1} to {head.seq} of the audit were removed from its end."
    if head == before and last.seq == head.seq + 1:
        _write_head(folder, last)
        return None
    if head.seq < last.seq:
        return f"The head of the audit was changed: it names line {head.seq}, the last is {last.seq}."
    return None if head == last else f"Line {last.seq} of the audit was changed, and its hash made again."
