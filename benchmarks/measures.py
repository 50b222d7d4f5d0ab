"""Every measure by its name: what it is, at which sizes it runs, and at which in the long run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import commands, formats, later, nights, stages
from benchmarks.told import Asked, Told

MILLION = 1_000_000


@dataclass(frozen=True)
class Measure:
    """`sizes` are of the default run, `long` of the long one, `tiny` shows that it works; `of` is what they count."""

    what: str
    run: Callable[[Asked], Told]
    sizes: tuple[int, ...]
    long: tuple[int, ...]
    tiny: int
    of: str = "rows"


# The cheapest first, so that a run cut short has most of the bars.
MEASURES = {
    "commands": Measure("--help, and check of a small file", commands.commands, (1_000,), (1_000,), 20),
    "comparison": Measure("compare at England's scale", stages.comparison, (0,), (0,), 0, "figures"),
    "checking": Measure(
        "the rules, beside the same by hand",
        stages.checking,
        (100_000, MILLION),
        (100_000, MILLION, 10 * MILLION),
        200,
    ),
    "csv": Measure("a CSV of the standard", formats.csv, (100_000,), (100_000, MILLION, 10 * MILLION), 50),
    "xlsx": Measure("a workbook of the standard", formats.xlsx, (100_000,), (10_000, 100_000, 300_000), 50),
    "ssda903": Measure(
        "an SSDA903 set", formats.ssda903, (100_000,), (1_000, 10_000, 100_000), 100, "children"
    ),
    "cin": Measure(
        "a children in need census",
        formats.cin,
        (10_000, 100_000),
        (10_000, 30_000, 100_000, 300_000),
        20,
        "children",
    ),
    "link": Measure(
        "linking children", stages.link, (10_000, 50_000), (10_000, 50_000, 200_000), 300, "children"
    ),
    "protect": Measure(
        "hiding small counts", stages.protect, (1, 10), (1, 10, 100), 1, "groups of linked tables"
    ),
    "report": Measure("readers' reports", stages.report, (), (120_000,), 1_200),
    "nothing": Measure(
        "nights after the first: nothing new, one corrected file",
        later.later,
        (30_000,),
        (30_000, MILLION, 10 * MILLION),
        600,
    ),
    "night": Measure(
        "a whole first night, by stages, beside bare DuckDB",
        nights.night,
        (100_000,),
        (100_000, MILLION, 10 * MILLION, 50 * MILLION),
        600,
    ),
}
