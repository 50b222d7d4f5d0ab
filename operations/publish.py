"""Work in a copy, publish by one rename: a reader sees the whole old night or the whole new one."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import failpoint
from on_disk import sync
from operations.previous import keep_previous, note_hash
from refusal import Refusal

ROOM = 3


def work_copy(live: Path, work: Path) -> Path:
    """A copy of the live warehouse to work in, in an emptied folder; a new one where there is none yet."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    work.chmod(0o700)
    copy = work / "warehouse.duckdb"
    if live.exists():
        _refuse_if_full(live, work)
        shutil.copyfile(live, copy)
    return copy


def _refuse_if_full(live: Path, work: Path) -> None:
    need, free = ROOM * live.stat().st_size, shutil.disk_usage(work).free
    if free < need:
        raise Refusal(
            f"{work} has {free >> 20} MB free; the night needs {need >> 20} MB. Make room there, and run this again.",
            4,
        )


def publish(copy: Path, live: Path, keep: bool = True) -> None:
    """Put the finished copy in the place of the live warehouse, safely on disk before and after; `keep` the night before.

    A log beside the live file is of somebody who opened it to write, and never ours: DuckDB would play it into
    the new file.
    """
    copy.chmod(0o600)
    sync(copy)
    failpoint.reach("synced")
    keep_previous(live, keep)
    failpoint.reach("kept")
    live.with_name(f"{live.name}.wal").unlink(missing_ok=True)
    copy.replace(live)
    failpoint.reach("renamed")
    with suppress(OSError):  # not before, else a first night cut short would seem to have been published
        note_hash(live, live)
    sync(live.parent)


def clean(work: Path) -> None:
    """Leave nothing of the night's working files behind."""
    shutil.rmtree(work, ignore_errors=True)
