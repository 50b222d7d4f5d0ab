"""Files written whole or not at all, safely on disk, and for their owner alone."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, safely on disk; Windows opens no folder, and keeps its names itself."""
    if path.is_dir() and os.name != "posix":
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def new_file(path: Path, mode: int = 0o600):
    """A new file only its owner may read, open for writing; over what a dead run left of that name."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, mode), "wb", 1 << 20)


def put(path: Path, content: bytes, mode: int = 0o600) -> None:
    """A small file in its place in one step: a power cut leaves the old one or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    with new_file(partial, mode) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync(path.parent)
