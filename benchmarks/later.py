"""The measures of nights after the first: nothing new, and one corrected file, on what lies there already."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.bars import Found, number
from benchmarks.nights import no_room
from benchmarks.own_process import Run, alone
from benchmarks.told import Asked, Repeated, Table, Told, by_turns, span


def later(asked: Asked) -> Told:
    """Nights after the first: nothing new, and one corrected file, at each size of what lies there already."""
    rows, bars = [], {}
    for size in asked.sizes:
        if says := no_room(asked, size):
            asked.say(says)
            continue
        history, nothing, changed, corrected = _after_the_first(asked, size)
        bars["nothing new"] = Found(
            nothing.seconds, history, None, "a process of its own, publishing counted in"
        )
        for what, repeated in (
            ("nothing new", nothing),
            (f"one corrected file ({corrected:,} rows)", changed),
        ):
            rows.append(_later_row(history, what, repeated))
    head = (
        "rows there",
        "what came",
        "runs",
        "cold s",
        "warm s",
        "set aside s",
        "build s",
        "publish s",
        "rest s",
        "peak MB",
        "database MB",
    )
    below = (
        "Set aside: the database is read for its hash, and copied for the night to work in. The corrected file is the "
        "smallest of the county's incident reports with one row changed each time; nothing new is an inbox that is empty. Cold is the first of them."
    )
    return Told(bars, (Table("Nights after the first", head, tuple(rows), below),))


def _later_row(history: int, what: str, repeated: Repeated) -> tuple[str, ...]:
    answer = repeated.middle.answer
    stages = dict(answer["stages"])
    aside, publish = stages.pop("set aside", 0.0), stages.pop("publish", 0.0)
    build = sum(
        stages.pop(s, 0.0) for s in ("seeds", "stage", "core", "marts", "indicators", "tests", "dbt itself")
    )
    told = [aside, build, publish, sum(stages.values()), repeated.peak, answer["database"]]
    warm = span(repeated.seconds) if repeated.warm else ""
    return (
        f"{history:,}",
        what,
        str(len(repeated.runs)),
        number(repeated.cold.seconds),
        warm,
        *map(number, told),
    )


def _after_the_first(asked: Asked, size: int) -> tuple[int, Repeated, Repeated, int]:
    county, home, empty, inbox = (asked.work / n for n in (f"county-{size}", "home", "empty", "corrected"))
    for old in (home, empty, inbox):
        shutil.rmtree(old, ignore_errors=True)
    empty.mkdir(parents=True)
    alone("benchmarks.county:make", folder=county, rows=size)
    first = alone("benchmarks.whole_night:night", home=home, inbox=county / "inbox")
    asked.say(f"  the first night of {size:,}: {first.seconds:.0f} s")
    path = min(county.rglob("SYCSE_R04_*.csv"), key=lambda p: p.stat().st_size)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    place = inbox / "SYP" / "confirmed" / path.parent.parent.name / path.name
    place.parent.mkdir(parents=True)
    counted = iter(range(asked.times + 2))

    def night_of(folder: Path) -> Run:
        return alone("benchmarks.whole_night:night", home=home, inbox=folder)

    def corrected() -> Run:
        left_out = 1 + next(counted) % (len(lines) - 1)
        place.write_text("".join(lines[:left_out] + lines[left_out + 1 :]), "utf-8")
        return night_of(inbox)

    try:
        (nothing,) = by_turns(asked, (f"nothing new on {size:,}", lambda: night_of(empty)))
        (changed,) = by_turns(asked, (f"one file on {size:,}", corrected))
    finally:
        for used in (county, home, empty, inbox):
            shutil.rmtree(used, ignore_errors=True)
    return first.answer["rows"], nothing, changed, len(lines) - 2
