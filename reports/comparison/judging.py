"""What may be said of a figure: against a benchmark, and against the same period a year earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports import statistics, words
from reports.comparison.asked import COUNTY, Place, own
from reports.comparison.barriers import MISSING, Broken
from reports.comparison.gathered import Question, year_before
from reports.comparison.told import OURS, PUBLISHED
from reports.reading import Figure, number

NOT_COMPARED = statistics.WORDS[0]
ITSELF = "the benchmark"
NO_YEAR_BEFORE = "no figure a year before"
INCOMPLETE = "incomplete follow-up"
NOT_WHOLE = (*MISSING, INCOMPLETE)


@dataclass(frozen=True)
class Benchmark:
    """What figures are held against: a place, whose its figures are, and each by its last day and breakdown value."""

    place: Place
    whose: str
    values: dict[tuple[date, str], str]

    @property
    def says(self) -> str:
        return f"{self.place.name} ({self.whose})"


def benchmark(question: Question, ours: Sequence[Figure], published: Sequence[dict]) -> Benchmark | None:
    """The area asked next after the first that can be held against, else South Yorkshire; None where neither can.

    What others published and count otherwise than we do is shown beside our figures and never held against them.
    """
    first, *others = question.places
    candidates = [p for p in others if p.is_one] + [
        p for p in own(question.release).values() if p.code == COUNTY
    ]
    for place in candidates:
        if place.code == first.code:
            continue
        held = {
            # What is counted in part is no measure for what is counted whole.
            (f.end_date, f.breakdown_value): "" if f.status in MISSING else f.value
            for f in ours
            if f.area_code == place.code
        }
        if held:
            return Benchmark(place, OURS, held)
        told = [r for r in published if r["area_code"] == place.code and not r["differs"]]
        if told:
            return Benchmark(place, PUBLISHED, {(r["end_date"], "all"): r["value"] for r in told})
    return None


def marks(question: Question, figures: Sequence[Figure], against: Benchmark | None) -> list[str]:
    """The benchmark's figure beside each figure; '' where counts are not held against one another."""
    if against is None or not question.is_share:
        return [""] * len(figures)
    return [against.values.get((f.end_date, f.breakdown_value), "") for f in figures]


def compared(
    question: Question, figures: Sequence[Figure], against: Benchmark | None, beside: Sequence[str]
) -> list[str]:
    """A word for each figure: better, similar or worse than the benchmark (higher or lower where neither is good).

    `beside`: the benchmark's figure for each, of `marks`.
    """
    if against is None or not question.is_share or not figures:
        return [NOT_COMPARED] * len(figures)
    lower = [_end("" if f.status in MISSING else f.lower) for f in figures]
    upper = [_end(f.upper) for f in figures]
    found = statistics.compared(lower, upper, [_end(m) for m in beside], question.listed["polarity"])
    itself = against.place.code if against.whose == OURS else None
    return [ITSELF if f.area_code == itself else word for f, word in zip(figures, found, strict=True)]


def _end(text: str) -> float:
    found = number(text)
    return float("nan") if found is None else found


def changes(
    shown: Sequence[Figure], every: Sequence[Figure], breaks: Sequence[Broken], across: bool
) -> list[tuple[str, str]]:
    """(the figure of the same period a year earlier, what may be said of the change) of each figure shown."""
    earlier = {(f.area_code, f.breakdown_value, f.start_date): f for f in every}
    return [
        _change(earlier.get((f.area_code, f.breakdown_value, year_before(f.start_date))), f, breaks, across)
        for f in shown
    ]


def _change(before: Figure | None, now: Figure, breaks: Sequence[Broken], across: bool) -> tuple[str, str]:
    if before is None:
        return "", NO_YEAR_BEFORE
    between = [b for b in breaks if b.lies(now.area_code, before.start_date, now.end_date)] if breaks else ()
    if between and not across:
        return before.value, f"not compared: the series breaks {between[0].when}"
    if before.status in NOT_WHOLE or now.status in NOT_WHOLE:
        status = next(s for s in NOT_WHOLE if s in (before.status, now.status))
        return before.value, f"not compared: {status}"
    said = words.change(before, now)
    return before.value, f"{said} (across a series break)" if between else said
