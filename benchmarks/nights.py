"""The measure of a whole first night, stage by stage, beside bare DuckDB."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.bars import Found, number
from benchmarks.own_process import Failed, Run, alone
from benchmarks.told import TOGETHER, Asked, Repeated, Table, Told, by_turns, exponent, gigabytes, ratio, span
from operations.settings import MEMORY

# What a night needs of a disk, whose files, vault and database lie there; measured at a million rows, and a quarter more.
BYTES_A_ROW = 1_200
# With so many rows the build needs more memory than the demo's: then both are given this.
MANY, MORE = 20_000_000, "4GB"
BESIDE = {
    "read": "read",
    "accept": "accept",
    "stage": "stage",
    "core": "core",
    "marts": "marts",
    "indicators": "indicators",
}
# Below a second a stage is what it costs to start, and says nothing of growth.
LEAST_TO_GROW = 1.0


def night(asked: Asked) -> Told:
    """A county's first night at each size, stage by stage, beside bare DuckDB."""
    found = {}
    for rows in asked.sizes:
        if says := no_room(asked, rows):
            asked.say(says)
            continue
        ours, theirs = _side_by_side(asked, rows)
        found[ours.middle.answer["rows"]] = (ours, theirs)
    return told_of(found)


def told_of(found: dict[int, tuple[Repeated, Repeated]]) -> Told:
    """What nights of so many rows, each with bare DuckDB's runs beside it, tell."""
    tables = (_whole(found), _by_stage(found))
    largest = max(found, default=0)
    bars = {}
    if found:
        ours, theirs = found[largest]
        beyond = [gigabytes(a.answer["at_once"] - theirs.peak) for a in ours.runs]
        bars["night"] = Found(ratio(ours, theirs), largest, None, "whole processes, by turns")
        bars["night memory"] = Found(tuple(beyond), largest, None, TOGETHER)
    growth = _growth(found)
    steepest = [e for points in growth.values() if (e := exponent(points)) is not None]
    if steepest:
        bars["growth"] = Found((max(steepest),), largest, None, "")
    return Told(bars, tables, growth)


def no_room(asked: Asked, rows: int) -> str | None:
    need, free = rows * BYTES_A_ROW, shutil.disk_usage(asked.work).free
    if free > need:
        return None
    return f"  {rows:,} rows need some {need / 1e9:.0f} GB of disk, {free / 1e9:.0f} GB are free: not run."


def _side_by_side(asked: Asked, rows: int) -> tuple[Repeated, Repeated]:
    county = asked.work / f"county-{rows}"
    made = alone("benchmarks.county:make", folder=county, rows=rows)
    asked.say(f"  {made.answer['rows']:,} rows in {made.answer['files']} files, made in {made.seconds:.0f} s")
    given, home, bare = (asked.work / name for name in ("given", "home", "bare"))
    memory = MORE if rows > MANY else MEMORY

    def ours() -> Run:
        _keep_parsed(home, asked.work / "parsed")
        (home / "settings.toml").write_text(f'memory = "{memory}"\n', "utf-8")
        run = alone("benchmarks.whole_night:night", home=home, inbox=county / "inbox", hand_over=given)
        if left := run.answer["rows"] - run.answer["accepted"]:
            raise Failed(
                f"{left} rows were not accepted: bare DuckDB, which checks nothing, would count them"
            )
        return run

    def theirs() -> Run:
        run = alone("benchmarks.bare:bare", folder=bare, inbox=county / "inbox", given=given, memory=memory)
        shutil.rmtree(bare)
        if run.answer["differ"]:
            raise Failed(
                f"bare DuckDB came to other figures in {run.answer['differ']} rows: the two are not alike"
            )
        return run

    for old in (home, asked.work / "parsed"):
        shutil.rmtree(old, ignore_errors=True)
    try:
        return tuple(by_turns(asked, (f"night of {rows:,}", ours), (f"bare DuckDB, {rows:,}", theirs)))
    finally:
        for used in (county, given, home, bare, asked.work / "parsed"):
            shutil.rmtree(used, ignore_errors=True)


def _keep_parsed(home: Path, parsed: Path) -> None:
    """A new home that has dbt's project as the night before left it, as every home but a new one has."""
    if (home / "cache").exists():
        shutil.rmtree(parsed, ignore_errors=True)
        shutil.move(home / "cache", parsed)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    if parsed.exists():
        shutil.copytree(parsed, home / "cache")


def _whole(found: dict) -> Table:
    head = (
        "rows",
        "runs",
        "cold s",
        "warm s",
        "rows/s",
        "s of the processor",
        "peak MB",
        "in the memory disk MB",
        "together at one moment MB",
    )
    head += ("bare s", "bare processor s", "bare peak MB", "night / bare", "of the processor", "database MB")
    rows = []
    for size, (ours, theirs) in found.items():
        told = (
            number(ours.cold.seconds),
            span(ours.seconds) if ours.warm else "",
            number(size / ours.middle.seconds),
        )
        disk, together = (max(r.answer[of] for r in ours.runs) for of in ("memory_disk", "at_once"))
        told += (number(ours.processor), number(ours.peak), number(disk), number(together))
        told += (span(theirs.seconds),)
        told += (number(theirs.processor), number(theirs.peak), span(ratio(ours, theirs)))
        told += (number(ours.processor / theirs.processor), number(ours.middle.answer["database"]))
        rows.append((f"{size:,}", str(len(ours.runs)), *told))
    below = (
        "Cold: a home whose dbt project was never read. Where one run takes over ten minutes the cold one is all "
        f"there is. Beyond {MANY:,} rows both are given {MORE}, else {MEMORY}. The night and bare DuckDB came to the same "
        "figures, row for row, in every run."
    )
    return Table("A whole first night, beside bare DuckDB", head, tuple(rows), below)


def _by_stage(found: dict) -> Table:
    names = list(dict.fromkeys(s for ours, _ in found.values() for s in ours.middle.answer["stages"]))
    rows = []
    for name in names:
        cells = []
        for size, (ours, theirs) in found.items():
            seconds, peak = _stage(ours, name), ours.middle.answer["peaks"].get(name)
            engine = theirs.middle.answer
            bare = {**engine["stages"], **engine["extra"]}.get(BESIDE.get(name, ""))
            cells += [
                number(seconds),
                number(size / seconds) if seconds > 0.005 else "",
                number(peak) if peak else "",
            ]
            cells += [number(seconds / bare) if bare else ""]
        points = _growth(found).get(name, [])
        power = exponent(points)
        cells.append("" if power is None else f"{power:.2f}{' DEFECT' if power > 1.05 else ''}")
        rows.append((name, *cells))
    head = ["stage"]
    for size in found:
        head += [f"{size:,} rows: s", "rows/s", "peak MB", "× bare"]
    below = (
        "Read: into the engine, typed, with the line of each row. Check: Great Expectations' counts and the pass that "
        "finds the rows (the ratio is measured by itself, below). Stage to indicators: each moment of the build shared "
        "among the models that ran in it; dbt itself: what is left of it. A stage without a peak is part of the build's, "
        "one without a ratio has nothing beside it in bare DuckDB. Exponents are of sizes at which a stage takes a second."
    )
    return Table("Where the night's time goes", (*head, "exponent"), tuple(rows), below)


def _stage(ours: Repeated, name: str) -> float:
    return ours.middle.answer["stages"].get(name, 0.0)


def _growth(found: dict) -> dict[str, list[tuple[int, float]]]:
    """Seconds of each stage and of the whole at each size, where they tell more than what starting costs."""
    growth: dict[str, list[tuple[int, float]]] = {}
    for size, (ours, _) in sorted(found.items()):
        for name, seconds in {**ours.middle.answer["stages"], "night": ours.middle.seconds}.items():
            if seconds >= LEAST_TO_GROW and name not in ("rest", "dbt itself"):
                growth.setdefault(name, []).append((size, round(seconds, 3)))
    return {name: points for name, points in growth.items() if len(points) > 1}
