"""The inbox: who sent a file, when for, as what and when it came are read from the folders it lies in.

`inbox/<ORG>/[<period>/][<return>/][received-YYYY-MM-DD/]…/<file>`: each folder but the first is optional and
known by its form, so a file may be dropped by hand anywhere below its sender. One in a folder `confirmed` was held,
and a person said that it is right.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from expectations.standard import find
from ingest import periods
from refusal import Refusal

RECEIVED = re.compile(r"received-(\d{4}-\d\d-\d\d)")
CONFIRMED = "confirmed"
NOT_A_FILE = (
    "F012",
    "This is not a regular file (a link, device or pipe); it was not opened. Send the file itself.",
)
LOCKED = ("F012", "Who runs the night may not read this file. Give them permission to.")
NAMED = re.compile(r"SYCSE_(R\d\d[A-Z]?)_([A-Z0-9]{3})_([^_]+)_v(\d\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """A file in the inbox and what its place says of it; `name` is its path below the sender's folder."""

    path: Path
    name: str
    folder: Path
    organisation_code: str | None
    period: str | None
    return_code: str | None
    received_at: datetime | None
    problem: tuple[str, str] | None = None
    confirmed: bool = False
    seen: tuple[int, ...] = ()


@dataclass(frozen=True)
class SaidByName:
    """What a file's name says, where it is of the form SYCSE_<return>_<org>_<period>_v<nn>."""

    return_code: str | None = None
    organisation_code: str | None = None
    period: str | None = None


def said_by_name(name: str) -> SaidByName:
    """The standard's own file name read; an empty answer for any other name."""
    if m := NAMED.match(Path(name).name):
        return SaidByName(m[1].upper(), m[2].upper(), m[3] if periods.parse(m[3]) else None)
    return SaidByName()


def arrivals(inbox: Path, organisations: set[str]) -> list[Arrival]:
    """Every file below the senders' folders, in the order of when it came, then its path."""
    found = [a for folder in sorted(inbox.iterdir()) for a in _of_sender(folder, organisations)]
    late = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda a: (a.received_at or late, a.organisation_code or "", a.name))


def _of_sender(folder: Path, organisations: set[str]) -> Iterator[Arrival]:
    if folder.name.startswith("."):
        return
    if not _is_folder(folder) and not stat.S_ISREG(folder.lstat().st_mode):
        yield Arrival(folder, plain(folder.name), folder.parent, None, None, None, None, NOT_A_FILE)
        return
    if not folder.is_dir():
        says = f"The file lies outside any sender's folder. Move it to inbox/<{'|'.join(sorted(organisations))}>/."
        outside = Arrival(folder, plain(folder.name), folder.parent, None, None, None, None, ("F010", says))
        yield replace(outside, seen=_seen(folder))
        return
    known = folder.name.upper() in organisations
    for path in sorted(_below(folder)):
        arrival = of_file(path, folder, folder.name.upper() if known else None)
        if not known and not arrival.problem:
            says = f"{plain(folder.name)!r} is no organisation we know. Known: {', '.join(sorted(organisations))}."
            arrival = replace(arrival, problem=("F010", says))
        yield arrival


def _is_folder(path: Path) -> bool:
    """A folder itself: a link to one may lead anywhere."""
    return path.is_dir() and not path.is_symlink()


def _below(folder: Path) -> Iterator[Path]:
    """All that is no folder below one; Refusal (exit 4) for one that may not be entered, which would hide files."""
    try:
        inside = list(folder.iterdir())
    except FileNotFoundError:  # it went while we looked
        return
    except PermissionError:
        raise Refusal(
            f"{folder} may not be read. Give who runs the night permission to, then run again.", 4
        ) from None
    for path in inside:
        if _is_folder(path):
            yield from _below(path)
        elif not path.name.startswith("."):
            yield path


def plain(name: str) -> str:
    """A file's name as it can be kept and shown: without bytes that are no text, or what steers a terminal."""
    known = os.fsencode(name).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\ufffd" for c in known)


def _seen(path: Path) -> tuple[int, ...]:
    """What tells a file from another that takes its place."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def is_still_there(arrival: Arrival) -> bool:
    """Whether what lies in the inbox is what arrived, and not a newer file of its name."""
    return bool(arrival.seen) and _seen(arrival.path) == arrival.seen


def of_file(path: Path, sender: Path, organisation_code: str | None) -> Arrival:
    """An arrival from where the file lies below its sender's folder."""
    said: dict = {"period": None, "return_code": None, "received_at": None}
    problem = None
    for part in path.relative_to(sender).parts[:-1]:
        if m := RECEIVED.fullmatch(part):
            said["received_at"], problem = _day(m[1])
        elif periods.parse(part):
            said["period"] = part
        elif code := _return_code(part):
            said["return_code"] = code
    name = plain(path.relative_to(sender).as_posix())
    confirmed = CONFIRMED in path.relative_to(sender).parts[:-1]
    said |= {"problem": _problem(path) or problem, "confirmed": confirmed, "seen": _seen(path)}
    return Arrival(path, name, path.parent, organisation_code, **said)


def _problem(path: Path) -> tuple[str, str] | None:
    try:
        is_file = stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:  # the vault says so when it comes to it
        return None
    return NOT_A_FILE if not is_file else None if os.access(path, os.R_OK) else LOCKED


def _day(text: str) -> tuple[datetime | None, tuple[str, str] | None]:
    """A day in the name of a folder, or what is wrong with it."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC), None
    except ValueError:
        return None, ("F010", f"The folder received-{text} names no real date. Use received-YYYY-MM-DD.")


def _return_code(part: str) -> str | None:
    try:
        return find(part).code
    except KeyError:
        return None
