"""What is known of each cell by itself: what must stay open, and what a shown or hidden value tells."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from reports.engine.problem import KINDS, SUM, Problem, Profile, Protected


def published(problem: Problem) -> np.ndarray:
    """Which cells are shown unless they are hidden."""
    return np.ones(len(problem.counts), bool) if problem.published is None else problem.published


def small(problem: Problem) -> np.ndarray:
    """Which counts lie in their primary range."""
    return (problem.low <= problem.counts) & (problem.counts <= problem.high)


def must_cover(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which cells must stay open, and from what to what each.

    A small count: its primary range. A hidden one that is not small: a range as wide that holds it, so that a
    hidden nought is not told from a small count, nor a hidden large one from its neighbours.
    """
    counts, low, high = problem.counts, problem.low.copy(), problem.high.copy()
    inside, wide = small(problem), problem.low <= problem.high
    nought = problem.hidden & ~inside & wide & (counts < low)
    low[nought] = counts[nought]
    large = problem.hidden & ~inside & wide & (counts > high)
    half = (problem.high - problem.low + 1) // 2
    low[large], high[large] = (counts - half)[large], (counts + half)[large]
    return inside | nought | large, low, high


def floors(problem: Problem) -> np.ndarray:
    """The least a cell can be that is not shown: 1 where every nought is shown."""
    may_be_nought = ~published(problem) | problem.hidden | (problem.low <= 0)
    return np.where(may_be_nought | (problem.counts == 0), 0, 1)


def free(problem: Problem, profile: Profile) -> np.ndarray:
    """Which cells are anything but a nought that is shown and means nought."""
    means_less = (bases(problem, profile) > 1) & (problem.low > problem.high)
    return (problem.counts > 0) | ~published(problem) | problem.hidden | (problem.low <= 0) | means_less


def bases(problem: Problem, profile: Profile) -> np.ndarray:
    """To what each cell is rounded; 1 is not at all."""
    return np.maximum(np.where(problem.upper, profile.upper_base, profile.round_base), 1)


def rounded(counts: np.ndarray, base: np.ndarray | int) -> np.ndarray:
    """Counts to the nearest multiple of their base, half up."""
    return (2 * counts + base) // (2 * np.asarray(base)) * base


def told(problem: Problem, protected: Protected, profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    """The least and most of each cell by what is shown of it alone, and by earlier releases."""
    shown, seen = np.nan_to_num(protected.shown), ~np.isnan(protected.shown)
    low, high = floors(problem).astype(float), np.full(len(shown), np.inf)
    least, most = _preimages(problem, protected, profile, shown)
    low[seen], high[seen] = least[seen], most[seen]
    return remembered(problem, low, high)


def _preimages(problem, protected, profile, shown) -> tuple[np.ndarray, np.ndarray]:
    """The least and most count that is shown as this, by the rules; whole numbers."""
    if protected.method == "controlled rounding":
        return np.maximum(shown - protected.base + 1, 0), shown + protected.base - 1
    base = bases(problem, profile)
    least, most = np.maximum(shown - base // 2, 0), shown + (base + 1) // 2 - 1
    if protected.method == "suppression":
        # No count of the primary range is shown, so a shown one is none of them.
        rule = (problem.low <= problem.high) & ~small(problem)
        cut = rule & (least >= problem.low) & (least <= problem.high)
        least = np.where(cut, problem.high + 1, least)
        cut = rule & (most >= problem.low) & (most <= problem.high)
        most = np.where(cut, problem.low - 1, most)
    return least, most


def remembered(problem: Problem, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The bounds narrowed by what earlier releases told of the same counts."""
    low, high = low.astype(float), high.astype(float)
    for cell, (least, most) in problem.known.items():
        if least <= problem.counts[cell] <= most:
            low[cell], high[cell] = max(low[cell], np.ceil(least)), min(high[cell], np.floor(most))
    return low, high


def least_by_noughts(problem: Problem, profile: Profile) -> np.ndarray:
    """The least each cell can be where nothing but the noughts is shown, as far as sums of 1 tell."""
    least = floors(problem)
    able = free(problem, profile)
    using = defaultdict(list)
    for number, relation in enumerate(problem.relations):
        for cell in {*relation.parts, relation.total}:
            using[cell].append(number)
    waiting = list(range(len(problem.relations) - 1, -1, -1))
    while waiting:
        relation = problem.relations[waiting.pop()]
        parts, adds = [p for p in relation.parts if able[p]], KINDS[relation.kind] == SUM
        each = [least[p] for p in parts]
        found = [(relation.total, sum(each) if adds else max(each, default=0))]
        if len(parts) == 1:
            found.append((parts[0], least[relation.total]))
        for cell, value in found:
            if value > least[cell]:
                least[cell] = value
                waiting += using[cell]
    return least


def groups(problem: Problem, movable: np.ndarray) -> list[tuple[np.ndarray, list[int]]]:
    """The cells that can tell of each other, each group with the numbers of the relations between them."""
    head = list(range(len(problem.counts)))

    def top(cell: int) -> int:
        while head[cell] != cell:
            head[cell] = head[head[cell]]
            cell = head[cell]
        return cell

    moving = movable.tolist()
    first = {}
    for number, relation in enumerate(problem.relations):
        cells = [c for c in (*relation.parts, relation.total) if moving[c]]
        if cells:
            first[number] = cells[0]
            for cell in cells[1:]:
                head[top(cell)] = top(cells[0])
    cells, between = defaultdict(list), defaultdict(list)
    for cell in np.flatnonzero(movable).tolist():
        cells[top(cell)].append(cell)
    for number, cell in first.items():
        between[top(cell)].append(number)
    return [(np.array(cells[k]), between[k]) for k in cells]
