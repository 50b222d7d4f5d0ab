"""Numbers and marks as people read them, and what may be said of two of them."""

from __future__ import annotations

import re

from reports.reading import Figure, number
from reports.rounding import half_up

BRACKETS = {"c": "[c]", "*": "[c]", "x": "[x]", "z": "[z]", "u": "[u]"}
SAID = {
    "[c]": "hidden, so that nobody can be found",
    "[x]": "not received: it does not mean 0",
    "[z]": "does not apply",
    "[u]": "of too few for a rate or a median",
}


def places(unit: str) -> int:
    """Decimal places figures of a unit are read with; two for FTE, since posts come in quarters."""
    if unit.startswith("FTE"):
        return 2
    return 1 if re.search(r"%| per |ratio|median", unit) else 0


def shown(text: str, unit: str) -> str:
    """A number of a release as people read it: `1,234`, `52.4`; a mark in brackets, which is never 0."""
    if number(text) is None:
        return BRACKETS.get(text, text)
    return f"{half_up(text, places(unit)):,}"


def interval(figure: Figure) -> str:
    """`40.7 to 76.6`, the 95 % interval; a mark where there is none."""
    if number(figure.lower) is None:
        return BRACKETS.get(figure.lower, figure.lower)
    return f"{half_up(figure.lower, 1):,} to {half_up(figure.upper, 1):,}"


def change(before: Figure, now: Figure) -> str:
    """What may be said of a figure after another of its kind: rose, fell, or no more than chance allows.

    Counts of staff and schools are whole and have no interval: they rose or fell as they did.
    """
    was, value = number(before.value), number(now.value)
    if was is None or value is None:
        return "cannot be compared"
    if value == was:
        return "did not change"
    least, lower = number(before.lower), number(now.lower)
    if least is None or lower is None:
        return "rose" if value > was else "fell"
    if lower > float(before.upper):
        return "rose"
    return "fell" if float(now.upper) < least else "changed by no more than chance allows"
