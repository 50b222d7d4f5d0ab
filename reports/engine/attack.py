"""What somebody with all the tables and a computer can work out."""

from __future__ import annotations

import numpy as np

from refusal import Refusal
from reports.engine import known_cells
from reports.engine.movement import Movement, build
from reports.engine.narrowing import ends
from reports.engine.noughts import Noughts, how_far_down, noughts
from reports.engine.problem import Exposed, Problem, Profile, Protected
from reports.engine.proofs import Moved, by_group, moved, use
from reports.engine.questions import bounds, move_whole, together
from reports.engine.wants import Wanted, credit, wanted, whole_ones

# What moving a hidden cell costs beside a shown one (1 or more): enough to keep movements short, too little to
# choose by, and less than moving many shown cells within their rounding.
HIDDEN_COST = 1e-3


def exposed(problem: Problem, protected: Protected, profile: Profile) -> list[Exposed]:
    """The cells that can be known too well; see disclosure.attack."""
    return attacked(problem, protected, profile)[0]


def attacked(
    problem: Problem, protected: Protected, profile: Profile
) -> tuple[list[Exposed], tuple[Moved, ...]]:
    """The cells that can be known too well, and the tables that prove the others open."""
    low, high = _told(problem, protected, profile)
    sensitive, least, most = known_cells.must_cover(problem)
    asked = None
    if protected.method == "suppression":  # else nothing shown means nought
        least = np.maximum(least, known_cells.least_by_noughts(problem, profile))
        asked = noughts(problem, profile, np.where(sensitive, least, problem.counts))
    # What stands in no relation lies where it is told to lie.
    fixed = sensitive & (low == high) & ((least < low) | (most > high))
    found = [_exposed(i, low[i], high[i], least[i], most[i]) for i in np.flatnonzero(fixed).tolist()]
    groups = _groups(problem, low, high, sensitive & ((low > least) | (high < most)), sensitive)
    proofs: list[Moved] = []
    given = by_group(protected.proofs, [cells for cells, _ in groups], len(low))
    for (cells, between), theirs in zip(groups, given, strict=True):
        moves = _model(problem, protected, low, high, cells, between)
        needs = wanted(sensitive[cells], problem.counts[cells], least[cells], most[cells])
        use(moves, needs, theirs)
        for cell in _not_open(moves, needs, problem.counts[cells], asked):
            count = problem.counts[cells[cell]]
            told = _interval(moves, cell, count, needs), count + needs.by[:, cell]
            found.append(_exposed(cells[cell], *told[0], *told[1]))
        proofs += moved(moves, needs, np.ones(len(cells), bool))
    return sorted(found, key=lambda e: e.cell), tuple(proofs)


def _groups(problem, low, high, tight, sensitive) -> list[tuple[np.ndarray, list[int]]]:
    """The groups that hold something to ask about: a cell by itself is as open as its own bounds."""
    return [
        (cells, between)
        for cells, between in known_cells.groups(problem, high > low)
        if (sensitive if between else tight)[cells].any()
    ]


def intervals(
    problem: Problem, protected: Protected, profile: Profile, cells: np.ndarray | None = None
) -> np.ndarray:
    """The least and most of every cell, or of these; see disclosure.intervals."""
    low, high = _told(problem, protected, profile)
    of_interest = np.ones(len(low), bool)
    if cells is not None:
        of_interest[:] = False
        of_interest[cells] = True
    for group, between in known_cells.groups(problem, high > low):
        if between and of_interest[group].any():
            moves = _model(problem, protected, low, high, group, between)
            asked = np.flatnonzero(of_interest[group])
            low[group[asked]], high[group[asked]] = problem.counts[group[asked]] + ends(moves, asked)
    told = np.stack([low, high], axis=1)
    return told if cells is None else told[cells]


def _told(problem: Problem, protected: Protected, profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    low, high = known_cells.told(problem, protected, profile)
    wrong = np.flatnonzero((problem.counts < low) | (problem.counts > high))
    if len(wrong):
        raise Refusal(f"What is shown of cell {wrong[0]} is not its count as the profile shows it.", code=5)
    return low, high


def _exposed(cell: int, low: float, high: float, least: float, most: float) -> Exposed:
    return Exposed(int(cell), float(low), float(high), (int(least), int(most)))


def _model(problem, protected, low, high, cells, between) -> Movement:
    """A model of a group of cells that can tell of each other."""
    seen = ~np.isnan(protected.shown)
    inner = np.where(seen, (low, high), (problem.counts, problem.counts))
    return build(problem, cells, between, inner, np.stack([low, high]), np.full(len(cells), HIDDEN_COST))


def _not_open(moves: Movement, needs: Wanted, counts: np.ndarray, asked: Noughts | None) -> list[int]:
    """The cells of a model that cannot be proved to be able to move as far as wanted."""
    hidden = np.ones(len(moves.cells), bool)
    # Where nothing is shown, five times the whole table is as good a table.
    for movement in whole_ones(moves, 4.0 * counts, hidden):
        credit(needs, movement)
    together(moves, needs, hidden)
    stuck = []
    for cell in np.flatnonzero(~needs.met.all(axis=0)).tolist():
        for way in (0, 1):
            if not needs.met[way, cell] and not _opens(moves, needs, cell, way, asked):
                stuck.append(cell)
                break
    return stuck


def _opens(moves: Movement, needs: Wanted, cell: int, way: int, asked: Noughts | None) -> bool:
    if _proved(moves, needs, cell, way):
        return True
    if way == 1 or asked is None:
        return False
    # The sums of 1 do not tell all that the noughts tell; ask before calling it exposed.
    for bound in how_far_down(asked, int(moves.cells[cell])):
        least = min(bound, 0)
        if least > needs.by[0, cell]:
            needs.by[0, cell] = least
            if least == 0 or _proved(moves, needs, cell, way):
                return True
    return False


def _proved(moves: Movement, needs: Wanted, cell: int, way: int) -> bool:
    for movement in move_whole(moves, cell, needs.by[way, cell]):
        credit(needs, movement)
    return bool(needs.met[way, cell])


def _interval(moves: Movement, cell: int, count: int, needs: Wanted) -> tuple[float, float]:
    down, up = bounds(moves, cell)
    if down <= needs.by[0, cell] and up >= needs.by[1, cell]:
        # Only whole tables are too few.
        exact = bounds(moves, cell, whole=True)
        down, up = max(down, exact[0]), min(up, exact[1])
    return count + down, count + up
