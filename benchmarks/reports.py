"""What readers' reports cost: the release they are drawn from, four annual reports, the Gold Group's pack, the site.

`python benchmarks/reports.py` makes the county at full scale, runs its night, and then makes each report `--times N`
(3 unless told), every one in a process of its own as the command does; `--home DIR` takes a night that was run
before. Prints a Markdown table: median seconds with the least and the most, and the seconds of all processors.
Linux and macOS.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
YEAR, MONTH, AREAS = "2024-25", "2025-03", "BAR,DON,ROT,SHE"


def timed(*words: str) -> tuple[float, float]:
    """(seconds, seconds of the processors) of one command in a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, str(ROOT / "warehouse.py"), *words], check=True, capture_output=True)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ready(home: Path) -> None:
    """A county and its night."""
    run = (sys.executable, str(ROOT / "warehouse.py"), "--home", str(home))
    subprocess.run([*run, "demo", str(home / "demo")], check=True, capture_output=True)
    night = subprocess.run([*run, "nightly", "--inbox", str(home / "demo" / "inbox")], capture_output=True)
    if night.returncode not in (0, 1):
        sys.exit(night.stderr.decode())


def main(home: Path, out: Path, times: int) -> None:
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
    release = max(releases, key=lambda folder: folder.stat().st_mtime).name
    drawn = ("--release", release, "--out", str(out))
    costs = {
        "cut the restricted release, compare": (*at, *asked),
        "compare": (*at, *asked[:-1], "--release", release),
        "annual report, one area": (*at, "report", "annual", "--area", "ROT", "--year", YEAR, *drawn),
        "annual report, four areas": (*at, "report", "annual", "--area", AREAS, "--year", YEAR, *drawn),
        "Gold Group pack": (*at, "report", "gold", "--month", MONTH, *drawn),
        "site": (*at, "site", "--release", release, "--out", str(out / "site")),
    }
    print("| command | seconds | least to most | processor |\n|---|---:|---:|---:|")
    for name, words in costs.items():
        found = [timed(*words) for _ in range(times)]
        took = [seconds for seconds, _ in found]
        busy = statistics.median(seconds for _, seconds in found)
        print(
            f"| {name} | {statistics.median(took):.1f} | {min(took):.1f}-{max(took):.1f} | {busy:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(given.get("--home", f"{folder}/home"))
        if "--home" not in given:
            ready(root)
        main(root, Path(folder) / "out", int(given.get("--times", 3)))
