"""The measures of single stages: checking, linking, protecting, reading out."""

from __future__ import annotations

import shutil
import statistics
from functools import partial

from benchmarks.bars import Found, number
from benchmarks.own_process import alone
from benchmarks.told import Asked, Table, Told, by_turns, ratio, span

CHECKING = (
    "rows",
    "runs",
    "rules",
    "ours s",
    "by hand s",
    "ours / by hand",
    "rows/s",
    "loading s",
    "they differ",
)


def checking(asked: Asked) -> Told:
    """The standard's rules on one return, beside the same rules in SQL by hand, in one process by turns."""
    rows, growth, bars = [], [], {}
    for size in asked.sizes:
        path, scratch = asked.work / "reports.csv", asked.work / "scratch"
        alone("benchmarks.rules:make", path=path, rows=size)
        work = partial(alone, "benchmarks.rules:checked", path=path, scratch=scratch)
        (runs,) = by_turns(asked, (f"checking {size:,}", work))
        shutil.rmtree(scratch)
        path.unlink()
        ours, by_hand = ([r.answer[way] for r in runs.runs] for way in ("ours", "by_hand"))
        ratios = tuple(a / b for a, b in zip(ours, by_hand, strict=True))
        bars["checking"] = Found(ratios, size, None, "Great Expectations loaded before")
        middle, first = statistics.median(ours), runs.cold.answer
        growth.append((size, round(middle, 3)))
        told = (span(ours), span(by_hand), span(ratios), number(size / middle), number(first["loading"]))
        differ = ", ".join(first["differ"]) or "in none"
        rows.append((f"{size:,}", str(len(ours)), str(first["rules"]), *told, differ, number(runs.peak)))
    below = (
        "Rows of R04 in the engine as a night has them; ours is the look for personal data and spoilt values, Great "
        "Expectations' counts and the pass that finds the rows; by hand is benchmarks/by_hand.sql, one statement that "
        "finds the same rows. Loading Great Expectations, once a night and beside other work, stands by itself."
    )
    table = Table("Checking, beside the same rules by hand", (*CHECKING, "peak MB"), tuple(rows), below)
    return Told(bars, (table,), {"check": growth})


def link(asked: Asked) -> Told:
    """Who is the same child, in a register of so many children; beside equal numbers or equal names and birthdays."""
    rows, growth = [], []
    for size in asked.sizes:
        works = {"linking": "benchmarks.linkage:measured", "bare DuckDB,": "benchmarks.linkage:equal_alone"}
        ours, bare = by_turns(
            asked,
            *((f"{name} {size:,}", partial(alone, work, children=size)) for name, work in works.items()),
        )
        keys = ours.middle.answer["keys"]
        growth.append((keys, round(ours.middle.seconds, 3)))
        cells = (
            f"{ours.middle.answer['recall']:.3f}",
            span(bare.seconds),
            f"{bare.middle.answer['recall']:.3f}",
        )
        told = (
            str(len(ours.runs)),
            number(ours.cold.seconds),
            span(ours.seconds),
            number(keys / ours.middle.seconds),
        )
        rows.append((f"{keys:,}", *told, number(ours.peak), *cells, span(ratio(ours, bare))))
    head = (
        "keys",
        "runs",
        "cold s",
        "warm s",
        "keys/s",
        "peak MB",
        "recall",
        "bare s",
        "bare recall",
        "× bare",
    )
    below = (
        "Linking alone, the register in memory. Bare: keys whose numbers, or whose names and birthdays, are equal; "
        "it finds fewer of the pairs, which is what the rest of the time is for."
    )
    return Told({}, (Table("Linking children", head, tuple(rows), below),), {"link": growth}, "keys")


def protect(asked: Asked) -> Told:
    """Hiding small counts in so many linked tables, 275 cells each, and attacking the outcome."""
    rows, growth = [], []
    for size in asked.sizes:
        (runs,) = by_turns(
            asked,
            (f"protecting {size} x 275 cells", partial(alone, "benchmarks.disclosure:measured", groups=size)),
        )
        cells = runs.middle.answer["cells"]
        protecting = [r.answer["protect"] for r in runs.runs]
        growth.append((cells, round(statistics.median(protecting), 3)))
        ratios = [r.answer["protect"] / r.answer["hide"] for r in runs.runs]
        told = (
            span(protecting),
            number(cells / statistics.median(protecting)),
            span([r.answer["attack"] for r in runs.runs]),
        )
        rows.append((f"{cells:,}", str(len(runs.runs)), *told, number(runs.peak), span(ratios)))
    head = ("cells", "runs", "protect s", "cells/s", "attack s", "peak MB", "× bare")
    below = (
        "Profile `public`. Bare: DuckDB hides the small counts alone, in one statement; whoever adds and subtracts "
        "undoes that (below: exposed), so it is no other way to the same result."
    )
    return Told({}, (Table("Protecting counts", head, tuple(rows), below),), {"protect": growth}, "cells")


def report(asked: Asked) -> Told:
    """Readers' reports from a county of so many rows, every command a process of its own."""
    rows, growth = [], {}
    for size in asked.sizes:
        for name, runs, figures in _reports(asked, size):
            seconds, busy = [s for s, _ in runs], [b for _, b in runs]
            growth.setdefault(name, []).append((figures, round(statistics.median(seconds), 3)))
            rows.append(
                (f"{figures:,}", name, str(len(runs)), span(seconds), number(statistics.median(busy)))
            )
    head = ("figures", "command", "runs", "seconds", "of the processor")
    below = "Figures: of the restricted release they are drawn from. The last line is bare DuckDB writing them as CSV."
    return Told({}, (Table("Readers' reports", head, tuple(rows), below),))


def _reports(asked: Asked, size: int) -> list[tuple[str, list, int]]:
    from benchmarks import reports

    home, out = asked.work / "home", asked.work / "out"
    for used in (home, out):
        shutil.rmtree(used, ignore_errors=True)
    reports.ready(home, size / 40_000)
    try:
        return reports.costs(home, out, max(asked.times, 1), asked.say)
    finally:
        for used in (home, out):
            shutil.rmtree(used, ignore_errors=True)


def comparison(asked: Asked) -> Told:
    """`compare` at England's scale, beside the same SQL on the Parquet by hand."""
    from benchmarks import comparison as england

    folder = asked.work / "england"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    count = alone("benchmarks.comparison:made", out=folder).answer["figures"]
    asked.say(f"  {count:,} figures")
    rows, slowest = [], Found((0.0,))
    for question in england.QUESTIONS:
        told = england.measure(folder, question, asked.times)
        (cold, warm), (hand_cold, hand_warm) = told.values()
        middle, hand = statistics.median(warm), statistics.median(hand_warm)
        cells = [span([v * 1e3 for v in values]) for values in (cold, hand_cold, warm, hand_warm)]
        asked.say(f"  {question}: cold {cells[0]}, warm {cells[2]} ms; by hand {cells[1]}, {cells[3]}")
        rows.append(
            (
                question,
                *cells,
                number(statistics.median(cold) / statistics.median(hand_cold)),
                number(middle / hand),
            )
        )
        if middle > slowest.middle:
            slowest = Found(tuple(warm), count, middle / hand, "warm: the release is open")
    shutil.rmtree(folder)
    head = ("question", "cold: compare ms", "by hand", "warm: compare ms", "by hand", "cold ×", "warm ×")
    below = (
        f"152 areas and the whole of them, 20 years with their quarters: {count:,} figures. Cold opens the release and "
        "checks its digests, nothing imported is counted; warm are the questions after it in the same process."
    )
    return Told(
        {"comparison": slowest}, (Table("A comparison at England's scale", head, tuple(rows), below),)
    )
