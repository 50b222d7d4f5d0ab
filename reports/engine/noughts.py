"""What the noughts alone tell: how far down a count can be, with everything else hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from reports.engine import known_cells
from reports.engine.movement import Movement, build
from reports.engine.neighbourhood import alone, around
from reports.engine.problem import Problem, Profile
from reports.engine.questions import end, move, move_whole

# So many cells near the one asked about tell all there is to tell of it, nearly always.
SIZES = (60, 400)


@dataclass(frozen=True)
class Noughts:
    """A problem with all hidden but its noughts; `least`: how far down each cell should go; models when asked."""

    problem: Problem
    least: np.ndarray
    floor: np.ndarray
    ceiling: np.ndarray
    models: dict[int, Movement] = field(default_factory=dict)


def noughts(problem: Problem, profile: Profile, least: np.ndarray) -> Noughts:
    """The problem, ready to be asked; see Noughts."""
    ceiling = np.where(known_cells.free(problem, profile), np.inf, problem.counts)
    return Noughts(problem, least, known_cells.floors(problem).astype(float), ceiling)


def how_far_down(asked: Noughts, number: int) -> Iterator[float]:
    """Bounds, each nearer, on how far down a cell can move, whatever earlier releases told; none can be passed.

    The first are of some relations near the cell, the last of all of them and of whole numbers.
    """
    if asked.ceiling[number] <= asked.floor[number]:
        yield 0.0
        return
    moves = _model(asked, number)
    cell = int(np.flatnonzero(moves.cells == number)[0])
    for size in SIZES:
        if size < len(moves.cells):
            yield end(alone(moves, around(moves, cell, size)), 0, 0)[0]
    by = _by_halves(moves, cell, int(asked.least[number] - asked.problem.counts[number]))
    yield by
    if by < 0 and not any(m[cell] <= by for m in move_whole(moves, cell, by)):
        yield end(moves, cell, 0, whole=True)[0]


def _by_halves(moves: Movement, cell: int, wanted: int) -> float:
    """How far down a cell can move, as far as it should, in tables that need not be whole; -inf: nobody knows."""
    unclear = moves.spent["unclear"]
    # To ask whether it can go so far, one after the other, is far quicker than to ask how far.
    for by in range(wanted, 0):
        if move(moves, cell, by) is not None:
            return by
        if moves.spent["unclear"] > unclear:
            return -np.inf
    return 0


def _model(asked: Noughts, number: int) -> Movement:
    """The model of the cell's group, built once."""
    if not asked.models:
        _group(asked)
    return asked.models[number]


def _group(asked: Noughts) -> None:
    counts, free = asked.problem.counts, asked.ceiling > asked.floor
    inner, outer = np.stack([counts, counts]), np.stack([asked.floor, asked.ceiling])
    for cells, between in known_cells.groups(asked.problem, free):
        moves = build(asked.problem, cells, between, inner, outer, np.ones(len(cells)))
        asked.models.update(dict.fromkeys(cells.tolist(), moves))
