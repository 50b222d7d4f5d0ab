"""What the doctor says of the nights: room for one, what a killed one left, how old the last one and its copies are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operations import backup, clock, previous, versions
from operations.doctor_line import Line
from refusal import Refusal

NIGHT = timedelta(hours=26)
BACKUP, VERIFIED = timedelta(hours=26), timedelta(days=8)
ROOM = 3  # times the warehouse and the inbox: the copy, the file it replaces, and what spills
# What only its keeper may enter, and what others may read if they must; nobody else may write any of it.
CLOSED = ("keys", "vault", "identity", "audit", "work", "cache", "backups")
SHARED = (".", "inbox", "findings", "releases", "certificates", "log", "faults")
HALF = (".restoring", ".verify-*", ".as-at-*", ".restored.duckdb", ".rekeyed.duckdb")
REPLACED = ("replaced-*", "warehouse.replaced-*.duckdb")


def examine(home, now: datetime) -> Iterator[Line]:
    """Every line of the nights; `home` gives its paths, `keys` and `open`."""
    running = _running(home.root)
    yield from _room(home)
    yield from _lock(home.root, running)
    yield from _leftovers(home, running)
    yield from _last_night(home, now)
    yield from _previous(home)
    yield from copies(backup.remembered(home), home.root, now)
    yield from _versions()
    yield from permissions(home.root, home.settings.encryption == "required")
    says = "Whether the machine runs a night by itself cannot be seen from here."
    yield Line("schedule", "warn", says, "warehouse schedule print --for systemd (or cron, or windows)")


def _room(home) -> Iterator[Line]:
    if not home.root.exists():
        yield Line("room", "ok", "Nothing is there yet.")
        return
    size = home.live.stat().st_size if home.live.exists() else 0
    size += sum(p.lstat().st_size for p in home.inbox.rglob("*") if p.is_file() and not p.is_symlink())
    need, free = ROOM * size, shutil.disk_usage(home.root).free
    says = f"{free / 1e6:,.0f} MB are free; tonight needs {need / 1e6:,.0f} MB."
    state = "fail" if free < need else "warn" if free < 2 * need else "ok"
    yield Line("room", state, says, "" if state == "ok" else f"Make room on the disk of {home.root}.")


def _running(root: Path) -> dict | None:
    """Who holds the night's lock, as it wrote itself; None where nobody says so."""
    try:
        return json.loads((root / "night.holder.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _lives(pid: object) -> bool:
    if not isinstance(pid, int) or os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _lock(root: Path, running: dict | None) -> Iterator[Line]:
    if running is None:
        yield Line("lock", "ok", "Nobody changes anything now.")
    elif _lives(running.get("pid")):
        says = f"Run {running.get('run_id')} is at work, process {running.get('pid')}, since {running.get('since')}."
        yield Line("lock", "ok", says)
    else:
        says = f"Run {running.get('run_id')} was killed. Nothing it did was published; the lock is free."
        yield Line("lock", "warn", says, "warehouse nightly")


def _leftovers(home, running: dict | None) -> Iterator[Line]:
    at_work = running is not None and _lives(running.get("pid"))
    half = [p for pattern in HALF for p in home.root.glob(pattern)] if home.root.exists() else []
    half += [home.work] if home.work.exists() else []
    if half and not at_work:
        says = f"Left by what was cut short: {_names(half)}. It may hold rows in plain."
        mend = "warehouse nightly" if half == [home.work] else f"rm -r {' '.join(map(str, half))}"
        yield Line("leftovers", "warn", says, mend)
    aside = [p for pattern in REPLACED for p in home.root.glob(pattern)] if home.root.exists() else []
    if aside:
        says = f"Moved aside by a restore: {_names(aside)}. It holds what was erased since."
        yield Line("replaced", "warn", says, f"When nobody needs it: rm -r {' '.join(map(str, aside))}")
    if not (half and not at_work) and not aside:
        yield Line("leftovers", "ok", "None.")


def _names(paths: list[Path]) -> str:
    return ", ".join(p.name for p in paths)


def _last_night(home, now: datetime) -> Iterator[Line]:
    """When the last night was, and whether the clock can be right; a file that does not open has its own line."""
    import duckdb

    if not home.live.exists():
        yield Line("last night", "warn", "There was none yet.", "warehouse nightly")
        return
    try:
        with closing(home.open(home.live, read_only=True)) as connection:
            last = clock.last_night(connection)
    except (Refusal, duckdb.Error):
        last = None
    if last is None:
        yield Line("last night", "warn", "The warehouse tells of none.", "warehouse nightly")
        return
    doubt = clock.doubt(last, now)
    yield Line(*_aged("last night", "began", last, NIGHT, now), "warehouse nightly")
    says = doubt or "It stands after the last night, and not long after."
    yield Line("clock", "warn" if doubt else "ok", says, "timedatectl" if doubt else "")


def _aged(layer: str, what: str, at: datetime, allowed: timedelta, now: datetime) -> tuple[str, str, str]:
    state = "warn" if now - at > allowed else "ok"
    return layer, state, f"It {what} {at:%Y-%m-%d %H:%M} UTC, {_long(now - at)} ago."


def _long(past: timedelta) -> str:
    hours = max(0, int(past.total_seconds() // 3600))
    return f"{hours} hours" if hours < 72 else f"{hours // 24:,} days"


def _previous(home) -> Iterator[Line]:
    """The night before: there, as well kept as the live file, and under the same key."""
    path = home.live.with_name(previous.PREVIOUS)
    if not path.exists():
        yield Line(
            "night before", "ok", "None is kept: there was one night, or the last change erased or purged."
        )
        return
    try:
        home.open(path, read_only=True).close()
    except Refusal:
        says = "It does not open as the live file does: a key was changed since, or it is damaged."
        yield Line("night before", "warn", says, f"rm {path}; the next night keeps another.")
    else:
        yield Line("night before", "ok", f"Kept as {path.name}; back to it: warehouse restore --previous.")


def copies(told: dict, root: Path, now: datetime) -> Iterator[Line]:
    """How old the last copy is and the last look at every byte of them, as was noted beside the home."""
    folder = Path(told.get("folder", root / "backups"))
    if "made_at" not in told:
        yield Line("backup", "warn", "No copy was made yet.", "warehouse backup --to DIR, on another disk")
        return
    yield Line(
        *_aged("backup", "was made", _at(told["made_at"]), BACKUP, now), f"warehouse backup --to {folder}"
    )
    if not folder.exists():
        yield Line(
            "backup folder", "fail", f"{folder} is not there.", "Connect it, or name another with --to."
        )
    elif folder.stat().st_dev == root.stat().st_dev:
        says = f"{folder} is on the disk of the home: both are lost together."
        yield Line("backup folder", "warn", says, "warehouse backup --to DIR, on another disk")
    else:
        yield Line("backup folder", "ok", f"{folder}, on another disk.")
    if "verified_at" not in told:
        yield Line("verified", "warn", "No copy was ever verified.", f"warehouse verify {folder}")
        return
    verified = _aged("verified", "was whole", _at(told["verified_at"]), VERIFIED, now)
    yield Line(*verified, f"warehouse verify {folder}")


def _at(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _versions() -> Iterator[Line]:
    found = versions.all_of_them()
    says = ", ".join(f"{name} {version}" for name, version in found.items()) + "."
    missing = "missing" in found.values()
    yield Line("versions", "fail" if missing else "ok", says, "python3 start.py" if missing else "")


def permissions(root: Path, is_real: bool) -> Iterator[Line]:
    """Whether others may enter what is closed, or write what is shared; with real data that fails."""
    if os.name != "posix":
        yield Line(
            "permissions",
            "warn",
            "Cannot be seen from here.",
            "Only the account of the nights may enter the home.",
        )
        return
    closed = [(root / name, 0o077, "700") for name in CLOSED]
    shared = [(root / name, 0o007 if is_real else 0o002, "o-rwx") for name in SHARED]
    open_ = [
        (path, to)
        for path, forbidden, to in (*closed, *shared)
        if path.is_dir() and not path.is_symlink() and path.stat().st_mode & forbidden
    ]
    if not open_:
        yield Line("permissions", "ok", "Only their keeper may enter the folders of the home.")
    for path, to in open_:
        says = f"Others may enter {path.name or path}."
        yield Line("permissions", "fail" if is_real else "warn", says, f"chmod {to} {path}")
