"""A figure as a row of a release: text, since a mark may stand in a number's place, and how sure it is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reports.statistics import byar, wilson

NOT_RECEIVED, NOT_APPLICABLE, TOO_FEW = "x", "z", "u"
MARKS = {
    NOT_RECEIVED: "not received: never nothing",
    NOT_APPLICABLE: "does not apply",
    TOO_FEW: "of too few for a rate or a median",
}
COLUMNS = {
    "indicator_code": "VARCHAR",
    "indicator": "VARCHAR",
    "unit": "VARCHAR",
    "basis": "VARCHAR",
    "area_code": "VARCHAR",
    "area": "VARCHAR",
    "period": "VARCHAR",
    "period_kind": "VARCHAR",
    "start_date": "DATE",
    "end_date": "DATE",
    "breakdown": "VARCHAR",
    "breakdown_value": "VARCHAR",
    "breakdown_label": "VARCHAR",
    "numerator": "VARCHAR",
    "denominator": "VARCHAR",
    "value": "VARCHAR",
    "lower": "VARCHAR",
    "upper": "VARCHAR",
    "status": "VARCHAR",
    "not_received": "VARCHAR",
    "provisional": "VARCHAR",
    "note": "VARCHAR",
}
NUMBERS = ("numerator", "denominator", "value")


def rows(figures: list[dict], texts: list[tuple[str, str, str]], notes: list[str]) -> list[dict]:
    """The rows of frozen figures, in `COLUMNS`, of the texts of numerator, denominator and value of each.

    The 95 % interval is reckoned from the counts as they are shown, so that it tells no more than they do:
    Wilson's of a share, Byar's of a count or a rate.
    """
    told = []
    ends = zip(*_intervals(figures, texts), strict=True)
    for figure, numbers, (lower, upper), note in zip(figures, texts, ends, notes, strict=True):
        row = {c: figure.get(c) for c in COLUMNS} | dict(zip(NUMBERS, numbers, strict=True))
        row |= {"lower": lower, "upper": upper, "note": note}
        row["provisional"] = "provisional" if figure["is_provisional"] else "final"
        told.append({c: "" if v is None else str(v) for c, v in row.items()})
    return told


def is_count(figure: dict) -> bool:
    """Whether the figure counts or adds; a median or a ratio of rates does not."""
    return figure["counted"].startswith(("count(", "sum("))


def is_of(figure: dict) -> bool:
    """Whether the figure is a share or a rate of something."""
    return bool(figure["counted_of"] or figure["share_of"] or figure["population_ages"])


def number(value: float) -> str:
    """A number as text, without a trailing `.0`."""
    return str(int(value)) if float(value).is_integer() else f"{value:.4f}".rstrip("0").rstrip(".")


def _intervals(figures: list[dict], texts: list[tuple]) -> tuple[list[str], list[str]]:
    above, below, value = (np.array([_number(t[n]) for t in texts], float) for n in range(3))
    scale = np.array([figure["scale"] for figure in figures], float)
    is_share = np.array([f["unit"].startswith("%") for f in figures], bool)
    of_nothing = np.array([not is_of(f) for f in figures], bool)
    has_none = np.array([f["is_exempt"] or not is_count(f) for f in figures], bool) | np.isnan(value)
    shares = wilson(above, np.where(is_share, below, np.nan), scale)
    rates = byar(above, np.where(of_nothing, 1.0, below), scale)
    found = []
    for share, rate in zip(shares, rates, strict=True):
        ends = np.where(has_none, np.nan, np.where(is_share, share, rate))
        found.append([_end(end, t[2]) for end, t in zip(ends.tolist(), texts, strict=True)])
    return found[0], found[1]


def _end(end: float, value: str) -> str:
    if end == end:
        return number(round(end, 1))
    return NOT_APPLICABLE if _number(value) == _number(value) else value


@lru_cache(100_000)
def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
