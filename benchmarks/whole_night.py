"""In a process of its own: a whole night with its stages, and what bare DuckDB needs to be given the same."""

from __future__ import annotations

import json
import shutil
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import own_process
from benchmarks.clock import Clock

MEMORY_DISK = Path("/dev/shm")


def night(home: str, inbox: str | None, hand_over: str | None = None) -> dict:
    """One night of a home; seconds from the start of the process to its end, by stage, and the peak of each."""
    import warehouse

    with MemoryDisk() as disk:
        clock = Clock().attach()
        place = warehouse.Home(Path(home))
        outcomes = warehouse.night(place, Path(inbox) if inbox else None, lambda *_: None)
        seconds = own_process.since_start()
        stages, peaks = clock.told()
    peak = max([own_process.peak(), *peaks.values()])
    if hand_over:
        _hand_over(place, Path(hand_over), clock.nodes)
    # What is loaded before the first stage is no stage's: the rest, as is what the night itself does between them.
    stages["rest"] = seconds - sum(v for k, v in stages.items() if k != "rest")
    fates: dict[str, int] = {}
    for o in outcomes:
        fates[o.fate.status] = fates.get(o.fate.status, 0) + 1
    return {
        "seconds": seconds,
        "stages": stages,
        "peaks": peaks,
        "peak": peak,
        "memory_disk": disk.most,
        "rows": sum(o.fate.rows_read for o in outcomes),
        "accepted": sum(o.fate.rows_accepted for o in outcomes),
        "fates": fates,
        "nodes": len(clock.nodes),
        "database": place.live.stat().st_size / 1e6,
    }


@dataclass
class MemoryDisk:
    """The most MB that the memory disk held beyond what was there before: memory too, in nobody's account.

    The disk is asked, not its files: to look through hundreds of them four times a second took a seventh of a night.
    """

    most: float = 0.0
    before: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> MemoryDisk:
        self.before = _held()
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()

    def _look(self) -> None:
        while not self.over.wait(0.25):
            self.most = max(self.most, _held() - self.before)


def _held() -> float:
    """MB of files in the memory disk; 0 where there is none."""
    return shutil.disk_usage(MEMORY_DISK).used / 1e6 if MEMORY_DISK.is_dir() else 0.0


def _hand_over(home, folder: Path, nodes: list[dict]) -> None:
    """What the engine needs to do the same: the SQL as dbt ran it, the seeds, what is known of each file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    models = sorted((n for n in nodes if n["kind"] == "model" and n["sql"]), key=lambda n: n["begun"])
    (folder / "models.json").write_text(json.dumps(models), "utf-8")
    with closing(home.open(home.live, read_only=True)) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name in ('landing', 'reference')"
        ).fetchall()
        for schema, table in (*tables, ("marts", "fct_indicator_values")):
            connection.execute(
                f"copy {schema}.{table} to '{folder}/{schema}.{table}.parquet' (format parquet)"
            )
