"""What must be possible, and the movements that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reports.engine.movement import Movement

TINY = 1e-6


@dataclass(frozen=True)
class Wanted:
    """How far each cell must be able to move, down and up (2, cells), and which of it is met, by which movement.

    proofs: (0 down or 1 up, cell) -> a movement of all cells in which this one moves so far.
    """

    by: np.ndarray
    met: np.ndarray
    proofs: dict[tuple[int, int], np.ndarray]


def wanted(sensitive: np.ndarray, counts: np.ndarray, low: np.ndarray, high: np.ndarray) -> Wanted:
    """What low..high asks of the sensitive cells, as movements from their counts."""
    by = np.stack([np.minimum(low - counts, 0), np.maximum(high - counts, 0)])
    return Wanted(by, ~sensitive | (by == 0), {})


def credit(needs: Wanted, movement: np.ndarray) -> None:
    """Mark all that one movement proves and nothing has before."""
    there = np.stack([movement <= needs.by[0] + TINY, movement >= needs.by[1] - TINY]) & ~needs.met
    needs.met[there] = True
    needs.proofs.update(dict.fromkeys(map(tuple, np.argwhere(there).tolist()), movement))


def possible(moves: Movement, movement: np.ndarray, hidden: np.ndarray) -> bool:
    """Whether a movement keeps all relations, the hidden cells their outer bounds and the rest their inner."""
    low = np.where(hidden, moves.outer[0], moves.inner[0])
    high = np.where(hidden, moves.outer[1], moves.inner[1])
    if (movement < low - TINY).any() or (movement > high + TINY).any():
        return False
    row, cell, sign = moves.rows.T
    sums = np.bincount(row, sign * movement[cell], len(moves.row_low))
    return bool((sums >= moves.row_low - TINY).all() and (sums <= moves.row_high + TINY).all())


def whole_ones(moves: Movement, movement: np.ndarray, hidden: np.ndarray) -> list[np.ndarray]:
    """The movements in whole numbers that follow from one: itself, turned round, or some times as far."""
    for times in (1, 2, 3, 4):
        nearest = np.rint(movement * times)
        if np.abs(movement * times - nearest).max(initial=0) >= TINY:
            continue
        if found := [m for m in (nearest, -nearest) if possible(moves, m, hidden)]:
            return found
    return []
