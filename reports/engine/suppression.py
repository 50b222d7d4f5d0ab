"""Which counts to hide beside the small ones: the fewest and least, by linear programming.

For each small count and each end of its range, the cheapest movement of the table that reaches the end is
found; what it moves beyond what is shown is hidden from then on. A second round in the opposite order, among
the cells hidden by the first, and a last look at each hidden cell by itself hide fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from refusal import Refusal
from reports.engine import known_cells
from reports.engine.attack import HIDDEN_COST, attacked
from reports.engine.movement import Movement, build, price, shut
from reports.engine.problem import Exposed, Problem, Profile, Protected
from reports.engine.proofs import Moved, moved
from reports.engine.questions import move, move_whole, together
from reports.engine.reopening import reopen
from reports.engine.wants import TINY, Wanted, credit, wanted, whole_ones

# In a group of more cells the second round shows next to nothing again that the last look does not.
LARGE = 600


@dataclass(frozen=True)
class Case:
    """A problem made ready: what must stay open and from what to what, and each cell's bounds shown and hidden."""

    problem: Problem
    profile: Profile
    sensitive: np.ndarray
    least: np.ndarray
    most: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    cost: np.ndarray


def protect(problem: Problem, profile: Profile) -> Protected:
    """What may be shown of the counts; see disclosure.protect."""
    case = _case(problem, profile)
    hidden = first = case.sensitive | problem.hidden | ~known_cells.published(problem)
    movable, proofs = case.outer[1] > case.outer[0], []
    for cells, between in known_cells.groups(problem, movable):
        if between and case.sensitive[cells].any():
            hidden = hidden.copy()
            hidden[cells], found = _hide(case, cells, between, first[cells])
            proofs += found
    return _made_sure(case, hidden, proofs)


def _case(problem: Problem, profile: Profile) -> Case:
    counts = problem.counts
    sensitive, least, most = known_cells.must_cover(problem)
    least = np.maximum(least, known_cells.least_by_noughts(problem, profile))
    open_wide = np.full(len(counts), np.inf)
    outer = np.stack(known_cells.remembered(problem, known_cells.floors(problem), open_wide))
    everything = replace(problem, hidden=np.zeros(len(counts), bool))
    shown = _show(Case(everything, profile, sensitive, least, most, outer, outer, counts), sensitive)
    inner = np.stack(known_cells.told(problem, shown, profile))
    never_shown = np.isnan(shown.shown) | problem.hidden
    inner[:, never_shown] = counts[never_shown]
    stays = ~known_cells.free(problem, profile)
    outer[:, stays] = counts[stays]
    outer = np.stack([np.minimum(outer[0], inner[0]), np.maximum(outer[1], inner[1])])
    return Case(problem, profile, sensitive, least, most, inner, outer, 1 + np.log1p(counts))


def _show(case: Case, hidden: np.ndarray, proofs: Sequence[Moved] = ()) -> Protected:
    """Round what is not hidden and say why the rest is."""
    problem = case.problem
    seen = known_cells.published(problem) & ~hidden
    rounded = known_cells.rounded(problem.counts, known_cells.bases(problem, case.profile))
    reason = np.where(problem.hidden, "hidden", np.where(case.sensitive, "primary", "secondary"))
    reason[known_cells.small(problem)] = "primary"
    reason[seen | ~known_cells.published(problem)] = ""
    changed = seen & (rounded != problem.counts)
    return Protected(np.where(seen, rounded, np.nan), reason, changed, proofs=tuple(proofs))


def _hide(
    case: Case, cells: np.ndarray, between: list[int], first: np.ndarray
) -> tuple[np.ndarray, list[Moved]]:
    """Which cells of a group to hide, and what was found to prove it enough; `first` are hidden anyhow."""
    counts = case.problem.counts[cells]
    needs = wanted(case.sensitive[cells], counts, case.least[cells], case.most[cells])
    far = np.argsort(-np.abs(needs.by).max(axis=0), kind="stable").tolist()
    cost = case.cost[cells]
    may_hide = np.ones(len(cells), bool)
    for order in (far, far[::-1]) if len(cells) <= LARGE else (far,):
        moves = build(case.problem, cells, between, case.inner, case.outer, _prices(cost, first))
        for cell in np.flatnonzero(~may_hide).tolist():
            shut(moves, cell)
        met = replace(needs, met=needs.met.copy(), proofs={})
        may_hide = hidden = _round(moves, met, order, first.copy())
    hidden = reopen(moves, met, hidden, first)
    return hidden, moved(moves, met, hidden)


def _prices(cost: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    return np.where(hidden, HIDDEN_COST * cost, cost)


def _round(moves: Movement, needs: Wanted, order: list[int], hidden: np.ndarray) -> np.ndarray:
    """Go through the sensitive cells once and hide what each needs."""
    together(moves, needs, hidden)
    for cell in order:
        for way in (0, 1):
            if needs.met[way, cell]:
                continue
            movement = move(moves, cell, needs.by[way, cell])
            if movement is None:
                continue  # the attack will tell whether anything can be done about it
            _hide_moved(moves, movement, hidden)
            for found in (movement, *whole_ones(moves, movement, hidden)):
                credit(needs, found)
    return hidden


def _hide_moved(moves: Movement, movement: np.ndarray, hidden: np.ndarray) -> None:
    beyond = (movement < moves.inner[0] - TINY) | (movement > moves.inner[1] + TINY)
    for cell in np.flatnonzero(beyond & ~hidden).tolist():
        hidden[cell] = True
        price(moves, cell, HIDDEN_COST * moves.cost[cell])


def _made_sure(case: Case, hidden: np.ndarray, proofs: Sequence[Moved]) -> Protected:
    """Attack what is to be shown; mend what the attack finds, at last by hiding all that is linked to it."""
    for mend in (_by_whole_numbers, _by_whole_numbers, _by_everything, None):
        protected = _show(case, hidden, proofs)
        found, proofs = attacked(case.problem, protected, case.profile)
        if not found:
            return replace(protected, proofs=proofs)
        if mend:
            hidden = mend(case, hidden.copy(), found)
    raise Refusal(
        f"{len(found)} counts can be worked out whatever is hidden now, the first of them cell {found[0].cell}: "
        "earlier releases, or a total of nought over what is hidden, tell too much. Leave these tables out.",
        code=3,
    )


def _by_whole_numbers(case: Case, hidden: np.ndarray, found: list[Exposed]) -> np.ndarray:
    """Hide what the cheapest movement in whole numbers needs, for each exposed cell."""
    counts = case.problem.counts
    for cells, between in known_cells.groups(case.problem, case.outer[1] > case.outer[0]):
        place = {int(c): k for k, c in enumerate(cells)}
        mine = [e for e in found if e.cell in place]
        if not mine:
            continue
        here = hidden[cells]
        moves = build(case.problem, cells, between, case.inner, case.outer, _prices(case.cost[cells], here))
        for e in mine:
            for by in np.array(e.must_cover) - counts[e.cell]:
                for movement in (move_whole(moves, place[e.cell], by) if by else [])[:1]:
                    _hide_moved(moves, movement, here)
        hidden[cells] = here
    return hidden


def _by_everything(case: Case, hidden: np.ndarray, found: list[Exposed]) -> np.ndarray:
    exposed_cells = {e.cell for e in found}
    for cells, _ in known_cells.groups(case.problem, case.outer[1] > case.outer[0]):
        if exposed_cells & set(cells.tolist()):
            hidden[cells] = True
    return hidden
