"""Verifying backups: every byte of every copy is read; with the secret half of the key, also opened and counted."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from on_disk import new_file
from operations import backup, copies, previous
from operations.copies import Copy, File
from refusal import Refusal

WAREHOUSE = "warehouse.duckdb"


@dataclass(frozen=True)
class Verdict:
    """One copy: how much there is of it, and in sentences what is wrong; nothing where it is whole.

    `remark` says what could not be looked at, though nothing is known to be wrong with it.
    """

    name: str
    files: int
    bytes: int
    rows: int
    problems: tuple[str, ...] = ()
    remark: str = ""


def verify(home, folder: Path, secret: str | None = None, step=lambda *_: None) -> list[Verdict]:
    """Read every byte of every copy in a folder; given the secret half, open each and compare it with its list.

    Refusal (exit 4) where there is no copy. A file that several copies share is read once.
    """
    paths = copies.listed(folder)
    if not paths:
        raise Refusal(f"There is no copy in {folder}. Run: warehouse backup --to {folder}", 4)
    read: dict[Path, str] = {}
    found = []
    with _room(home, secret) as room:
        for number, path in enumerate(paths, 1):
            found += _of_copy(home, folder, path, secret, room, read)
            step("verifying", number, len(paths))
    if not any(v.problems for v in found):
        backup.remember(home, verified_at=datetime.now(UTC).isoformat(timespec="seconds"), folder=str(folder))
    return found


@contextmanager
def _room(home, secret: str | None) -> Iterator[Path | None]:
    """Where a copy is opened: below the home, only its owner may enter, gone at the end."""
    if secret is None:
        yield None
        return
    home.root.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=".verify-", dir=home.root))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _of_copy(home, folder: Path, path: Path, secret, room, read: dict[Path, str]) -> list[Verdict]:
    try:
        copy = copies.read(path)
    except Refusal as problem:
        return [Verdict(path.stem, 0, 0, 0, (str(problem),))]
    except FileNotFoundError:  # a backup has thrown it away meanwhile
        return []
    wrong = [says for file in copy.files if (says := _wrong(folder, copy, file, read))]
    remark = ""
    if secret is not None and not wrong:
        remark = _another_key(home, copy)
        wrong = list(_opened(home, folder, copy, secret, room, None if remark else home.open))
    size = sum(f.locked_size for f in copy.files)
    return [Verdict(path.stem, len(copy.files), size, copy.rows, tuple(wrong), remark)]


def _another_key(home, copy: Copy) -> str:
    """Whether the warehouse of a copy opens with a key that was changed since: its keeper has it."""
    was, key = copy.versions.get("warehouse key"), home.warehouse_key
    if was == (home.key_id(key) if key else "none"):
        return ""
    return f"Its tables were not counted: they open with the key warehouse {was}, which was changed since."


def _wrong(folder: Path, copy: Copy, file: File, read: dict[Path, str]) -> str | None:
    place = copies.place(folder, copy.recipient, file)
    if place not in read:
        read[place] = _judged(place, file)
    return f"{file.path}: {read[place]}" if read[place] else None


def _judged(place: Path, file: File) -> str:
    mend = "Take it away: the next backup copies it again, if the home still has it."
    try:
        if place.stat().st_size == file.locked_size and previous.digest(place) == file.locked_sha256:
            return ""
    except FileNotFoundError:
        return f"{place} is missing. The next backup copies it again, if the home still has it."
    return f"{place} is damaged. {mend}"


def _opened(home, folder: Path, copy: Copy, secret: str, room: Path, opened) -> Iterator[str]:
    """What does not open, or is not in plain what the list says; the warehouse is opened read only and counted."""
    for file in copy.files:
        if says := unlock(home, copies.place(folder, copy.recipient, file), room / "plain", secret, file):
            yield f"{file.path}: {says}"
        elif file.path == WAREHOUSE and opened:
            yield from differences(opened, room / "plain", copy)


def unlock(home, place: Path, to: Path, secret: str, file: File) -> str | None:
    """Write a file of a copy in plain, only its owner may read it → what is wrong with it, or None."""
    try:
        with new_file(to) as sink:
            plain = home.sealing.decrypt(place, sink, secret, name=backup.NAME)
    except Refusal as problem:
        return str(problem)
    return None if plain.sha256 == file.sha256 else f"{place} is not in plain what the copy's list says."


def differences(opened, path: Path, copy: Copy) -> Iterator[str]:
    """Tables of a warehouse file that are not as the list of its copy says: their rows, and what is in them.

    `opened` opens it. What is in them is compared by a hash of DuckDB's own: only with the DuckDB of the copy.
    """
    import duckdb

    try:
        found = previous.read_whole(opened, path)
    except Refusal as problem:
        yield str(problem)
        return
    same = copy.versions.get("duckdb") == duckdb.__version__
    for table in sorted(found.keys() | copy.tables.keys()):
        ours, theirs = found.get(table), copy.tables.get(table)
        if ours != theirs and (same or (ours or [0])[0] != (theirs or [0])[0]):
            yield f"{table} has {(ours or [0])[0]:,} rows, the copy's list says {(theirs or [0])[0]:,}, or others."
