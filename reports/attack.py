"""What somebody with all the tables and a computer can work out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refusal import Refusal
from reports import known_cells
from reports.disclosure import Exposed, Problem, Profile, Protected
from reports.movement import Movement, build
from reports.questions import bounds, move_whole, together
from reports.wants import Wanted, credit, wanted, whole_ones

# What moving a hidden cell costs beside a shown one (1 or more): enough to keep movements short, too little to
# choose by, and less than moving many shown cells within their rounding.
HIDDEN_COST = 1e-3


@dataclass(frozen=True)
class Noughts:
    """What the noughts alone tell: when asked, models with all else hidden, and how far down cells should go."""

    problem: Problem
    profile: Profile
    least: np.ndarray
    models: list[tuple[Movement, Wanted]]


def exposed(problem: Problem, protected: Protected, profile: Profile) -> list[Exposed]:
    """The cells that can be known too well; see disclosure.attack."""
    low, high = _told(problem, protected, profile)
    sensitive, least, most = known_cells.must_cover(problem)
    if protected.method == "suppression":  # else nothing shown means nought
        least = np.maximum(least, known_cells.least_by_noughts(problem, profile))
    fixed = sensitive & (low == high) & ((least < low) | (most > high))
    found = [_exposed(i, low[i], high[i], least[i], most[i]) for i in np.flatnonzero(fixed).tolist()]
    noughts = (
        Noughts(problem, profile, np.where(sensitive, least, problem.counts), [])
        if protected.method == "suppression"
        else None
    )
    for moves in _models(problem, protected, low, high, sensitive):
        cells = moves.cells
        needs = wanted(sensitive[cells], problem.counts[cells], least[cells], most[cells])
        for cell in _not_open(moves, needs, problem.counts[cells], noughts):
            count = problem.counts[cells[cell]]
            least_now, most_now = count + needs.by[:, cell]
            found.append(_exposed(cells[cell], *_interval(moves, cell, count, needs), least_now, most_now))
    return sorted(found, key=lambda e: e.cell)


def intervals(problem: Problem, protected: Protected, profile: Profile) -> np.ndarray:
    """The least and most of every cell; see disclosure.intervals."""
    low, high = _told(problem, protected, profile)
    for moves in _models(problem, protected, low, high, np.ones(len(low), bool)):
        for cell, number in enumerate(moves.cells):
            down, up = bounds(moves, cell)
            low[number], high[number] = problem.counts[number] + (down, up)
    return np.stack([low, high], axis=1)


def _told(problem: Problem, protected: Protected, profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    low, high = known_cells.told(problem, protected, profile)
    wrong = np.flatnonzero((problem.counts < low) | (problem.counts > high))
    if len(wrong):
        raise Refusal(f"What is shown of cell {wrong[0]} is not its count as the profile shows it.", code=5)
    return low, high


def _exposed(cell: int, low: float, high: float, least: float, most: float) -> Exposed:
    return Exposed(int(cell), float(low), float(high), (int(least), int(most)))


def _models(problem, protected, low, high, of_interest) -> list[Movement]:
    """A model for each group of cells that can tell of each other and holds one of interest."""
    seen = ~np.isnan(protected.shown)
    inner = np.where(seen, (low, high), (problem.counts, problem.counts))
    return [
        build(problem, cells, between, inner, np.stack([low, high]), np.full(len(cells), HIDDEN_COST))
        for cells, between in known_cells.groups(problem, high > low)
        if of_interest[cells].any()
    ]


def _not_open(moves: Movement, needs: Wanted, counts: np.ndarray, noughts: Noughts | None) -> list[int]:
    """The cells of a model that cannot be proved to be able to move as far as wanted."""
    hidden = np.ones(len(moves.cells), bool)
    # Where nothing is shown, five times the whole table is as good a table.
    for movement in whole_ones(moves, 4.0 * counts, hidden):
        credit(needs, movement)
    together(moves, needs, hidden)
    stuck = []
    for cell in np.flatnonzero(~needs.met.all(axis=0)).tolist():
        for way in (0, 1):
            if not needs.met[way, cell] and not _opens(moves, needs, cell, way, noughts):
                stuck.append(cell)
                break
    return stuck


def _opens(moves: Movement, needs: Wanted, cell: int, way: int, noughts: Noughts | None) -> bool:
    if _proved(moves, needs, cell, way):
        return True
    if way == 1 or noughts is None:
        return False
    # The sums of 1 do not tell all that the noughts tell; ask exactly before calling it exposed.
    for whole in (False, True):
        least = min(_least(noughts, moves.cells[cell], whole), 0)
        if least > needs.by[0, cell]:
            needs.by[0, cell] = least
            if least == 0 or _proved(moves, needs, cell, way):
                return True
    return False


def _proved(moves: Movement, needs: Wanted, cell: int, way: int) -> bool:
    for movement in move_whole(moves, cell, needs.by[way, cell]):
        credit(needs, movement)
    return bool(needs.met[way, cell])


def _least(noughts: Noughts, number: int, whole: bool) -> float:
    """How far down a cell can go with everything hidden but the noughts, whatever earlier releases told."""
    for moves, needs in noughts.models or _all_hidden(noughts):
        for cell in np.flatnonzero(moves.cells == number).tolist():
            # Most can go as far as they should; finding that is quicker than finding how far they can.
            if needs.met[0, cell] or _proved(moves, needs, cell, 0):
                return needs.by[0, cell]
            return bounds(moves, cell, whole)[0]
    return 0.0


def _all_hidden(noughts: Noughts) -> list[tuple[Movement, Wanted]]:
    problem = noughts.problem
    floor = known_cells.floors(problem).astype(float)
    ceiling = np.where(known_cells.free(problem, noughts.profile), np.inf, problem.counts)
    inner, outer = np.stack([problem.counts, problem.counts]), np.stack([floor, ceiling])
    for cells, between in known_cells.groups(problem, ceiling > floor):
        moves = build(problem, cells, between, inner, outer, np.ones(len(cells)))
        counts, least = problem.counts[cells], noughts.least[cells]
        needs = wanted(least < counts, counts, least, counts)
        together(moves, needs, np.ones(len(cells), bool))
        noughts.models.append((moves, needs))
    return noughts.models


def _interval(moves: Movement, cell: int, count: int, needs: Wanted) -> tuple[float, float]:
    down, up = bounds(moves, cell)
    if down <= needs.by[0, cell] and up >= needs.by[1, cell]:
        # Only whole tables are too few.
        exact = bounds(moves, cell, whole=True)
        down, up = max(down, exact[0]), min(up, exact[1])
    return count + down, count + up
