"""The text alternative of a chart, made from its figures: what somebody who cannot see it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.charts.points import MARKS, Point, Value, mark, shown

NAMED = 3  # how many of equal lowest or highest periods are named before the rest are counted
NOT_NOUGHT = "A gap is not nought."


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def span(points: Sequence[Point]) -> str:
    """`April 2024 to April 2025`, or the one period there is."""
    if not points:
        return "no period"
    first, last = points[0].period, points[-1].period
    return first if first == last else f"{first} to {last}"


def ends(points: Sequence[Point], unit: str) -> list[str]:
    """Sentences for the first, last, least and most of the figures that can be shown."""
    told = [p for p in points if p.number is not None]
    if not told:
        return ["No figure can be shown."]
    if len(told) == 1:
        return [f"One figure: {_at(told, unit)}."]
    least, most = min(p.number for p in told), max(p.number for p in told)
    if least == most:
        return [f"All {len(told)} figures are {figure(told[0].value, unit)}."]
    return [
        f"First: {_at(told[:1], unit)}. Last: {_at(told[-1:], unit)}.",
        f"Least: {_at([p for p in told if p.number == least], unit)}.",
        f"Most: {_at([p for p in told if p.number == most], unit)}.",
    ]


def _at(points: Sequence[Point], unit: str) -> str:
    names = [p.period for p in points]
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], f"{len(names) - NAMED} other periods"]
    return f"{figure(points[0].value, unit)} in {listed(names)}"


def figure(value: Value, unit: str) -> str:
    """A value with the sign of its unit: `30.8 %`, `12`, or the words of its mark."""
    if mark(value):
        return MARKS[mark(value)]
    return shown(value, unit) + (" %" if unit.startswith("%") else "")


def gaps(named: Iterable[tuple[str, Value]]) -> list[str]:
    """Sentences that name what is hidden, not received or too few; none where there are no gaps."""
    found = [(name, mark(value)) for name, value in named]
    said = []
    for letter, words in MARKS.items():
        names = [name for name, m in found if m == letter]
        every = len(names) == len(found) > NAMED
        said += [f"{words.capitalize()}: {f'all {len(names)}' if every else listed(names)}."] if names else []
    return [*said, NOT_NOUGHT] if said else []


def partial(points: Sequence[Point]) -> list[str]:
    """A sentence for figures that may still rise."""
    names = [p.period for p in points if p.partial and p.number is not None]
    return [f"Part received, may still change: {listed(names)}."] if names else []


def key(marks: Iterable[str]) -> str:
    """The line below a chart that says what its letters mean; a line breaks between them only."""
    return "; ".join(f"{m}: {MARKS[m]}".replace(" ", "\N{NO-BREAK SPACE}") for m in marks)
