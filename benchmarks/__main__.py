"""The one command: runs measures, keeps what they found, prints the table of bars; `--write` makes the page of it."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
OWN = HERE.parent / ".venv" / "bin" / "python"
SHORT = 20.0  # seconds of a run that the default run repeats as often as asked; the long one is more patient
LONG = 120.0


def _told(words: list[str] | None) -> argparse.Namespace:
    from benchmarks.measures import MEASURES

    names = "; ".join(f"{name}: {m.what}" for name, m in MEASURES.items())
    parser = argparse.ArgumentParser(
        prog="python3 -m benchmarks",
        description="Measures what things cost beside what they could cost, and prints the table of bars.",
        epilog=f"Measures: {names}.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which measures; all unless told")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="the same as NAME")
    parser.add_argument("--rows", type=_sizes, help="sizes instead of its own, separated by commas: 0.1m,1m")
    parser.add_argument("--times", type=int, default=5, help="how often after the first time (5)")
    parser.add_argument("--long", action="store_true", help="all sizes, with time for all; hours")
    parser.add_argument("--missing", action="store_true", help="only measures that have no result yet")
    parser.add_argument(
        "--bars", action="store_true", help="measure nothing, print the table of what is kept"
    )
    parser.add_argument("--write", action="store_true", help="make docs/performance.md of the last results")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where results are kept")
    parser.add_argument("--work", type=Path, help="where files are made; cleared afterwards")
    told = parser.parse_args(words)
    told.names += told.only
    if wrong := [n for n in told.names if n not in MEASURES]:
        parser.error(f"there is no measure {', '.join(wrong)}; there are {', '.join(MEASURES)}")
    return told


def _sizes(text: str) -> tuple[int, ...]:
    """`30000,0.1m` → (30000, 100000)."""
    ends = {"k": 1_000, "m": 1_000_000}
    return tuple(
        int(float(t.rstrip("km")) * ends.get(t[-1:], 1))
        for t in text.lower().replace("_", "").split(",")
        if t
    )


def _measure(told: argparse.Namespace, names: list[str], work: Path) -> int:
    """Run each; what fails is told and the others go on. How many failed."""
    from benchmarks import keeping
    from benchmarks.measures import MEASURES
    from benchmarks.told import Asked

    failed = 0
    for name in names:
        measure = MEASURES[name]
        sizes = told.rows or (measure.long if told.long else measure.sizes)
        if not sizes:
            _say(f"{name}: in the long run only.")
            continue
        _say(f"{name}: {measure.what}; {', '.join(f'{s:,}' for s in sizes if s) or 'one size'} {measure.of}")
        began = time.perf_counter()
        asked = Asked(work, tuple(sorted(sizes)), told.times, _say, LONG if told.long else SHORT)
        try:
            found = measure.run(asked)
        except Exception as problem:  # noqa: BLE001 - the other measures go on
            failed += 1
            _say(f"{name} failed and keeps its last result: {type(problem).__name__}: {problem}")
            continue
        keeping.keep(told.results, name, found, {"sizes": asked.sizes, "times": told.times})
        _say(f"  {name} took {time.perf_counter() - began:.0f} s\n")
    return failed


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _show(results: dict[str, dict]) -> None:
    """The table of bars, in columns."""
    from benchmarks.page import bars

    table = bars(results)
    lines = [table.head, *table.rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(table.head))]
    for line in lines:
        print("  ".join(cell.ljust(wide) for cell, wide in zip(line, widths, strict=True)).rstrip())


def main(words: list[str] | None = None) -> int:
    """0; 1 where a measure failed. A bar that is missed is told, and is no failure of the run."""
    told = _told(words)
    from benchmarks import keeping
    from benchmarks.measures import MEASURES

    done = keeping.kept(told.results) if told.missing else {}
    names = [] if told.bars else [n for n in told.names or MEASURES if n not in done]
    with tempfile.TemporaryDirectory(prefix="benchmarks-", dir=told.work) as work:
        failed = _measure(told, names, Path(work))
    results = keeping.gather(told.results)
    _show(results)
    if told.write:
        from benchmarks import page

        keeping.LAST.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        print(page.write(results))
    return 1 if failed else 0


if __name__ == "__main__":
    if importlib.util.find_spec("duckdb") is None and OWN.exists():  # the environment that start.py sets up
        os.execv(OWN, [str(OWN), "-m", "benchmarks", *sys.argv[1:]])
    sys.exit(main())
