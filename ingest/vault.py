"""Files as received, locked away for ever under their SHA-256; nothing reads the agency's folder twice.

`<folder>/ab/<sha256>.age` is age to one public key. Who runs the night needs only that half: a night can put
files into the vault and cannot read it. Tonight's readers get a plain copy in scratch.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

import failpoint
from ingest.sealing import Passing, damaged, decrypt, folder, lock
from on_disk import new_file, sync

BLOCK = 1 << 20
FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """A file taken in: its plain copy for tonight, its SHA-256 and its size in bytes."""

    path: Path
    sha256: str
    bytes: int


class StillArriving(Exception):
    """The file changed while it was read, or has gone: it is still being copied, and waits for the next night."""


class NoFile(Exception):
    """What lies there is a link, a pipe or a device."""


@dataclass(frozen=True)
class Vault:
    """Where files are locked away, for whom, and where tonight's plain copies go; without a `folder` nothing is kept."""

    folder: Path | None
    recipient: str
    plain: Path

    def keep(self, path: Path) -> Kept:
        """Read a file once: lock it away, and leave its plain copy for tonight. Raises StillArriving or NoFile."""
        copy = folder(self.plain) / f".partial-{os.getpid()}"
        locked = folder(self.folder) / f".partial-{os.getpid()}" if self.folder else None
        try:
            passed = self._read(path, copy, locked)
            kept = Kept(self.plain / passed.sha256, passed.sha256, passed.bytes)
            copy.replace(kept.path)
            failpoint.reach("keeping")
            if locked:
                _put(locked, place(self.folder, kept.sha256))
            return kept
        finally:
            copy.unlink(missing_ok=True)
            if locked:
                locked.unlink(missing_ok=True)

    def _read(self, path: Path, copy: Path, locked: Path | None) -> Passing:
        with os.fdopen(_open(path), "rb", BLOCK) as source, new_file(copy) as plain:
            before = os.fstat(source.fileno())
            # One byte more than it had: a file that grows as fast as it is read would never end.
            passed = Passing(source, plain, before.st_size + 1)
            if locked:
                lock(passed, locked, self.recipient)
            while passed.read(BLOCK):
                pass
            after = os.fstat(source.fileno())
        seen = before.st_mtime_ns, before.st_size
        if passed.bytes != before.st_size or seen != (after.st_mtime_ns, after.st_size):
            raise StillArriving(path.name)
        return passed


def _open(path: Path) -> int:
    """A regular file, open for reading; what lies there may be another thing than what was seen there before."""
    try:
        fd = os.open(path, FLAGS)
    except OSError as problem:
        if problem.errno in (errno.ELOOP, errno.ENXIO):
            raise NoFile(path.name) from None
        if problem.errno == errno.ENOENT:
            raise StillArriving(path.name) from None
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NoFile(path.name)
    return fd


def nowhere(plain: Path) -> Vault:
    """A vault that keeps nothing, for checking a file by itself."""
    return Vault(None, "", plain)


def place(where: Path, sha256: str) -> Path:
    """Where the file of that hash lies, locked."""
    return where / sha256[:2] / f"{sha256}.age"


def locked_files(where: Path) -> list[Path]:
    """Every locked file below a folder, in order; what is half written is none."""
    return sorted(p for p in where.rglob("*.age") if not p.name.startswith("."))


def _put(partial: Path, target: Path) -> None:
    """A whole file into its place for good; one that lies there already holds the same bytes, and stays."""
    if target.exists():
        return
    if not target.parent.exists():
        folder(target.parent)
        sync(target.parent.parent)
    partial.replace(target)
    sync(target.parent)


def seal(vault: Vault) -> int:
    """Lock away what an older version kept in the clear, and clear what a dead run left → how many files were."""
    clear = [p for p in vault.folder.glob("??/*") if SHA256.fullmatch(p.name)]
    for path in clear:
        partial = path.with_name(f".partial-{os.getpid()}")
        with path.open("rb") as source:
            lock(Passing(source), partial, vault.recipient)
        _put(partial, place(vault.folder, path.name))
        path.unlink()
    for left in vault.folder.rglob(".partial-*"):
        left.unlink()
    return len(clear)


def open_kept(where: Path, sha256: str, *secrets: str) -> bytes:
    """A file of the vault, whole, in memory; Refusal (exit 4) where it is missing, damaged or the key is another."""
    sink = io.BytesIO()
    _unlock(where, sha256, sink, secrets)
    return sink.getvalue()


def write_kept(where: Path, sha256: str, out: Path, *secrets: str) -> int:
    """A file of the vault written to `out`, only its owner may read it → its size; Refusal as `open_kept`."""
    partial = out.with_name(f".{out.name}.partial")
    try:
        with new_file(partial) as sink:
            size = _unlock(where, sha256, sink, secrets)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return size


def _unlock(where: Path, sha256: str, sink, secrets: tuple[str, ...]) -> int:
    path = place(where, sha256)
    opened = decrypt(path, sink, *secrets)
    if opened.sha256 != sha256:
        raise damaged(path)
    return opened.bytes
