"""The measures of files by their format: landed, read, checked, accepted and answered, beside bare DuckDB."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.bars import Found, number
from benchmarks.county import PERIOD
from benchmarks.own_process import Run, alone
from benchmarks.told import TOGETHER, Asked, Repeated, Table, Told, by_turns, exponent, gigabytes, ratio, span

STAGES = ("land", "read", "check", "accept", "send back", "rest")


def _formats(asked: Asked, name: str, make: Callable[[Path, int], Run], files: str) -> dict[int, tuple]:
    """size → (what was made, ours, bare DuckDB reading `files` typed)."""
    found = {}
    for size in asked.sizes:
        place = asked.work / name
        shutil.rmtree(place, ignore_errors=True)
        made = make(place / "inbox", size)

        def ours(place=place) -> Run:
            shutil.rmtree(place / "home", ignore_errors=True)
            given = {"home": place / "home", "inbox": place / "inbox", "rows_to": place / "rows"}
            return alone("benchmarks.landed:landed", **given)

        bare = partial(alone, "benchmarks.landed:typed", folder=place / files, into=place / "bare")
        found[size] = (
            made,
            *by_turns(asked, (f"{name} of {size:,}", ours), (f"bare DuckDB, {size:,}", bare)),
        )
        for fate in found[size][1].middle.answer["fates"]:
            asked.say(f"    {fate}")
        shutil.rmtree(place)
    return found


def _format_table(title: str, counted: str, found: dict[int, tuple], below: str) -> Table:
    rows = []
    for size, (made, ours, bare) in found.items():
        answer = ours.middle.answer
        stages = [answer["stages"].get(s, 0.0) for s in STAGES]
        told = (span(ours.seconds), *map(number, stages), number(size / ours.middle.seconds))
        told += (number(ours.peak), number(answer["memory_disk"]), span(bare.seconds))
        ratios = span(ratio(ours, bare))
        rows.append(
            (
                f"{size:,}",
                number(made.answer["bytes"] / 1e6),
                str(len(ours.runs)),
                number(ours.cold.seconds),
                *told,
                ratios,
            )
        )
    head = (counted, "MB", "runs", "cold s", "warm s", *(f"{s} s" for s in STAGES), f"{counted}/s")
    return Table(title, (*head, "peak MB", "in the memory disk MB", "bare s", "× bare"), tuple(rows), below)


def _seconds(found: dict[int, tuple]) -> list[tuple[int, float]]:
    return [(size, round(ours.middle.seconds, 3)) for size, (_, ours, _) in found.items()]


LANDED = (
    "A process of its own from its start to the workbooks of findings: landed in the vault, read, checked, accepted. "
    "The first load of Great Expectations is in it, mostly in `check`."
)


def csv(asked: Asked) -> Told:
    """One CSV of the standard."""

    def make(inbox: Path, rows: int) -> Run:
        return alone(
            "benchmarks.county:reports",
            path=inbox / "SYP" / PERIOD / f"SYCSE_R04_SYP_{PERIOD}_v01.csv",
            rows=rows,
        )

    found = _formats(asked, "csv", make, "inbox")
    table = _format_table(
        "CSV: incident reports (R04), one row in a hundred with a fault", "rows", found, LANDED
    )
    return Told({}, (table,), {"a CSV": _seconds(found)})


def xlsx(asked: Asked) -> Told:
    """One workbook of the standard."""

    def make(inbox: Path, rows: int) -> Run:
        return alone(
            "benchmarks.county:workbook",
            path=inbox / "SYP" / PERIOD / f"SYCSE_R04_SYP_{PERIOD}_v01.xlsx",
            rows=rows,
        )

    found = _formats(asked, "xlsx", make, "rows")
    below = f"{LANDED} Bare DuckDB, which reads no workbook here, is given the accepted rows as CSV."
    table = _format_table("XLSX: the same rows as a workbook", "rows", found, below)
    largest = max(found, default=0)
    bars = {"XLSX": _for_bar(found[largest][1:], largest)} if found else {}
    return Told(bars, (table,), {"an XLSX": _seconds(found)})


def _for_bar(pair: tuple[Repeated, Repeated], size: int) -> Found:
    ours, bare = pair
    return Found(ours.seconds, size, statistics.median(ratio(ours, bare)), "")


def ssda903(asked: Asked) -> Told:
    """An SSDA903 set of six tables; sizes are children, 9.7 rows each."""

    def make(inbox: Path, children: int) -> Run:
        return alone("benchmarks.county:care", folder=inbox / "SHE" / "2023-24" / "set", children=children)

    found = _formats(asked, "ssda903", make, "inbox")
    below = (
        f"{LANDED} Rows: of all six tables of the set, 970 for each hundred children, as a published made-up set has "
        "them. Measured for this project on two cores, on a set of the same number of rows: the public validator's own "
        "whole process with its report 228 s (163 s of the processor, 4.6 GB); the nearest pipeline's cleaning of five "
        "tables 809 s (537 s, 0.6 GB); clocks of a shared machine, give or take 40 in a hundred."
    )
    rows = {made.answer["rows"]: (made, *pair) for made, *pair in found.values()}
    table = _format_table("SSDA903: a set of six CSV tables", "rows", rows, below)
    bars = {}
    if rows:
        largest = max(rows)
        told = _for_bar(rows[largest][1:], largest)
        ours = rows[largest][1]
        held = tuple(gigabytes(r.answer["at_once"]) for r in ours.runs)
        bars = {"SSDA903 validator": told, "SSDA903 pipeline": told}
        bars["SSDA903 memory"] = Found(held, largest, None, TOGETHER)
    return Told(bars, (table,), {"an SSDA903": _seconds(rows)})


def cin(asked: Asked) -> Told:
    """A children in need census; sizes are children, six rows each."""

    def make(inbox: Path, children: int) -> Run:
        return alone("benchmarks.county:census", path=inbox / "DON" / "census.xml", children=children)

    found = _formats(asked, "cin", make, "rows")
    below = (
        f"{LANDED} Six rows for each child: a referral, an assessment, four events. Bare DuckDB, which reads no XML, is "
        "given the accepted rows as CSV."
    )
    table = _format_table("Children in need census (XML)", "children", found, below)
    bars = {}
    if found:
        largest = max(found)
        told = _for_bar(found[largest][1:], largest)
        bars["CIN"] = Found(tuple(largest / s for s in told.values), largest, told.ratio, "")
        if (power := exponent(_seconds(found))) is not None:
            bars["CIN growth"] = Found((power,), largest, None, "")
    return Told(bars, (table,), {"a CIN census": _seconds(found)}, "children")
