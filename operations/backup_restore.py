"""Restoring a copy: everything is unlocked and proved beside the home before any of it takes its place."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from on_disk import sync
from operations import backup, backup_verify, copies, previous, settings, warehouse_file
from operations.copies import Copy
from operations.keys import Keys
from refusal import Refusal

ROOM, ASIDE = ".restoring", "replaced-{run_id}"


@dataclass(frozen=True)
class Restored:
    """What was put back: the copy, its files and rows; where what lay there is now; what is to be acted on."""

    name: str
    files: int
    rows: int
    aside: Path | None = None
    act_on: str = ""


def chosen(source: Path) -> tuple[Path, Path]:
    """The folder and the copy somebody names: a backup folder means its newest copy; a copy's list means that one."""
    if source.is_file():
        return source.parent.parent, source
    found = copies.listed(source)
    if not found:
        raise Refusal(
            f"There is no copy in {source}. Name the folder that was given to `warehouse backup --to`.", 4
        )
    return source, found[-1]


def restore(home, source: Path, secret: str, over: bool = False, step=lambda *_: None) -> Restored:
    """Put a copy into a home where none lives; `over` moves what lives there aside first.

    Refusal (exit 4) where the copy is not whole, the key is another, there is no room, or a home lives there: then
    nothing was changed.
    """
    folder, path = chosen(source)
    copy = copies.read(path)
    with home.locked() as (run_id, _):
        living = _living(home)
        if living and not over:
            raise Refusal(
                f"{home.root} is a living home ({', '.join(living)}). Name an empty folder with --to, or say --over: "
                "what is there is moved aside.",
                4,
            )
        room = _emptied(home.root / ROOM)
        try:
            _refuse_if_full(home.root, copy)
            _unlock(home, folder, copy, room, secret, step)
            act_on = _counted(home, room, copy)
            aside = _moved_aside(home, living, run_id)
            _put(home, room)
        finally:
            shutil.rmtree(room, ignore_errors=True)
        home.note("restore", copy=path.stem, files=len(copy.files), rows=copy.rows)
    return Restored(path.stem, len(copy.files), copy.rows, aside, act_on)


def _living(home) -> list[str]:
    names = ("warehouse.duckdb", *backup.FOLDERS, "settings.toml", previous.SEAL, previous.PREVIOUS)
    return [name for name in names if (home.root / name).exists()]


def _emptied(room: Path) -> Path:
    """What a restore that was cut short left there is unlocked data, and no use."""
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(mode=0o700)
    return room


def _refuse_if_full(root: Path, copy: Copy) -> None:
    need, free = sum(f.size for f in copy.files) + (1 << 20), shutil.disk_usage(root).free
    if free < need:
        raise Refusal(
            f"{root} has {free >> 20} MB free; this copy needs {need >> 20} MB. Nothing was changed.", 4
        )


def _unlock(home, folder: Path, copy: Copy, room: Path, secret: str, step) -> None:
    """Every file of the copy in plain, proved by its hash and safely on disk."""
    for number, file in enumerate(copy.files, 1):
        place, to = copies.place(folder, copy.recipient, file), room / file.path
        if not to.resolve().is_relative_to(room.resolve()):
            raise Refusal(f"The copy names a file outside the home: {file.path}. Nothing was changed.", 4)
        _made(room, to.parent, home.sealing)
        if wrong := backup_verify.unlock(home, place, to, secret, file):
            raise Refusal(f"{file.path}: {wrong} Nothing was changed.", 4)
        os.utime(to, ns=(file.mtime_ns, file.mtime_ns))
        sync(to)
        step("restoring", number, len(copy.files))


def _made(room: Path, folder: Path, sealing) -> None:
    """A folder below the room, and those it lies in: only their owner may enter any."""
    if folder != room:
        _made(room, folder.parent, sealing)
        sealing.folder(folder)


def _counted(home, room: Path, copy: Copy) -> str:
    """The warehouse held against the copy's list → what to do where its key is not here; Refusal where it differs."""
    try:
        wrong = list(backup_verify.differences(_opening(home, room), room / backup_verify.WAREHOUSE, copy))
    except Refusal as problem:
        return f"Every byte is what was copied. The tables were not counted: {problem}"
    if wrong:
        raise Refusal(f"{' '.join(wrong)} Nothing was changed.", 4)
    return ""


def _opening(home, room: Path):
    """What opens the warehouse of a copy: its settings came with it, its key is where they say, never in the copy."""
    told = settings.read(room / "settings.toml")
    key = (
        Keys(home.root / "keys", told.keys).secret(warehouse_file.NAME)
        if told.encryption == "required"
        else None
    )

    def opened(path: Path, read_only: bool):
        return warehouse_file.connect(path, key, read_only)

    return opened


def _moved_aside(home, living: list[str], run_id: str) -> Path | None:
    """What lives there, out of the way and kept; its secret keys stay where they are."""
    if not living:
        return None
    aside = home.root / ASIDE.format(run_id=run_id)
    aside.mkdir(mode=0o700)
    for name in living:
        (home.root / name).rename(aside / name)
    sync(home.root)
    return aside


def _put(home, room: Path) -> None:
    """Each part into its place by a rename, the warehouse first: a night on it begins nothing anew."""
    sealing = home.sealing
    previous.note_hash(room / backup_verify.WAREHOUSE, home.live)
    for part in sorted(room.iterdir(), key=lambda p: p.name != backup_verify.WAREHOUSE):
        if part.name == "keys":
            for public in part.iterdir():
                public.chmod(0o644)
                public.replace(sealing.folder(home.root / "keys") / public.name)
        else:
            part.rename(home.root / part.name)
    sync(home.root)
