"""Where memory goes that the machine puts aside, and whether it is encrypted there, as far as Linux tells."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class Swap:
    """The places memory may be written to: `kept` in memory or encrypted, `plain` not known to be either."""

    kept: tuple[str, ...]
    plain: tuple[str, ...]


def swap(root: Path = Path("/")) -> Swap | None:
    """What is swapped to now; None where the machine does not tell (macOS, Windows). `root` holds proc and sys."""
    try:
        lines = (root / "proc/swaps").read_text("utf-8", errors="replace").splitlines()[1:]
    except OSError:
        return None
    places = [ESCAPED.sub(lambda m: chr(int(m[1], 8)), line.split()[0]) for line in lines if line.strip()]
    kept = tuple(p for p in places if _is_kept(root, p))
    return Swap(kept, tuple(p for p in places if p not in kept))


def _is_kept(root: Path, place: str) -> bool:
    if place.startswith("/dev/"):
        device = root / "sys/class/block" / Path(place).name
        return _is_memory(device) or _is_crypt(device)
    try:
        under = (root / place.lstrip("/")).stat().st_dev
    except OSError:
        return False
    return _is_crypt(root / "sys/dev/block" / f"{os.major(under)}:{os.minor(under)}")


def _is_memory(device: Path) -> bool:
    """Compressed memory; one that has a disk behind it writes there."""
    behind = _read(device / "backing_dev")
    return device.name.startswith("zram") and behind in ("", "none")


def _is_crypt(device: Path) -> bool:
    """A device of dm-crypt, or one that lies on such devices alone."""
    if _read(device / "dm/uuid").startswith("CRYPT-"):
        return True
    below = list((device / "slaves").iterdir()) if (device / "slaves").is_dir() else []
    return bool(below) and all(_is_crypt(d) for d in below)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace").strip()
    except OSError:
        return ""
