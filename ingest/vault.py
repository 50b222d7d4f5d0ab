"""Files as received, kept for ever under their SHA-256; nothing reads the agency's folder twice."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

BLOCK = 8 << 20


@dataclass(frozen=True)
class Kept:
    """A file in the vault: where, its SHA-256 and its size in bytes."""

    path: Path
    sha256: str
    bytes: int


class StillArriving(Exception):
    """The file changed while it was read: it is still being copied, and waits for the next night."""


def keep(path: Path, vault: Path) -> Kept:
    """Copy a file into the vault, hashing the same bytes that are kept; raises StillArriving."""
    vault.mkdir(parents=True, exist_ok=True)
    partial = vault / f".partial-{os.getpid()}"
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(os.open(path, flags), "rb") as source, partial.open("wb") as sink:
        before = os.fstat(source.fileno())
        digest, size = hashlib.sha256(), 0
        while chunk := source.read(BLOCK):
            digest.update(chunk)
            sink.write(chunk)
            size += len(chunk)
        after = os.fstat(source.fileno())
        sink.flush()
        os.fsync(sink.fileno())
    if size != before.st_size or (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        partial.unlink()
        raise StillArriving(path.name)
    sha256 = digest.hexdigest()
    kept = vault / sha256[:2] / sha256
    kept.parent.mkdir(exist_ok=True)
    partial.replace(kept)
    return Kept(kept, sha256, size)
