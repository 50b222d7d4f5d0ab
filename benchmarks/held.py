"""What a process, those it started and files in the memory disk hold at one moment."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import own_process

MEMORY_DISK, PROCESSES = Path("/dev/shm"), Path("/proc")
EVERY = 0.25  # seconds


@dataclass
class Held:
    """The most MB of all together (`at_once`), and of files in the memory disk beyond what lay there (`disk`).

    What processes share is counted for each of them. The disk is asked, not its files: to look through hundreds of
    them took a seventh of a night. Where the machine does not tell of its processes, the largest of them
    stands beside the most of the disk.
    """

    at_once: float = 0.0
    disk: float = 0.0
    before: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Held:
        self.before = _on_disk()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()
        if not (PROCESSES / "self").exists():
            self.at_once = own_process.peak() + self.disk

    def look(self) -> None:
        """What is held now."""
        disk = _on_disk() - self.before
        self.disk = max(self.disk, disk)
        self.at_once = max(self.at_once, disk + of_processes(os.getpid()))

    def _watch(self) -> None:
        while not self.over.wait(EVERY):
            self.look()


def of_processes(first: int) -> float:
    """MB in memory of a process and all it started; 0 where the machine does not tell."""
    pages, started = {}, {}
    for place in PROCESSES.glob("[0-9]*/stat"):
        try:
            told = place.read_text("ascii", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        number = int(place.parent.name)
        started.setdefault(int(told[1]), []).append(number)
        pages[number] = int(told[21])
    found, waiting = 0, [first]
    while waiting:
        number = waiting.pop()
        found += pages.get(number, 0)
        waiting += started.get(number, [])
    return found * os.sysconf("SC_PAGE_SIZE") / (1 << 20) if found else 0.0


def _on_disk() -> float:
    """MB of files in the memory disk; 0 where there is none."""
    return shutil.disk_usage(MEMORY_DISK).used / (1 << 20) if MEMORY_DISK.is_dir() else 0.0
