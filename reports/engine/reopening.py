"""Showing again what need not be hidden after all: a cell is shut, and all it helped is proved anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reports.engine.movement import Movement, shut
from reports.engine.questions import move
from reports.engine.wants import TINY, Wanted, credit, whole_ones

# Steps of the simplex this may cost for a group of cells; the dearest cells come first.
STEPS = 100_000


def reopen(moves: Movement, needs: Wanted, hidden: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Which cells stay hidden; `first` stay so whatever happens, and all that `needs` has proofs of stays met."""
    hidden, lines, steps = hidden.copy(), _lines(moves), moves.spent["steps"]
    for cell in np.flatnonzero(~hidden).tolist():
        shut(moves, cell)
    extra = np.flatnonzero(hidden & ~first)
    for cell in extra[np.argsort(-moves.cost[extra], kind="stable")].tolist():
        if moves.spent["steps"] - steps > STEPS:
            break
        if _leaves_one(moves, needs, lines, hidden, cell):
            continue
        shut(moves, cell)
        hidden[cell] = False
        proofs = _proofs_without(moves, needs, lines, hidden, cell)
        if proofs is None:
            shut(moves, cell, False)
            hidden[cell] = True
        else:
            needs.proofs.update(proofs)
    return hidden


def _lines(moves: Movement) -> list[list[list[int]]]:
    """For each cell, the cells of each sum it stands in."""
    rows: list[list[int]] = [[] for _ in moves.row_low]
    for row, cell, _ in moves.rows.tolist():
        rows[row].append(cell)
    of: list[list[list[int]]] = [[] for _ in moves.cells]
    for row, cells in enumerate(rows):
        if moves.row_low[row] == moves.row_high[row]:
            for cell in cells:
                of[cell].append(cells)
    return of


def _leaves_one(moves: Movement, needs: Wanted, lines: list, hidden: np.ndarray, cell: int) -> bool:
    """Whether, with this cell shown, sums with one unknown tell a sensitive cell one after the other."""
    rounded = (moves.columns[:2] >= 0).any(axis=0)
    unknown, told = hidden | rounded, [cell]
    unknown[cell] = rounded[cell]
    if unknown[cell]:
        return False
    while told:
        for line in lines[told.pop()]:
            left = [c for c in line if unknown[c]]
            if len(left) == 1:
                if needs.by[:, left[0]].any() and any((way, left[0]) in needs.proofs for way in (0, 1)):
                    return True
                unknown[left[0]] = False
                told.append(left[0])
    return False


def _proofs_without(
    moves: Movement, needs: Wanted, lines: list, hidden: np.ndarray, cell: int
) -> dict[tuple[int, int], np.ndarray] | None:
    """New proofs of all that rested on a cell's movement; None: something cannot do without."""
    low, high = moves.inner[:, cell] + (-TINY, TINY)
    resting = [w for w, m in needs.proofs.items() if not low <= m[cell] <= high]
    others = {id(m): m for m in needs.proofs.values() if low <= m[cell] <= high}
    lost = np.ones_like(needs.met)
    lost[tuple(np.array(resting, int).reshape(-1, 2).T)] = False
    fresh = replace(needs, met=lost, proofs={})
    for movement in others.values():
        credit(fresh, movement)
    near = {c for line in lines[cell] for c in line}
    for way, one in sorted(resting, key=lambda w: w[1] not in near):
        if not fresh.met[way, one]:
            movement = move(moves, one, needs.by[way, one])
            if movement is None:
                return None
            for found in (movement, *whole_ones(moves, movement, hidden)):
                credit(fresh, found)
    return fresh.proofs
