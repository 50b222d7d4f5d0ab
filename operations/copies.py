"""Copies: what stands in a backup folder, and which copies stay how long.

`copies/<when>-<hash>.json` is one copy, a list of its files; it is written last and in one step, so that a copy is
whole or not there, and its name tells whether a byte of it was changed. `objects/<key>/ab/<sha256>.age` are the
files themselves, each locked once to the public half of the key `backup`, however many copies they are in, and
named by what their bytes are when locked: who has no key can tell that none was changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from on_disk import put
from refusal import Refusal

COPIES, OBJECTS = "copies", "objects"
DAYS, WEEKS, MONTHS = 7, 4, 12
WHEN = "%Y%m%dT%H%M%SZ"
# After so long without a copy, or with one from the future, the clock is doubted before anything is thrown away.
DOUBTED = timedelta(days=31)


@dataclass(frozen=True)
class File:
    """A file of a home in a copy: where it lay, its bytes in plain and locked; the time tells that it is unchanged."""

    path: str
    size: int
    mtime_ns: int
    sha256: str
    locked_size: int
    locked_sha256: str


@dataclass(frozen=True)
class Copy:
    """One copy of a home: when, of which, locked for whom, by what versions; rows and hash of each table; the files."""

    made_at: str
    home: str
    recipient: str
    versions: dict[str, str]
    tables: dict[str, list]
    files: tuple[File, ...]

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.made_at, WHEN).replace(tzinfo=UTC)

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.tables.values())


def named(recipient: str) -> str:
    """Eight digits that name a public key: what is locked for another lies apart."""
    return hashlib.sha256(recipient.encode()).hexdigest()[:8]


def place(folder: Path, recipient: str, file: File) -> Path:
    """Where a file of a copy lies, locked."""
    name = file.locked_sha256
    return folder / OBJECTS / named(recipient) / name[:2] / f"{name}.age"


def is_there(folder: Path, recipient: str, file: File) -> bool:
    """Whether a file of a copy lies in its place, in its length; its bytes `verify` reads."""
    path = place(folder, recipient, file)
    return path.is_file() and path.stat().st_size == file.locked_size


def write(folder: Path, copy: Copy) -> Path:
    """Write the list of a copy, safely on disk and in one step; the copy is there when this returns."""
    text = json.dumps(asdict(copy), indent=1, sort_keys=True).encode()
    path = folder / COPIES / f"{copy.made_at}-{hashlib.sha256(text).hexdigest()[:16]}.json"
    put(path, text)
    return path


def read(path: Path) -> Copy:
    """The list of a copy; Refusal (exit 4) where a byte of it is not as it was written."""
    text = path.read_bytes()
    if path.stem.rpartition("-")[2] != hashlib.sha256(text).hexdigest()[:16]:
        raise Refusal(f"{path} is damaged: it is not what its name says. Restore another copy.", 4)
    told = json.loads(text)
    return Copy(**{**told, "files": tuple(File(**file) for file in told["files"])})


def listed(folder: Path) -> list[Path]:
    """The copies of a backup folder, the oldest first."""
    return sorted(p for p in (folder / COPIES).glob("*.json") if not p.name.startswith("."))


def made_at(path: Path) -> datetime:
    """When a copy was made, by its name."""
    return datetime.strptime(path.stem.partition("-")[0], WHEN).replace(tzinfo=UTC)


def staying(times: Iterable[datetime], now: datetime) -> set[datetime]:
    """Which copies stay: the last of each of the last 7 days, 4 weeks and 12 months, and the last of all.

    Days are counted by the calendar, not by how many copies there are: what was erased is gone from every copy when
    the certificate says it is.
    """
    times = sorted(times)
    newest = {kind(t): t for t in times for kind in (_day, _week, _month) if kind(t) in _periods(now)}
    return {*newest.values(), *times[-1:]}


def _day(t: datetime) -> tuple:
    return ("day", t.date())


def _week(t: datetime) -> tuple:
    return ("week", *t.isocalendar()[:2])


def _month(t: datetime) -> tuple:
    return ("month", t.year, t.month)


def _periods(now: datetime) -> set[tuple]:
    """The last days, weeks and months, today's among them."""
    month = now.year * 12 + now.month - 1
    return {
        *(_day(now - timedelta(days=n)) for n in range(DAYS)),
        *(_week(now - timedelta(weeks=n)) for n in range(WEEKS)),
        *(("month", *_year_month(month - n)) for n in range(MONTHS)),
    }


def _year_month(months: int) -> tuple[int, int]:
    return months // 12, months % 12 + 1


def is_clock_doubted(before: list[datetime], now: datetime) -> bool:
    """Whether the time since the last copy is such that the clock may be wrong: then nothing is thrown away yet."""
    return bool(before) and not timedelta(0) <= now - max(before) <= DOUBTED
