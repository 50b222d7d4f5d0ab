"""Pseudonyms: HMAC-SHA256 under a key kept apart from the data, computed in DuckDB over columns.

An agency's own child id (SSDA903, CIN census) is one of a few million numbers; a bare hash of it is undone
by trying them all, a keyed one is not. RFC 2104 is written out in SQL because DuckDB has sha256 but no hmac.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

BLOCK = 64


@dataclass(frozen=True)
class Key:
    """A 256-bit secret; never shown, never stored with the data."""

    secret: bytes

    @classmethod
    def of(cls, secret: str) -> Key:
        """The key that 64 hex digits stand for."""
        return cls(bytes.fromhex(secret))

    @property
    def id(self) -> str:
        """What names the key without telling it."""
        return key_id(self.secret.hex())

    def __repr__(self) -> str:
        return "Key(…)"


def key_id(secret: str) -> str:
    """What names a key of any kind without telling it: eight hex digits, as `warehouse key show-id` prints."""
    return hmac.new(secret.encode(), b"key id", hashlib.sha256).hexdigest()[:8]


def throwaway() -> Key:
    """A key for one run, for checking a file alone: nothing of it is kept."""
    return Key(secrets.token_bytes(32))


def own_scheme(scheme: str, key: Key) -> str:
    """The scheme of the warehouse's own pseudonyms as it stands beside each: its name and the key's id."""
    return f"{scheme}-{key.id}"


def prepare(connection, key: Key, name: str = "pseudonym") -> None:
    """Give the connection `pseudonym(text)` and `pseudonym_scheme(scheme)`, or the like under another name.

    The pads live in a temporary table, never in the file.
    """
    block = key.secret.ljust(BLOCK, b"\0")
    inner, outer = (bytes(b ^ pad for b in block) for pad in (0x36, 0x5C))
    connection.execute(f"create or replace temp table {name}_pads (inner_pad blob, outer_pad blob)")
    connection.execute(f"insert into {name}_pads values (?, ?)", [inner, outer])
    connection.execute(
        f"create or replace temp macro {name}(t) as sha256((select outer_pad from {name}_pads) || "
        f"unhex(sha256((select inner_pad from {name}_pads) || encode(t))))"
    )
    connection.execute(f"create or replace temp macro {name}_scheme(t) as t || '-{key.id}'")
