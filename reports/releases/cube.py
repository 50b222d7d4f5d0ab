"""Every count behind a release's figures, by series, area and period: numerators, denominators and what is left over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow

OF_A_PART = re.compile(r"(count\((?:\*|distinct \w+)\)) filter \(where (.*)\)")


@dataclass(frozen=True)
class Series:
    """One count, told for areas and periods. `side` is numerator, denominator or rest: denominator less numerator.

    `counted` is what is counted, in the catalogue's words: equal words count the same things.
    """

    indicator: str
    unit: str
    side: str
    breakdown: str
    value: str
    counted: tuple
    period_match: str
    disclosure: str
    share_of: str | None
    place: int


@dataclass(frozen=True)
class Cube:
    """The counts of series x areas x periods (NaN: not told, or nothing that counts people), and who sees them.

    `told` says which of them stand in the release; `numerators` and `denominators` where each figure's two
    counts stand in the flattened counts (-1: it has none there).
    """

    series: tuple[Series, ...]
    areas: tuple[str, ...]
    periods: tuple[tuple, ...]  # (period, kind, first day, last day)
    counts: np.ndarray
    told: np.ndarray
    numerators: np.ndarray
    denominators: np.ndarray


def cube(figures: pyarrow.Table, released: Sequence[bool]) -> Cube:
    """The counts of the figures; `released` marks those that stand in the release, the others are only known of."""
    areas, area = _places(figures["area_code"].to_pylist())
    spans = ("period", "period_kind", "start_date", "end_date")
    periods, period = _places(list(zip(*(figures[c].to_pylist() for c in spans), strict=True)))
    names = ("indicator_code", "unit", "breakdown", "breakdown_value")
    rows = list(zip(*(figures[c].to_pylist() for c in names), strict=True))
    first = {row: n for n, row in reversed(list(enumerate(rows)))}
    series, of_row = _series(figures, first)
    size = (len(areas), len(periods))
    counts, told = np.full((len(series), *size), np.nan), np.zeros((len(series), *size), bool)
    cells, has_value = [], ~np.isnan(figures["numerator"].to_numpy(zero_copy_only=False).astype(float))
    for side in ("numerator", "denominator"):
        found = np.array([of_row[side].get(row, -1) for row in rows])
        values = np.array(figures[side].to_numpy(zero_copy_only=False), float)
        cell = np.where(found >= 0, (found * size[0] + area) * size[1] + period, -1)
        kept = (cell >= 0) & ~np.isnan(values) & has_value
        counts.flat[cell[kept]] = values[kept]
        told.flat[cell[kept & np.asarray(released)]] = True
        cells.append(np.where(kept, cell, -1))
    rest, theirs = _left_over(series, counts)
    everything = (*series, *rest)
    counts = np.concatenate([counts, theirs])
    told = np.concatenate([told, np.zeros(theirs.shape, bool)])
    return Cube(everything, tuple(areas), tuple(periods), counts, told, *cells)


def _places(values: list) -> tuple[list, np.ndarray]:
    """The different values in order, and where each stands."""
    order = sorted(set(values))
    at = {value: n for n, value in enumerate(order)}
    return order, np.array([at[value] for value in values])


def _series(figures: pyarrow.Table, first: dict) -> tuple[list[Series], dict]:
    """The series that count people, and which figures' row names belong to which."""
    series: list[Series] = []
    of_row: dict = {"numerator": {}, "denominator": {}}
    taken = figures.take(pyarrow.array(sorted(first.values()))).to_pylist()
    for row in taken:
        name = tuple(row[c] for c in ("indicator_code", "unit", "breakdown", "breakdown_value"))
        for side, expression in (("numerator", row["counted"]), ("denominator", row["counted_of"])):
            known = side == "denominator" and row["share_of"] == "known"
            if row["is_exempt"] or not (known or _is_count(expression)):
                continue
            of_row[side][name] = len(series)
            words = _known_words(row) if known else _words(row, expression)
            series.append(_one(row, side, words))
    return series, of_row


def _one(row: dict, side: str, counted: tuple) -> Series:
    names = [row[c] for c in ("indicator_code", "unit")]
    kinds = [row[c] for c in ("period_match", "disclosure", "share_of", "place")]
    return Series(*names, side, row["breakdown"], row["breakdown_value"], counted, *kinds)


def _is_count(expression: str | None) -> bool:
    return bool(expression) and expression.startswith(("count(", "sum("))


def _words(row: dict, expression: str) -> tuple:
    """What is counted: the table and its dates, the conditions in any order, and the part."""
    part = OF_A_PART.fullmatch(expression)
    base, condition = part.groups() if part else (expression, "true")
    conditions = {*row["row_filter"].split(" and "), *condition.split(" and ")} - {"true"}
    what = (row["counted_in"], base, tuple(sorted(conditions)))
    columns = dict(pair.split("=") for pair in (row["breakdowns"] or "").split(";") if pair)
    # A rate on another population counts the same things.
    column = columns.get(row["breakdown"], "")
    return (what, column, row["breakdown_value"] if column else "")


def _known_words(row: dict) -> tuple:
    """All parts of a profile share one denominator: those whose part is known."""
    return (("known", row["counted_in"], row["counted"], row["row_filter"]), row["breakdown"], "")


def _left_over(series: list[Series], counts: np.ndarray) -> tuple[list[Series], np.ndarray]:
    """What a share leaves over: those of the denominator that are not in the numerator, which readers can reckon."""
    at = {(s.indicator, s.unit, s.breakdown, s.value, s.side): n for n, s in enumerate(series)}
    found, values = [], [np.empty((0, *counts.shape[1:]))]
    for n, one in enumerate(series):
        whole = at.get((one.indicator, one.unit, one.breakdown, one.value, "denominator"))
        if one.side != "numerator" or whole is None or not one.unit.startswith("%"):
            continue
        rest = counts[whole] - counts[n]
        if np.nanmin(rest, initial=0) < 0:
            continue
        words = ("rest", series[whole].counted, one.counted)
        kinds = (one.period_match, one.disclosure, one.share_of, one.place)
        found.append(Series(one.indicator, one.unit, "rest", one.breakdown, one.value, words, *kinds))
        values.append(rest[None])
    return found, np.concatenate(values)
