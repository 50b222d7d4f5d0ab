"""What charts are drawn from: figures as they stand in a release, a number as text or a mark in its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.rounding import half_up

MARKS = {
    "c": "hidden to protect people",
    "x": "not received",
    "u": "too few to show",
    "z": "does not apply",
}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
Value = str | float | int


@dataclass(frozen=True)
class Point:
    """One figure of a series: its period in words, its value or mark, and whether more of it is still to come.

    `label` is what stands below the axis (the period itself if empty) and `under` a second line there.
    """

    period: str
    value: Value
    partial: bool = False
    label: str = ""
    under: str = ""

    @property
    def number(self) -> float | None:
        """The value as a number; None where a mark stands."""
        return number(self.value)


def month(start: date, value: Value, partial: bool = False) -> Point:
    """The figure of the month that begins on `start`."""
    name = MONTHS[start.month - 1]
    return Point(f"{name} {start.year}", value, partial, name[:3], str(start.year))


def number(value: Value) -> float | None:
    """A value as a number; None where a mark stands in its place, ValueError where neither does."""
    if mark(value):
        return None
    try:
        found = float(value)
    except ValueError as e:
        raise ValueError(f"{value!r} is neither a number nor one of the marks {', '.join(MARKS)}") from e
    if found != found or found in (float("inf"), float("-inf")):
        raise ValueError(f"{value!r} is not a number to draw: give the mark that says why")
    return found


def mark(value: Value) -> str:
    """The mark that stands in a number's place: 'c', 'x', 'u' or 'z'; '' for a number. The NHS's '*' is 'c'."""
    text = str(value).strip()
    return "c" if text == "*" else text if text in MARKS else ""


def shown(value: Value, unit: str = "") -> str:
    """A value as people read it: `1,234`, `12.5`, `c`; a share or a rate always to one decimal place."""
    found = number(value)
    if found is None:
        return mark(value)
    rounded = half_up(found, 1)
    whole = rounded == int(rounded) and not (unit.startswith("%") or " per " in unit)
    return f"{int(rounded) if whole else rounded:,}"


def marks_of(values: Iterable[Value]) -> list[str]:
    """The marks that occur, in their fixed order."""
    found = {mark(v) for v in values}
    return [m for m in MARKS if m in found]
