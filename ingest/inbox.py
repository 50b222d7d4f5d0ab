"""The inbox: who sent a file, when for, as what and when it came are read from the folders it lies in.

`inbox/<ORG>/[<period>/][<return>/][received-YYYY-MM-DD/]…/<file>`: each folder but the first is optional and
known by its form, so a file may be dropped by hand anywhere below its sender.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from expectations.standard import find
from ingest import periods
from refusal import Refusal

RECEIVED = re.compile(r"received-(\d{4}-\d\d-\d\d)")
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
    if not folder.is_dir():
        says = f"The file lies outside any sender's folder. Move it to inbox/<{'|'.join(sorted(organisations))}>/."
        yield Arrival(folder, folder.name, folder.parent, None, None, None, None, ("F010", says))
        return
    known = folder.name.upper() in organisations
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or (path.is_dir() and not path.is_symlink()):
            continue
        arrival = of_file(path, folder, folder.name.upper() if known else None)
        if not known:
            says = f"{folder.name!r} is no organisation we know. Known: {', '.join(sorted(organisations))}."
            arrival = Arrival(**{**arrival.__dict__, "problem": ("F010", says)})
        yield arrival


def of_file(path: Path, sender: Path, organisation_code: str | None) -> Arrival:
    """An arrival from where the file lies below its sender's folder."""
    said: dict = {"period": None, "return_code": None, "received_at": None}
    for part in path.relative_to(sender).parts[:-1]:
        if m := RECEIVED.fullmatch(part):
            said["received_at"] = _day(m[1], path)
        elif periods.parse(part):
            said["period"] = part
        elif code := _return_code(part):
            said["return_code"] = code
    problem = None
    if not stat.S_ISREG(path.lstat().st_mode):
        problem = ("F012", "This is not a regular file (a link, device or pipe); it was not opened.")
    name = path.relative_to(sender).as_posix()
    return Arrival(path, name, path.parent, organisation_code, **said, problem=problem)


def _day(text: str, path: Path) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(f"{path}: received-{text} is not a real date. Use received-YYYY-MM-DD.") from None


def _return_code(part: str) -> str | None:
    try:
        return find(part).code
    except KeyError:
        return None
