"""What is asked of a movement: can this cell move so far, how many can at once, how far can this one move."""

from __future__ import annotations

from collections.abc import Callable

import highspy
import numpy as np

from reports.engine.movement import SIGNS, Movement, as_it_stands, room, shut
from reports.engine.wants import TINY, Wanted, credit, possible, whole_ones

# A whole-number question that takes more branches than this counts as not proved.
BRANCHES = 2000
# So many numbers are made whole one after the other before whole numbers are asked for at all cells at once.
DIVES = 40
# A question for many wants at once is worth asking again if it answered more than so many.
WORTH = 3
# The price of moving a cell nobody asks about, beside the gain of about 1 for each want met.
SHORT = 1e-3
DUAL, PRIMAL = 1, 4
OPTIMAL = highspy.HighsModelStatus.kOptimal


def move(moves: Movement, cell: int, by: float) -> np.ndarray | None:
    """The cheapest movement of all cells in which this one moves by at least so much; None: there is none.

    by: below nought is down. The movement need not be in whole numbers.
    """
    return _asked(moves, cell, by, _run)


def move_whole(moves: Movement, cell: int, by: float) -> list[np.ndarray]:
    """Movements in whole numbers, in one of which this cell moves by at least so much; empty: none was found."""

    def answer(moves: Movement) -> list[np.ndarray]:
        first = _run(moves)
        if first is None:
            return []
        found = whole_ones(moves, first, ~moves.shut)
        if not any(m[cell] / by >= 1 - TINY for m in found):
            other = _dive(moves)
            other = _whole(moves) if other is None else other
            found = [] if other is None else whole_ones(moves, other, ~moves.shut)
        return found

    return _asked(moves, cell, by, answer) or []


def _asked(moves: Movement, cell: int, by: float, answer: Callable):
    least = moves.inner[0, cell] if moves.shut[cell] else moves.outer[0, cell]
    most = moves.inner[1, cell] if moves.shut[cell] else moves.outer[1, cell]
    if not least <= by <= most:
        return None
    _ask(moves, cell, by)
    # With nothing moved every price is at least nought: from there the dual simplex needs the fewest steps.
    moves.solver.clearSolver()
    found = answer(moves)
    _set_cell(moves, cell, np.zeros(4), room(moves)[:, cell])
    shut(moves, cell, bool(moves.shut[cell]))
    return found


def _dive(moves: Movement) -> np.ndarray | None:
    """From the table just found, fix one broken number after the other to a whole one next to it."""
    solver, before, found = moves.solver, {}, None
    for _ in range(DIVES):
        value = np.array(solver.getSolution().col_value)
        broken = np.abs(value - np.rint(value))
        column = int(broken.argmax())
        if broken[column] < TINY:
            found = np.rint(_movement(moves))
            break
        _, _, low, high, _ = solver.getCol(column)
        before.setdefault(column, (low, high))
        for whole in (np.ceil(value[column]), np.floor(value[column])):
            solver.changeColBounds(column, whole, whole)
            if _run(moves) is not None:
                break
        else:
            break
    for column, old in before.items():
        solver.changeColBounds(column, *old)
    return found


def _ask(moves: Movement, cell: int, by: float) -> None:
    least, most, way = np.zeros(4), room(moves)[:, cell], 0 if by > 0 else 1
    least[way] = min(abs(by), most[way])
    least[way + 2] = abs(by) - least[way]
    most[[1 - way, 3 - way]] = 0
    _set_cell(moves, cell, least, most)


def _set_cell(moves: Movement, cell: int, least: np.ndarray, most: np.ndarray) -> None:
    for column, low, high in zip(moves.columns[:, cell].tolist(), least, most, strict=True):
        if column >= 0:
            moves.solver.changeColBounds(column, float(low), float(high))


def _run(moves: Movement) -> np.ndarray | None:
    moves.solver.run()
    moves.spent["programmes"] += 1
    moves.spent["steps"] += max(moves.solver.getInfo().simplex_iteration_count, 0)
    status = moves.solver.getModelStatus()
    moves.spent["unclear"] += status not in (OPTIMAL, highspy.HighsModelStatus.kInfeasible)
    return _movement(moves) if status == OPTIMAL else None


def _movement(moves: Movement) -> np.ndarray:
    found = np.append(np.array(moves.solver.getSolution().col_value), 0.0)
    return np.array(SIGNS) @ found[moves.columns]  # a column of -1 is the nought at the end


def cheapest_whole(moves: Movement) -> np.ndarray | None:
    """The cheapest movement in whole numbers, or nearly; None where none was found."""
    moves.solver.setOptionValue("mip_rel_gap", 0.02)
    return _whole(moves)


def _whole(moves: Movement, best: bool = False) -> np.ndarray | None:
    """As _run, in whole numbers; `best`: only what is proved to be the best."""
    solver, number = moves.solver, moves.solver.getNumCol()
    every = np.arange(number, dtype=np.int32)
    for option in (("presolve", "choose"), ("solver", "choose"), ("mip_max_nodes", BRANCHES)):
        solver.setOptionValue(*option)
    solver.setOptionValue("mip_max_improving_sols", 2147483647 if best else 1)
    solver.changeColsIntegrality(number, every, np.full(number, highspy.HighsVarType.kInteger))
    solver.run()
    moves.spent["whole"] += 1
    proved = solver.getModelStatus() == OPTIMAL
    found = np.rint(_movement(moves)) if solver.getSolution().value_valid and (proved or not best) else None
    solver.changeColsIntegrality(number, every, np.full(number, highspy.HighsVarType.kContinuous))
    for option in (("presolve", "off"), ("solver", "simplex")):
        solver.setOptionValue(*option)
    return found if found is not None and possible(moves, found, ~moves.shut) else None


def together(moves: Movement, needs: Wanted, hidden: np.ndarray) -> None:
    """Credit what movements of the hidden cells alone prove that reach as many wants at once as they can.

    One of these costs as much as a few questions and may answer a hundred, so it is asked as long as it does.
    """
    gained = np.inf
    while gained > WORTH:
        gained = 0
        for way in (0, 1):
            before = needs.met.sum()
            if (~needs.met[way]).sum() > WORTH:
                for movement in _reach_many(moves, needs, way, hidden):
                    credit(needs, movement)
            gained = max(gained, needs.met.sum() - before)
    _set_columns(moves, *as_it_stands(moves, ~moves.shut))


def _reach_many(moves: Movement, needs: Wanted, way: int, hidden: np.ndarray) -> list[np.ndarray]:
    high, cost = as_it_stands(moves, hidden)
    cost = np.minimum(cost, SHORT)
    wanting = np.flatnonzero(~needs.met[way])
    far, near = np.abs(needs.by[way, wanting]), np.abs(moves.inner[1 - way, wanting])
    # Each want counts for nearly the same: ties would all be broken in one way.
    gain = -(1 + np.linspace(0.5, 0, len(wanting))) / far
    back, within, beyond = moves.columns[[way, way + 2]], moves.columns[1 - way], moves.columns[3 - way]
    for columns, most in ((within, np.minimum(far, near)), (beyond, np.maximum(far - near, 0))):
        has = columns[wanting] >= 0
        at = columns[wanting][has]
        high[at], cost[at] = np.minimum(high[at], most[has]), gain[has]
    high[back[:, wanting][back[:, wanting] >= 0]] = 0
    _set_columns(moves, high, cost)
    moves.solver.clearSolver()
    found = _run(moves)
    if found is None:
        return []
    other = found if np.abs(found - np.rint(found)).max(initial=0) < TINY else _dive(moves)
    return [] if other is None else whole_ones(moves, other, hidden)


def _set_columns(moves: Movement, high: np.ndarray, cost: np.ndarray) -> None:
    every = np.arange(len(cost), dtype=np.int32)
    moves.solver.changeColsBounds(len(cost), every, np.zeros(len(cost)), high)
    moves.solver.changeColsCost(len(cost), every, cost)


def bounds(moves: Movement, cell: int, whole: bool = False) -> tuple[float, float]:
    """How far down and up a cell can move, cut to whole numbers; infinite where nothing stops it.

    `whole`: the bounds of whole tables, infinite where they were not found.
    """
    down, up = (end(moves, cell, way, whole)[0] for way in (0, 1))
    return down, up


def end(moves: Movement, cell: int, way: int, whole: bool = False) -> tuple[float, np.ndarray | None]:
    """One of the bounds (way 0: down, 1: up), and the movement that reaches it, where there is one."""
    _aim(moves, cell, -1 if way else 1)
    found = _whole(moves, best=True) if whole else _run(moves)
    _aim(moves, cell, 0)
    if found is None:
        return (np.inf if way else -np.inf), None
    return float(np.floor(found[cell] + TINY) if way else np.ceil(found[cell] - TINY)), found


def _aim(moves: Movement, cell: int, sign: int) -> None:
    """Make how far this cell moves the one thing that counts; nought: put the prices back."""
    high, cost = as_it_stands(moves, ~moves.shut)
    if sign:
        cost[:] = 0
        has = moves.columns[:, cell] >= 0
        cost[moves.columns[has, cell]] = sign * np.array(SIGNS)[has]
    _set_columns(moves, high, cost)
    # Another aim leaves the last table possible, which is where the primal simplex starts.
    moves.solver.setOptionValue("simplex_strategy", PRIMAL if sign else DUAL)
