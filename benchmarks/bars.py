"""The bars: what each is, what it is held to, and how a measured value stands to it. Data, and one judge."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

MILLION = 1_000_000
# Whole runs of others on the same number of rows, two cores: the public validator of the SSDA903 with its report,
# and the cleaning of the nearest pipeline. Measured once for this project, by the clock; they are not run again here.
VALIDATOR, PIPELINE = 228.0, 809.0


@dataclass(frozen=True)
class Bar:
    """One bar: `limit` in `unit`, not to be passed (or to be reached, where `at_least`), `by` the measure that tells.

    `size` is how much is asked of it (rows, children, figures) and `of` what that counts; a value measured at less
    is not judged.
    """

    name: str
    what: str
    unit: str
    limit: float
    by: str
    size: int = 0
    of: str = "rows"
    at_least: bool = False


BARS = (
    Bar("night", "a whole night, beside bare DuckDB", "times", 2.5, "night", 10 * MILLION),
    Bar("night memory", "its memory beyond bare DuckDB's own", "GB", 2.0, "night", 10 * MILLION),
    Bar("checking", "checking, beside one pass of the same rules by hand", "times", 1.5, "checking", MILLION),
    Bar(
        "SSDA903 validator",
        "an SSDA903 landed, checked and reported: 1/20 of the public validator's 228 s",
        "s",
        VALIDATOR / 20,
        "ssda903",
        969_000,
    ),
    Bar(
        "SSDA903 pipeline",
        "the same: 1/60 of the nearest pipeline's 809 s",
        "s",
        PIPELINE / 60,
        "ssda903",
        969_000,
    ),
    Bar("SSDA903 memory", "the same: memory", "GB", 1.5, "ssda903", 969_000),
    Bar("CIN", "a children in need census (XML)", "children/s", 5_000, "cin", 100_000, "children", True),
    Bar("CIN growth", "how that grows with the children", "exponent", 1.05, "cin", 100_000, "children"),
    Bar("XLSX", "a workbook of 100,000 rows", "s", 10.0, "xlsx", 100_000),
    Bar("nothing new", "a night with nothing new", "s", 5.0, "nothing", 30_000),
    Bar("check a file", "`check` of a file of 1,000 rows, with all it imports", "s", 4.0, "commands", 1_000),
    Bar("help", "`--help`", "s", 0.4, "commands"),
    Bar(
        "comparison",
        "a comparison at England's scale, the slowest of four questions",
        "s",
        0.2,
        "comparison",
        7 * MILLION,
        "figures",
    ),
    Bar(
        "growth", "how the steepest stage of a night grows with the rows", "exponent", 1.05, "night", MILLION
    ),
)


@dataclass(frozen=True)
class Found:
    """What was measured for a bar: the single runs, at what size, and what bare DuckDB took in the same run."""

    values: tuple[float, ...]
    size: int = 0
    ratio: float | None = None
    note: str = ""

    @property
    def middle(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.values), max(self.values)


def verdict(bar: Bar, found: Found | None) -> str:
    """`met` or `missed`; `not measured`, or at what smaller size it would be met or missed."""
    if found is None or not found.values:
        return "not measured"
    is_met = found.middle >= bar.limit if bar.at_least else found.middle <= bar.limit
    said = "met" if is_met else "missed"
    if found.size < bar.size:
        return f"not judged ({said} at {found.size:,} {bar.of})"
    return said


def number(value: float) -> str:
    """A figure in as many digits as tell something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


HEAD = ("bar", "what", "unit", "held to", "measured", "runs", "least to most", "× bare", "")


def row(bar: Bar, found: Found | None) -> tuple[str, ...]:
    """One line of the table of bars."""
    size = f", {bar.size:,} {bar.of}" if bar.size else ""
    held = f"{'≥' if bar.at_least else '≤'} {number(bar.limit)}"
    if found is None or not found.values:
        return bar.name, bar.what + size, bar.unit, held, "", "", "", "", "not measured"
    least, most = (number(v) for v in found.spread)
    ratio = "" if found.ratio is None else number(found.ratio)
    told = (number(found.middle), str(len(found.values)), f"{least} to {most}", ratio)
    return bar.name, bar.what + size, bar.unit, held, *told, verdict(bar, found)
