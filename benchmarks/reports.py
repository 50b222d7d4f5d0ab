"""What readers' reports cost: the release they are drawn from, four annual reports, the Gold Group's pack, the site.

Every command in a process of its own, from a county and its night; beside them bare DuckDB writing the release's
figures out as CSV, the least that has to be read to show any of them.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
YEAR, MONTH, AREAS = "2024-25", "2025-03", "BAR,DON,ROT,SHE"


def timed(*words: str) -> tuple[float, float]:
    """(seconds, seconds of the processors) of one command in a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ready(home: Path, scale: float) -> None:
    """A county and its night."""
    run = (sys.executable, str(ROOT / "warehouse.py"), "--home", str(home))
    words = [*run, "demo", str(home / "demo"), "--scale", str(scale)]
    subprocess.run(words, check=True, capture_output=True)
    night = subprocess.run([*run, "nightly", "--inbox", str(home / "demo" / "inbox")], capture_output=True)
    if night.returncode not in (0, 1):
        raise RuntimeError(night.stderr.decode())


def figures(path: Path, out: Path) -> int:
    """Bare DuckDB: a release's figures as CSV → how many."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false; set threads = 2")
        return connection.execute(f"copy (from '{path}') to '{out}/figures.csv' (header)").fetchone()[0]


def costs(home: Path, out: Path, times: int, say) -> list[tuple[str, list[tuple[float, float]], int]]:
    """(what, (seconds, of the processors) of each run, figures of the release)."""
    at = ("--home", str(home))
    asked = (
        "compare",
        "I03",
        "--areas",
        "SY",
        "--from",
        YEAR,
        "--without-coverage",
        "--across-breaks",
        "--restricted",
    )
    subprocess.run([sys.executable, str(ROOT / "warehouse.py"), *at, *asked], check=True, capture_output=True)
    releases = (home / "releases").glob(f"restricted-{YEAR}-*")
    folder = max(releases, key=lambda folder: folder.stat().st_mtime)
    out.mkdir(parents=True, exist_ok=True)
    copy = f"from benchmarks.reports import *; print(figures(Path({str(folder / 'figures.parquet')!r}), Path({str(out)!r})))"
    count = int(
        subprocess.run([sys.executable, "-c", copy], cwd=ROOT, check=True, capture_output=True).stdout
    )
    drawn = ("--release", folder.name, "--out", str(out))
    every = {
        "cut the restricted release, compare": (*at, *asked),
        "compare": (*at, *asked[:-1], "--release", folder.name),
        "annual report, one area": (*at, "report", "annual", "--area", "ROT", "--year", YEAR, *drawn),
        "annual report, four areas": (*at, "report", "annual", "--area", AREAS, "--year", YEAR, *drawn),
        "Gold Group pack": (*at, "report", "gold", "--month", MONTH, *drawn),
        "site": (*at, "site", "--release", folder.name, "--out", str(out / "site")),
    }
    found = []
    for name, words in every.items():
        found.append((name, [timed(str(ROOT / "warehouse.py"), *words) for _ in range(times)], count))
        say(f"  {name}: {statistics.median(s for s, _ in found[-1][1]):.1f} s")
    return [*found, ("bare DuckDB: the figures as CSV", [timed("-c", copy) for _ in range(times)], count)]
