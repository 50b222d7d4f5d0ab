"""Files locked with age, as a stream: whatever their size, little memory; nothing lost, nothing half.

The encryption library tells of a failing disk in its own words, and of one at its last write not at all: the
open files are handed to it in a wrapping that remembers.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

from on_disk import new_file, sync
from refusal import Refusal


class Passing:
    """An open file being read or written, once: the hash and size of what passes, and a copy of it if asked for."""

    def __init__(self, file, copy=None, most: int | None = None):
        self._file, self._copy, self._digest, self._most = file, copy, hashlib.sha256(), most
        self.bytes = 0
        self.problem: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        """The next bytes; their copy is written before they are handed on. No more than `most` ever pass."""
        if self._most is not None:
            left = self._most - self.bytes
            size = left if size < 0 else min(size, left)
        try:
            chunk = self._file.read(size)
            if self._copy:
                self._copy.write(chunk)
        except OSError as problem:
            self.problem = problem
            raise
        return self._passed(chunk)

    def write(self, chunk: bytes) -> int:
        """Write all of the bytes, or fail."""
        try:
            self._file.write(chunk)
        except OSError as problem:
            self.problem = problem
            raise
        return len(self._passed(chunk))

    def flush(self) -> None:
        self._file.flush()

    def _passed(self, chunk: bytes) -> bytes:
        self._digest.update(chunk)
        self.bytes += len(chunk)
        return chunk

    @property
    def sha256(self) -> str:
        """Of what has passed so far."""
        return self._digest.hexdigest()


def folder(path: Path) -> Path:
    """The folder, made if need be; only its owner may enter."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def lock(source: Passing, target: Path, recipient: str) -> None:
    """What is left of an open file, encrypted to one public key, safely on disk when this returns."""
    with new_file(target) as sink:
        encrypt(source, sink, recipient)
        sink.flush()
        os.fsync(sink.fileno())


def lock_bytes(content: bytes, target: Path, recipient: str) -> None:
    """Bytes in memory, encrypted into a file in one step: the old one stands, or the new one."""
    partial = target.with_name(f".partial-{target.name}")
    lock(Passing(io.BytesIO(content)), partial, recipient)
    partial.replace(target)
    sync(target.parent)


def encrypt(source: Passing, sink, recipient: str) -> None:
    """Encrypt from one open file into another; an OSError of either is raised as it is."""
    import pyrage
    from pyrage import x25519

    try:
        whom = x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise Refusal("The public half of a key is damaged. Put the right .pub file back.", 4) from None
    told = Passing(sink)
    try:
        pyrage.encrypt_io(source, told, [whom])
    except pyrage.EncryptError as problem:
        raise source.problem or told.problem or OSError(str(problem)) from None
    if told.problem:
        raise told.problem


def decrypt(path: Path, sink, *secrets: str, name: str = "vault") -> Passing:
    """Decrypt a file into an open one → the hash and size of what came out.

    Refusal (exit 4) where none of the secrets of the key `name` opens it, or it is damaged: what was written
    until then is worthless.
    """
    import pyrage
    from pyrage import x25519

    told = Passing(sink)
    try:
        with path.open("rb") as source:
            pyrage.decrypt_io(source, told, [x25519.Identity.from_str(s) for s in secrets])
    except FileNotFoundError:
        raise Refusal(f"{path.name} is not in the {name} ({path.parent}).", 4) from None
    except pyrage.DecryptError as problem:
        if "No matching keys" not in str(problem):
            raise damaged(path) from None
        says = f"{path.name} does not open with the key {name}. Put the right key back; no other opens it."
        raise Refusal(says, 4) from None
    except OSError:
        raise told.problem or damaged(path) from None
    return told


def damaged(path: Path) -> Refusal:
    """What to say of a file whose bytes are not what was locked away."""
    return Refusal(f"{path} is damaged. Put it back from a backup; the files beside it are not touched.", 4)
