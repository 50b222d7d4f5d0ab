"""Pseudonyms: HMAC-SHA256 under a key kept apart from the data, computed in DuckDB over columns.

An agency's own child id (SSDA903, CIN census) is one of a few million numbers; a bare hash of it is undone
by trying them all, a keyed one is not. RFC 2104 is written out in SQL because DuckDB has sha256 but no hmac.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from refusal import Refusal

BLOCK = 64


@dataclass(frozen=True)
class Key:
    """A 256-bit secret; never shown, never stored with the data."""

    secret: bytes

    def __repr__(self) -> str:
        return "Key(…)"


def throwaway() -> Key:
    """A key for one run, for checking a file alone: nothing of it is kept."""
    return Key(secrets.token_bytes(32))


def open_key(path: Path) -> Key:
    """The key in a file only its owner may read; made where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
            f.write(secrets.token_hex(32))
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Refusal(f"The key file {path} may be read by others. Run: chmod 600 {path}", 4)
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise Refusal(f"The key file {path} does not hold a key of 64 hexadecimal digits.", 4)
    return Key(secret)


def prepare(connection, key: Key) -> None:
    """Give the connection `pseudonym(text)`; the pads live in a temporary table, never in the file."""
    block = key.secret.ljust(BLOCK, b"\0")
    inner, outer = (bytes(b ^ pad for b in block) for pad in (0x36, 0x5C))
    connection.execute("create or replace temp table pads (inner_pad blob, outer_pad blob)")
    connection.execute("insert into pads values (?, ?)", [inner, outer])
    connection.execute(
        "create or replace temp macro pseudonym(t) as "
        "sha256((select outer_pad from pads) || unhex(sha256((select inner_pad from pads) || encode(t))))"
    )
