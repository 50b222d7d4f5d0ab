"""What stands in the way of a fair comparison: breaks in the series, and returns that were not received."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from refusal import Refusal
from reports.comparison.asked import ALL, COUNTY
from reports.comparison.gathered import Question
from reports.reading import Figure

MISSING = ("not received", "part received")
NOT_PUBLISHED_EXIT = 3
BREAKS = """
    select area_code, break_date, note from breaks
    where indicator_code = $code and list_contains($parts, breakdown) order by break_date, note, area_code"""


@dataclass(frozen=True)
class Broken:
    """A break in the series of some areas: the day (None: not known) and what changed."""

    day: date | None
    note: str
    areas: frozenset[str]

    def lies(self, area_code: str, first: date, last: date) -> bool:
        """Whether it cuts an area's figures from a first day to a last; of a day not known it may."""
        here = (COUNTY if area_code == "U" else area_code) in self.areas
        return here and (self.day is None or first < self.day <= last)

    @property
    def when(self) -> str:
        return f"on {self.day.isoformat()}" if self.day else "on a day that is not known"


def breaks(question: Question) -> list[Broken]:
    """Every break of the indicator, and of the breakdown asked, that the release tells of."""
    parts = list(dict.fromkeys([ALL, question.breakdown]))
    rows = question.release.ask(BREAKS, {"code": question.listed["indicator_code"], "parts": parts})
    found = groupby(rows, key=lambda r: (r["break_date"], r["note"]))
    return [Broken(day, note, frozenset(r["area_code"] for r in group)) for (day, note), group in found]


def crossed(found: Iterable[Broken], figures: Sequence[Figure]) -> list[Broken]:
    """The breaks that lie between figures that are shown.

    Within one period nothing is held against an earlier one, so a break of a day not known cuts nothing there.
    """
    if not figures:
        return []
    first, last = min(f.start_date for f in figures), max(f.end_date for f in figures)
    is_one = len({f.period for f in figures}) == 1
    codes = {f.area_code for f in figures}
    return [
        b
        for b in found
        if not (is_one and b.day is None) and any(b.lies(code, first, last) for code in codes)
    ]


def missing(figures: Iterable[Figure]) -> list[str]:
    """The returns that figures needed and did not get, each with its periods: `R14 DON (2021-22 to 2023-24)`."""
    lacking = [f for f in figures if f.status in MISSING]
    order = list(dict.fromkeys(f.period for f in sorted(lacking, key=lambda f: f.start_date)))
    by_return: dict[str, set[str]] = {}
    for figure in lacking:
        for name in (figure.not_received or f"a return of {figure.area}").split("; "):
            by_return.setdefault(name, set()).add(figure.period)
    return [f"{name} ({runs(by_return[name], order)})" for name in sorted(by_return)]


def runs(periods: set[str], order: Sequence[str]) -> str:
    """Periods in words, those that follow one another as one stretch."""
    stretches = groupby(order, key=lambda period: period in periods)
    found = [list(run) for stands, run in stretches if stands]
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in found)


def told(question: Question, found: Sequence[Broken], returns: Sequence[str]) -> list[str]:
    """Sentences for what stands in the way."""
    said = [f"{question.what} breaks {b.when}: {b.note}" for b in found]
    if returns:
        said.append(f"Returns were not received, which does not mean 0: {'; '.join(returns)}.")
    return said


def refuse(question: Question, found: Sequence[Broken], returns: Sequence[str]) -> None:
    """Refusal (exit 3) where anything stands in the way that the reader did not say to go past."""
    said = told(question, found, returns)
    options = ["--across-breaks"] * bool(found) + ["--without-coverage"] * bool(returns)
    if said:
        raise Refusal(
            f"Not compared. {' '.join(said)} Ask other areas or periods, or go on with {' '.join(options)}.",
            NOT_PUBLISHED_EXIT,
        )
