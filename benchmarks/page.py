"""docs/performance.md from the last results, and nothing else: the same results give the same page."""

from __future__ import annotations

from pathlib import Path

from benchmarks import growth
from benchmarks.bars import BARS, HEAD, row
from benchmarks.keeping import HERE, found
from benchmarks.measures import MEASURES
from benchmarks.told import Table

DOCS = HERE.parent / "docs"
PAGE, PLOT = DOCS / "performance.md", DOCS / "performance-growth.svg"
WORDS = HERE / "words.md"  # what no run tells: what was tried, and what was measured once
BEGIN = """# What it costs, beside what it could cost

`python3 -m benchmarks` measures and prints the table of bars, in under ten minutes on the quicker machine below; on the
slower one five of its measures took ten. `--long` runs all sizes, which takes hours and some 50 GB of disk; `python3 -m benchmarks NAME` runs one measure ({names}), `--rows`, `--times` change its
sizes and how often it runs, `--write` makes this page of what was measured last. Each measure keeps its result until
it is run again.

Bare DuckDB does the least that comes to the same result, in the same run and by turns, with the threads and the memory
(1.5 GB) that a night has. Seconds are of the clock and of whole processes, medians, with the least and the most in
brackets; the first run is cold and stands by itself, the others are warm; files lie in the machine's file cache in
both. Peak memory is of the largest process; what a night keeps in the memory disk stands beside it,
and what all of it held at one moment, which the bars of memory are about.
"""


def text_table(table: Table) -> str:
    """A table as Markdown."""
    lines = [f"| {' | '.join(table.head)} |", "|---" * len(table.head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(r)} |" for r in table.rows)])


def bars(results: dict[str, dict]) -> Table:
    """The table of bars."""
    told = found(results)
    return Table("The bars", HEAD, tuple(row(bar, told.get(bar.name)) for bar in BARS))


def machines(results: dict[str, dict]) -> str:
    """Which measure was made when, and on what; machines that are alike are told once."""
    groups: dict[str, list[str]] = {}
    for name in MEASURES:
        if name in results:
            groups.setdefault(_machine(results[name]), []).append(f"{name} ({results[name]['when']})")
    return "\n".join(f"- {', '.join(names)}: {said}" for said, names in groups.items())


def _machine(result: dict) -> str:
    m = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in m["versions"].items())
    return f"{m['cores']} cores ({m['processor']}), {m['memory_gb']:g} GB of memory, {m['kernel']}, Python {m['python']}; {versions}."


def render(results: dict[str, dict]) -> str:
    """The page."""
    parts = [
        BEGIN.format(names=", ".join(MEASURES)),
        "## The bars",
        text_table(bars(results)),
        machines(results),
    ]
    grown = growth.table(results)
    if grown.rows:
        plot = f"![Seconds of each stage by size, on logarithmic axes; the table below has the exponents.]({PLOT.name})"
        parts += ["## How each grows", plot, text_table(grown), grown.below]
    for name in (n for n in MEASURES if n in results):
        for told in results[name]["tables"]:
            table = Table(told["title"], tuple(told["head"]), tuple(map(tuple, told["rows"])), told["below"])
            parts += [f"## {table.title}", f"`python3 -m benchmarks {name}`", text_table(table), table.below]
    return "\n\n".join([*(p for p in parts if p), WORDS.read_text("utf-8").rstrip()]) + "\n"


def write(results: dict[str, dict]) -> Path:
    """Write the page and its plot."""
    PAGE.write_text(render(results), "utf-8")
    if svg := growth.drawing(results):
        PLOT.write_text(svg, "utf-8")
    return PAGE
