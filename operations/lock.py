"""One night at a time: a lock the machine frees by itself when its holder dies."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from refusal import Refusal


@contextmanager
def night_lock(home: Path, run_id: str, now: datetime) -> Iterator[None]:
    """Hold the night's lock; raises Refusal (exit 4) telling who holds it since when."""
    home.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(home / "night.lock"), home / "night.holder.json"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Refusal(f"Another night is running: {_holder(holder)}. Wait for it to end.", 4) from None
    try:
        told = {"run_id": run_id, "pid": os.getpid(), "since": now.isoformat(timespec="seconds")}
        holder.write_text(json.dumps(told), "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text("utf-8"))
        return f"run {held['run_id']} by process {held['pid']} since {held['since']}"
    except (OSError, ValueError, KeyError):
        return "it is just starting or ending"
