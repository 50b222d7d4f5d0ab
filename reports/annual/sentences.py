"""Sentences from figures: what was, how sure it is, and no more of a change than the intervals allow."""

from __future__ import annotations

from reports import words
from reports.annual.shelf import Area, Shelf
from reports.annual.standing import crossed
from reports.reading import Figure, number

WHOLE = "received"
NO_FIGURE = "the release has no figure for this area"
ABSENT = {
    "x": "not received. It does not mean 0, and absence of data is not absence of abuse",
    "c": "hidden, so that nobody can be found",
    "z": "nothing to count it of",
    "u": "of too few to give a share or a median",
}


def change(before: Figure | None, now: Figure | None, shelf: Shelf) -> str:
    """What may be said of a figure after the year before: never of a broken series, nor of what is not whole."""
    if before is None or now is None or None in (before.number, now.number):
        return "cannot be compared"
    if crossed(before, now, shelf):
        return "cannot be compared: the series breaks"
    if {before.status, now.status} != {WHOLE}:
        return "cannot be compared: not all of it is in"
    return words.change(before, now)


def sentence(measure: tuple[str, str], area: Area, shelf: Shelf) -> str:
    """`CSE complaints (complaint): 111 in 2024-25 (95 % interval 91.3 to 133.7). In 2023-24: 95. It …`"""
    now = shelf.get(measure, area.code, shelf.year)
    name = shelf.indicators.get(measure, {}).get("indicator") or measure[0]
    head = f"{name} ({measure[1]}){'' if area == shelf.area else f', {area.name}'}"
    if now is None:
        return f"{head}: {NO_FIGURE}."
    if now.number is None:
        return f"{head}: in {shelf.year} {ABSENT.get(now.value.replace('*', 'c'), now.value)}."
    return f"{head}: {_figure(now)} in {shelf.year}{_sure(now)}.{_standing(now)}{_before(measure, area, now, shelf)}"


def _figure(figure: Figure) -> str:
    sign = " %" if figure.unit.startswith("%") else ""
    return words.shown(figure.value, figure.unit) + sign


def _sure(figure: Figure) -> str:
    """In brackets: of how many, and the interval; a count is of nothing."""
    told = []
    if figure.unit.startswith("%") and None not in (number(figure.numerator), number(figure.denominator)):
        told.append(f"{words.shown(figure.numerator, '')} of {words.shown(figure.denominator, '')}")
    if number(figure.lower) is not None:
        told.append(f"95 % interval {words.interval(figure)}")
    return f" ({'; '.join(told)})" if told else ""


def _standing(figure: Figure) -> str:
    """What must be said at once where not all of it is in, or it may still change."""
    said = {
        "part received": " Part of it was not received.",
        "incomplete follow-up": " Not yet followed to the end: it may rise.",
    }.get(figure.status, "")
    return said + (" Provisional." if figure.provisional == "provisional" else "")


def _before(measure: tuple[str, str], area: Area, now: Figure, shelf: Shelf) -> str:
    before = shelf.get(measure, area.code, shelf.before) if shelf.before else None
    if before is None:
        return ""
    if before.number is None:
        why = ABSENT.get(before.value.replace("*", "c"), before.value).split(".")[0]
        return f" In {shelf.before}: {why}; nothing can be said of a change."
    return f" In {shelf.before}: {_figure(before)}. It {change(before, now, shelf)}."
