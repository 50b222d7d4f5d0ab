"""A release as a problem of disclosure: its cells, what holds between them, and which may not be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow

from reports.disclosure import Problem, Profile, Relation
from reports.releases.below_nought import lifted
from reports.releases.cube import Cube, cube
from reports.releases.linked import WHOLE, Link, Links, links

# Two series that agree wherever either is told are taken for one and the same: so many cells must say so.
EVIDENCE = 4


@dataclass(frozen=True)
class Publication:
    """The figures of a release, the problem they are, and the cell of each figure's two counts (-1: it has none).

    `series` and `places` name each cell: (indicator, unit, breakdown, value) and (area, period).
    """

    figures: pyarrow.Table
    problem: Problem
    numerators: np.ndarray
    denominators: np.ndarray
    named: list[tuple]
    failed: list[str]


def publication(
    figures: pyarrow.Table,
    profile: Profile,
    released: Sequence[bool] | None = None,
    known: Mapping[tuple, tuple[float, float]] | None = None,
    closed: Mapping[tuple, tuple[float, float]] | None = None,
) -> Publication:
    """The cells and relations of frozen figures.

    `released`: which rows stand in the release; the others are of earlier ones. `known`: what earlier releases
    told, by (row, side). `closed`: the counts, by (row, side), that may not be shown, and what must stay open.
    """
    counted = cube(figures, [True] * figures.num_rows if released is None else released)
    found = links(counted)
    cells = _cells(found, _groups(found))
    numbers, first = np.unique(cells, return_index=True)
    first = first[numbers >= 0]
    at = {
        "numerator": _of_rows(cells, counted.numerators),
        "denominator": _of_rows(cells, counted.denominators),
    }
    named, told = _named(found, first), _told(cells, counted, len(first))
    counts = _all_counts(found).reshape(-1)[first].astype(np.int64)
    low, high = _ranges(counted, cells, told, profile)
    for (row, side), ends in (closed or {}).items():
        widen(low, high, counts[at[side][row]], at[side][row], *ends)
    hidden = _hidden_noughts(found, cells, counts, profile)
    problem = Problem(
        counts=counts,
        relations=_relations(found.found, cells, counts, hidden),
        upper=np.array([name[4] == WHOLE for name in named], bool),
        hidden=hidden,
        low=low,
        high=high,
        known=_narrowed((at[side][row], *ends) for (row, side), ends in (known or {}).items()),
        published=told,
    )
    return Publication(figures, lifted(problem), at["numerator"], at["denominator"], named, found.failed)


def widen(low: np.ndarray, high: np.ndarray, now: int, cell: int, least: float, most: float) -> None:
    """Have a cell stay open from `least` to `most`, and over its own range if it is small now."""
    if low[cell] <= now <= high[cell]:
        least, most = min(least, low[cell]), max(most, high[cell])
    low[cell], high[cell] = least, most


def _of_rows(cells: np.ndarray, flat: np.ndarray) -> np.ndarray:
    return np.where(flat >= 0, cells[np.maximum(flat, 0)], -1)


def _all_counts(found: Links) -> np.ndarray:
    return np.concatenate([found.cube.counts, *(d[None] for d in found.derived)])


def _groups(found: Links) -> np.ndarray:
    """The number of each series' group: those that count the same things are one.

    They do where the catalogue says so in the same words, where a relation found it, or where their counts
    are the same everywhere and there are enough of them. Parts of one whole are never taken for one another.
    """
    counts = _all_counts(found)
    group = list(range(len(counts)))
    families = defaultdict(set)
    for n, members in enumerate(found.apart):
        for member in members:
            families[member].add(n)

    def top(s: int) -> int:
        while group[s] != s:
            s = group[s]
        return s

    for one, other in _alike(found, counts):
        a, b = top(one), top(other)
        if a != b and not families[a] & families[b]:
            group[max(a, b)] = min(a, b)
            families[min(a, b)] |= families[max(a, b)]
    return np.array([top(s) for s in range(len(group))])


def _alike(found: Links, counts: np.ndarray):
    """Pairs of series that count the same things, the surest first."""
    words, figures = {}, {}
    for n, s in enumerate(found.cube.series):
        other = words.setdefault((s.counted, s.share_of == "known" and s.side == "rest"), n)
        if other != n and _agree(counts[n], counts[other]):
            yield other, n
    yield from found.same
    for n, values in enumerate(np.nan_to_num(counts)):
        positive = values[values > 0]
        if len(positive) >= EVIDENCE and len(np.unique(positive)) >= EVIDENCE:
            other = figures.setdefault(values.tobytes(), n)
            if other != n:
                yield other, n


def _agree(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((np.isnan(one) | np.isnan(other) | (one == other)).all())


def _cells(found: Links, group: np.ndarray) -> np.ndarray:
    """The number of the cell every flat place of the counts belongs to; -1 where nothing is told."""
    counts = _all_counts(found)
    size = counts[0].size
    flat = np.where(
        np.isnan(counts), -1, group[:, None, None] * size + np.arange(size).reshape(counts[0].shape)
    )
    numbers, cells = np.unique(flat.reshape(-1), return_inverse=True)
    return cells - 1 if numbers[0] == -1 else cells


def _told(cells: np.ndarray, counted: Cube, size: int) -> np.ndarray:
    """Which cells stand in the release by some figure of theirs."""
    told = np.zeros(size, bool)
    shown = counted.told.reshape(-1)
    told[cells[: len(shown)][shown]] = True
    return told


def _cells_of(counted: Cube, cells: np.ndarray) -> np.ndarray:
    """The cells of each series of the cube."""
    return cells[: counted.counts.size].reshape(len(counted.series), -1)


def _ranges(
    counted: Cube, cells: np.ndarray, told: np.ndarray, profile: Profile
) -> tuple[np.ndarray, np.ndarray]:
    """The range of small counts of each cell: the profile's, and up to its threshold where only class H tells it."""
    high, other = np.zeros(len(told), bool), np.zeros(len(told), bool)
    shown = counted.told.reshape(len(counted.series), -1)
    for s, mine, is_told in zip(counted.series, _cells_of(counted, cells), shown, strict=True):
        if s.disclosure == "H":
            high[mine[mine >= 0]] = True
        else:
            other[mine[is_told]] = True
    low = np.full(len(told), profile.primary_from)
    most = max(profile.threshold_high - 1, profile.primary_to)
    return low, np.where(high & ~other & (profile.primary_to > 0), most, profile.primary_to)


def _hidden_noughts(found: Links, cells: np.ndarray, counts: np.ndarray, profile: Profile) -> np.ndarray:
    """Noughts of a table by ethnicity, where the profile hides them and nothing else tells them."""
    hidden = np.zeros(len(counts), bool)
    if profile.zeros != "hidden in ethnicity" or not len(counts):
        return hidden
    for s, mine in zip(found.cube.series, _cells_of(found.cube, cells), strict=True):
        if s.breakdown == "ethnicity":
            hidden[mine[mine >= 0]] = True
    hidden &= counts == 0
    before = -1
    while before != hidden.sum():
        before = hidden.sum()
        for link in found.found:
            _show_told_noughts(hidden, counts, cells[link.totals], cells[link.parts])
    return hidden


def _show_told_noughts(hidden: np.ndarray, counts: np.ndarray, totals: np.ndarray, parts: np.ndarray) -> None:
    """The parts of a nought that is shown are noughts, and so is the total of shown noughts."""
    told = (totals >= 0) & (counts[totals] == 0)
    below = parts[told & ~hidden[totals]]
    hidden[below[below >= 0]] = False
    shown = ((parts < 0) | (~hidden[parts] & (counts[parts] == 0))).all(axis=1)
    hidden[totals[told & shown & (parts >= 0).any(axis=1)]] = False


def _relations(
    found: Sequence[Link], cells: np.ndarray, counts: np.ndarray, hidden: np.ndarray
) -> tuple[Relation, ...]:
    """The relations between cells, each once; those of noughts all shown tell nobody anything."""
    seen = {}
    for link in found if len(counts) else ():
        totals, parts = cells[link.totals], cells[link.parts]
        closed = hidden[totals] | (hidden[parts] & (parts >= 0)).any(axis=1)
        use = (
            (totals >= 0)
            & (parts >= 0).any(axis=1)
            & ((counts[totals] != 0) | closed | (counts[parts] * (parts >= 0) < 0).any(axis=1))
        )
        for total, row in zip(totals[use].tolist(), parts[use].tolist(), strict=True):
            members = tuple(sorted({part for part in row if part >= 0}))
            if total not in members:
                seen[link.kind, members, total] = None
    return tuple(Relation(members, total, kind) for kind, members, total in seen)


def _narrowed(told: Iterable[tuple]) -> dict[int, tuple[float, float]]:
    """What several releases told of one cell is known together."""
    known: dict[int, tuple[float, float]] = {}
    for cell, low, high in told:
        if cell >= 0:
            before = known.get(int(cell), (0.0, np.inf))
            known[int(cell)] = (max(low, before[0]), min(high, before[1]))
    return known


def _named(found: Links, first: np.ndarray) -> list[tuple]:
    """(indicator, unit, breakdown, value, area, period) of a figure each cell stands behind."""
    counted = found.cube
    areas, periods = counted.counts.shape[1:]
    named = []
    for flat in first.tolist():
        s, place = divmod(flat, areas * periods)
        area, period = counted.areas[place // periods], counted.periods[place % periods][0]
        one = counted.series[s if s < len(counted.series) else found.of[s - len(counted.series)]]
        named.append((one.indicator, one.unit, one.breakdown, one.value, area, period))
    return named
