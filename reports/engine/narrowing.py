"""How far each count can move, exactly: bounds passed on along the relations, and programmes where these leave a gap."""

from __future__ import annotations

import numpy as np

from reports.engine.movement import Movement
from reports.engine.questions import end
from reports.engine.wants import TINY

# Bounds passed on so often have come as near as they do; what they leave open is asked.
PASSES = 30


def ends(moves: Movement, asked: np.ndarray) -> np.ndarray:
    """How far down and up these cells of a model can move, in whole numbers: (2, asked), infinite where nothing stops it.

    A bound that some movement reaches is exact, whichever cell the movement was found for.
    """
    far, reached = narrowed(moves), np.zeros((2, len(moves.cells)))
    for cell in asked.tolist():
        for way in (0, 1):
            if _cut(reached[:, cell])[way] == far[way, cell]:
                continue
            found, movement = end(moves, cell, way)
            far[way, cell] = min(found, far[1, cell]) if way else max(found, far[0, cell])
            if movement is not None:
                reached = np.stack([np.minimum(reached[0], movement), np.maximum(reached[1], movement)])
    return far[:, asked]


def narrowed(moves: Movement) -> np.ndarray:
    """Bounds in whole numbers that follow from one relation after the other, (2, cells): never too near."""
    low, high = moves.outer.astype(float)
    row, cell, sign = moves.rows.T
    for _ in range(PASSES):
        before = low.copy(), high.copy()
        # What each member adds to its row at the least and at the most.
        least, most = np.where(
            sign > 0, (sign * low[cell], sign * high[cell]), (sign * high[cell], sign * low[cell])
        )
        up = (moves.row_high[row] - _others(row, least, len(moves.row_low), -np.inf)) / sign
        down = (moves.row_low[row] - _others(row, most, len(moves.row_low), np.inf)) / sign
        np.minimum.at(high, cell, np.where(sign > 0, up, down))
        np.maximum.at(low, cell, np.where(sign > 0, down, up))
        low, high = _cut(np.stack([low, high]))
        if (low == before[0]).all() and (high == before[1]).all():
            break
    return np.stack([low, high])


def _others(row: np.ndarray, adds: np.ndarray, rows: int, endless: float) -> np.ndarray:
    """What the other members of its row add, for each member; `endless` where one of them has no bound."""
    without = np.isinf(adds)
    finite = np.where(without, 0.0, adds)
    total, count = (
        np.bincount(row, finite, rows)[row] - finite,
        np.bincount(row, without, rows)[row] - without,
    )
    return np.where(count > 0, endless, total)


def _cut(bounds: np.ndarray) -> np.ndarray:
    """Bounds (down, up) to the whole numbers within."""
    return np.stack([np.ceil(bounds[0] - TINY), np.floor(bounds[1] + TINY)])
