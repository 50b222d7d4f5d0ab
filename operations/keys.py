"""Keys: kept apart from the data, in a file of their owner's, the keyring, or a service's credentials.

Never a flag, never the environment, never a log. Five there are, each for one thing, so that who holds one
need not hold another:

`pseudonym`  HMAC-SHA256 of the warehouse's own pseudonyms
`warehouse`  AES-GCM of the warehouse file and of what it spills
`vault`      age; the night needs its public half only, so its secret half can be kept elsewhere
`identity`   age; likewise, and only linkage needs the secret half
`backup`     age; copies are made with its public half, and opened with the secret one
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from on_disk import put
from refusal import Refusal

NAMES = ("pseudonym", "warehouse", "vault", "identity", "backup")
PAIRS = ("vault", "identity", "backup")
SERVICE = "south-yorkshire-core-data"
HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Keys:
    """Where keys are: a folder for the files, and the kind of place the secrets are kept in."""

    folder: Path
    source: str = "file"
    made_at_first_use: bool = False

    def secret(self, name: str) -> str:
        """The secret of a key: 64 hex digits, or an age identity. Refusal (exit 4) says what to do without it."""
        found = self._find(name)
        if found is None and self.made_at_first_use:
            self.new(name)
            found = self._find(name)
        if found is None:
            raise Refusal(
                f"The key {name} is missing ({self._where(name)}). Run: warehouse key new {name}", 4
            )
        if not _is_well_formed(name, found):
            what = "an age identity" if name in PAIRS else "64 hexadecimal digits"
            raise Refusal(f"The key {name} ({self._where(name)}) is not {what}. Put the right key back.", 4)
        return found

    def has(self, name: str) -> bool:
        """Whether the secret of a key is within reach."""
        return self._find(name) is not None

    def public(self, name: str) -> str:
        """The public half of a pair, from <name>.pub; all that is needed to lock something away."""
        path = self.folder / f"{name}.pub"
        if not path.exists():
            if not (self.made_at_first_use or self.has(name)):
                raise Refusal(f"{path} is missing. Run: warehouse key new {name}", 4)
            self._publish(name, self.secret(name))
        return path.read_text("ascii").strip()

    def public_if_there(self, name: str) -> str | None:
        """The public half, or None where there is no such key: what needs it is refused, and the night goes on."""
        there = self.made_at_first_use or self.has(name) or (self.folder / f"{name}.pub").exists()
        return self.public(name) if there else None

    def new(self, name: str) -> None:
        """Make a key where there is none; Refusal where there is one, since what it locked would be lost."""
        if name not in NAMES:
            raise Refusal(f"There is no key {name}. There are {', '.join(NAMES)}.")
        if self.has(name):
            raise Refusal(f"The key {name} is there already. To change it: warehouse key rotate {name}")
        self.put(name, fresh(name))

    def put(self, name: str, secret: str) -> None:
        """Keep a secret in its place, over what was there; the public half of a pair beside it."""
        if self.source == "credential":
            raise Refusal(
                f"Credentials are the service's: put {name}.key among them (systemd-creds encrypt).", 4
            )
        if self.source == "keyring":
            _keyring().set_password(SERVICE, name, secret)
        else:
            _write(self.folder / f"{name}.key", secret, 0o600)
        if name in PAIRS:
            self._publish(name, secret)

    def _publish(self, name: str, secret: str) -> None:
        from pyrage import x25519

        _write(self.folder / f"{name}.pub", str(x25519.Identity.from_str(secret).to_public()), 0o644)

    def _find(self, name: str) -> str | None:
        if self.source == "keyring":
            return _keyring().get_password(SERVICE, name)
        path = self._path(name)
        if not path.exists():
            return None
        if os.name == "posix" and self.source == "file" and path.stat().st_mode & 0o077:
            raise Refusal(f"The key file {path} may be read by others. Run: chmod 600 {path}", 4)
        return path.read_text("ascii", errors="replace").strip()

    def _path(self, name: str) -> Path:
        if self.source == "credential":
            return Path(os.environ.get("CREDENTIALS_DIRECTORY", self.folder)) / f"{name}.key"
        return self.folder / f"{name}.key"

    def _where(self, name: str) -> str:
        return f"keyring, service {SERVICE}" if self.source == "keyring" else str(self._path(name))


def fresh(name: str) -> str:
    """A new secret for the key of that name."""
    if name not in PAIRS:
        return secrets.token_hex(32)
    from pyrage import x25519

    return str(x25519.Identity.generate())


def _is_well_formed(name: str, secret: str) -> bool:
    if name not in PAIRS:
        return bool(HEX.fullmatch(secret))
    from pyrage import IdentityError, x25519

    try:
        x25519.Identity.from_str(secret)
    except IdentityError:
        return False
    return True


def _keyring():
    import keyring
    from keyring.backends.fail import Keyring as Nothing

    if isinstance(keyring.get_keyring(), Nothing):
        raise Refusal('This machine has no keyring. Set keys = "file" or "credential" in settings.toml.', 4)
    return keyring


def _write(path: Path, text: str, mode: int) -> None:
    """In one step, so that a power cut leaves the old key or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(path, f"{text}\n".encode(), mode)
