"""A backup: all of a home that cannot be made again, encrypted, what did not change copied once.

It needs the public half of the key `backup` only: who runs the nights can make copies and cannot open them. Secret
keys are never in a copy.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import failpoint
from on_disk import new_file, sync
from operations import audit, copies, previous, versions
from operations.copies import Copy, File
from refusal import Refusal

NAME = "backup"
FOLDERS = ("vault", "identity", "audit", "releases", "certificates")
TOLD = "backup.json"


@dataclass(frozen=True)
class Made:
    """A copy that was made: its list, how much of it was new, which copies were thrown away, and what to act on."""

    path: Path
    files: int
    new_files: int
    new_bytes: int
    thrown_away: tuple[str, ...]
    act_on: tuple[str, ...] = ()


def make(home, folder: Path, step=lambda *_: None) -> Made:
    """Copy a home into a folder; Refusal (exit 4) where the warehouse is damaged, or there is no room or key.

    `home` gives its paths, `keys`, `key_id`, `warehouse_key`, `open`, `locked`, `note` and `sealing`. The list of the copy is written last:
    whatever ends this before leaves the copies there were, and is cleared by the next.
    """
    with home.locked() as (_, now), _alone(home.sealing.folder(folder)):
        if not home.live.exists():
            raise Refusal("There is no warehouse yet. Run: warehouse nightly", 4)
        tables = previous.read_whole(home.open, home.live)
        home.sealing.folder(folder / copies.COPIES)
        there, damaged = _there(folder)
        _refuse_another(home, folder, there)
        recipient = home.keys.public(NAME)
        if not damaged:
            _sweep(folder, there.values())
        files, new = _gathered(home, folder, recipient, list(there.values()), step)
        copy = Copy(now.strftime(copies.WHEN), _mark(home), recipient, _versions(home), tables, files)
        failpoint.reach("copied away")
        path = copies.write(folder, copy)
        gone, doubt = _thin(folder, {**there, path: copy}, now) if not damaged else ((), ())
        told = Made(path, len(files), len(new), sum(f.locked_size for f in new), gone, (*damaged, *doubt))
        remember(home, folder=str(folder), made_at=now.isoformat(timespec="seconds"))
        home.note("backup", copy=path.stem, files=len(files), rows=copy.rows)
    return told


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / ".lock", timeout=0, mode=0o600):
            yield
    except Timeout:
        raise Refusal(f"Another backup is being made into {folder}. Wait for it to end.", 4) from None


def _there(folder: Path) -> tuple[dict[Path, Copy], tuple[str, ...]]:
    """The copies there are, and what is wrong with those that cannot be read: then nothing is thrown away."""
    found, damaged = {}, []
    for path in copies.listed(folder):
        try:
            found[path] = copies.read(path)
        except Refusal as problem:
            damaged.append(f"{problem} Nothing is thrown away until {path.name} is taken out of the folder.")
    return found, tuple(damaged)


def _refuse_another(home, folder: Path, there: dict[Path, Copy]) -> None:
    """One folder, one home: thinning would throw away the other's copies."""
    if any(c.home and c.home != _mark(home) for c in there.values()):
        raise Refusal(
            f"{folder} keeps copies of another home. Give this one a folder of its own: --to DIR.", 4
        )


def _mark(home) -> str:
    """What tells one home from another wherever it lies: the hash of the first line of its audit."""
    return next((json.loads(line)["sha256"][:16] for line in audit.lines(home.audit)), "")


def _versions(home) -> dict[str, str]:
    """By what the copy was made, the decisions in the seeds among it: they lie with the project, not in the home."""
    seeds = "".join(previous.digest(p) for p in sorted(home.seeds.glob("*.csv")))
    key = home.warehouse_key
    return {
        **versions.all_of_them(),
        "seeds": hashlib.sha256(seeds.encode()).hexdigest(),
        "warehouse key": home.key_id(key) if key else "none",
    }


def sources(home) -> list[Path]:
    """Every file of a home that cannot be made again, the warehouse first; what is half written is none."""
    files = [home.live, *sorted((home.root / "keys").glob("*.pub")), home.root / "settings.toml"]
    for name in FOLDERS:
        files += sorted(p for p in (home.root / name).rglob("*") if not _is_passing(p.relative_to(home.root)))
    return [p for p in files if p.is_file() and not p.is_symlink()]


def _is_passing(path: Path) -> bool:
    return path == Path("audit") / audit.LOCK or any(part.startswith(".") for part in path.parts)


def _gathered(
    home, folder: Path, recipient: str, there: list[Copy], step
) -> tuple[tuple[File, ...], list[File]]:
    """Every file of the home, locked in its place → the files of the copy, and those of them that are new.

    What has the size and time it had in the last copy is the same, and is not read again.
    """
    mine = [f for c in there if c.recipient == recipient for f in c.files]
    known = {f.sha256: f for f in mine if copies.is_there(folder, recipient, f)}
    last = {
        _seen(f.path, f.size, f.mtime_ns): f for f in (there[-1].files if there else ()) if f.sha256 in known
    }
    names = {p: p.relative_to(home.root).as_posix() for p in sources(home)}
    unread = [p for p, name in names.items() if _seen_now(p, name) not in last]
    _refuse_if_full(folder, sum(p.stat().st_size for p in unread))
    found, new = [], []
    with _audit_still(home.audit):
        for number, (path, name) in enumerate(names.items(), 1):
            file = last.get(_seen_now(path, name)) or _lock(home, folder, recipient, path, name, known)
            if file.sha256 not in known:
                known[file.sha256] = file
                new.append(file)
            was = known[file.sha256]
            found.append(replace(file, locked_size=was.locked_size, locked_sha256=was.locked_sha256))
            step("copying", number, len(names))
    return tuple(found), new


def _seen(name: str, size: int, mtime_ns: int) -> tuple:
    return name, size, mtime_ns


def _seen_now(path: Path, name: str) -> tuple:
    seen = path.stat()
    return _seen(name, seen.st_size, seen.st_mtime_ns)


@contextmanager
def _audit_still(folder: Path) -> Iterator[None]:
    """No line is written meanwhile: the log and its head are of one moment."""
    from filelock import FileLock

    if not folder.exists():
        yield
        return
    with FileLock(folder / audit.LOCK, timeout=audit.PATIENCE, mode=0o600):
        yield


def _refuse_if_full(folder: Path, size: int) -> None:
    need, free = int(1.01 * size) + (1 << 20), shutil.disk_usage(folder).free
    if free < need:
        raise Refusal(
            f"{folder} has {free >> 20} MB free; this backup needs {need >> 20} MB. Nothing was copied.", 4
        )


def _lock(home, folder: Path, recipient: str, path: Path, name: str, known: dict[str, File]) -> File:
    """One file, read once, locked into its place and safely on disk; one of the same bytes that is there is left."""
    sealing = home.sealing
    partial = sealing.folder(folder / copies.OBJECTS) / f".partial-{os.getpid()}"
    with path.open("rb") as source, new_file(partial) as sink:
        seen, passed, locked = os.fstat(source.fileno()), sealing.Passing(source), sealing.Passing(sink)
        sealing.encrypt(passed, locked, recipient)
        sink.flush()
        os.fsync(sink.fileno())
    file = File(name, passed.bytes, seen.st_mtime_ns, passed.sha256, locked.bytes, locked.sha256)
    if file.sha256 in known:
        partial.unlink()
        return file
    target = copies.place(folder, recipient, file)
    sealing.folder(target.parent)
    partial.replace(target)
    sync(target.parent)
    failpoint.reach("locked away")
    return file


def _thin(folder: Path, there: dict[Path, Copy], now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Throw away the copies whose time is over, and the files only they had → their names, and what to act on."""
    before = [copies.made_at(path) for path in there][:-1]
    if copies.is_clock_doubted(before, now):
        says = f"The last copy was made at {max(before):%Y-%m-%d %H:%M} UTC: is the clock right? Nothing was thrown away."
        return (), (says,)
    stay = copies.staying((c.at for c in there.values()), now)
    last = {c.at: path for path, c in there.items()}  # of two made in one second, the later
    gone = [path for path, c in there.items() if c.at not in stay or path != last[c.at]]
    for path in gone:
        path.unlink()
    _sweep(folder, [c for path, c in there.items() if path not in gone])
    return tuple(path.stem for path in gone), ()


def _sweep(folder: Path, stay) -> None:
    """Clear what is in no copy: left by a copy that was cut short, or by one that was thrown away."""
    wanted = {copies.place(folder, c.recipient, f) for c in stay for f in c.files}
    for path in [*(folder / copies.OBJECTS).rglob("*"), *(folder / copies.COPIES).glob(".partial-*")]:
        if path.is_file() and path not in wanted:
            path.unlink()


def remember(home, **facts) -> None:
    """Note beside the home when a copy was made or verified, and where: what the doctor asks for."""
    path = home.root / TOLD
    partial = path.with_name(f".{TOLD}.partial")
    partial.write_text(json.dumps({**remembered(home), **facts}, indent=1) + "\n", "utf-8")
    partial.chmod(0o600)
    partial.replace(path)


def remembered(home) -> dict[str, str]:
    """What was noted of copies; nothing where nothing was, or it cannot be read."""
    try:
        return json.loads((home.root / TOLD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def folder(home) -> Path:
    """Where copies are kept if nobody says: where the last one is, else below the home."""
    return Path(remembered(home).get("folder", home.root / "backups"))
