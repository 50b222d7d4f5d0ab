"""Tables in whole numbers that prove counts open: kept where they are found, checked wherever they are used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from reports.engine.movement import Movement
from reports.engine.wants import TINY, Wanted, credit, possible, whole_ones

# By how much each of some cells is moved; all others stand still.
Moved = tuple[np.ndarray, np.ndarray]


def moved(moves: Movement, needs: Wanted, hidden: np.ndarray) -> list[Moved]:
    """What was found of a group that can be had in whole numbers, each once; cells by their own numbers."""
    found = []
    for movement in {id(m): m for m in needs.proofs.values()}.values():
        for table in whole_ones(moves, movement, hidden):
            where = np.flatnonzero(table)
            found.append((moves.cells[where], table[where].astype(np.int64)))
    return found


def by_group(proofs: Iterable[Moved], groups: Sequence[np.ndarray], size: int) -> list[list[Moved]]:
    """For each group of cells the part of each proof that moves any of them; cells by their place in the group."""
    group, place = np.full(size, -1), np.zeros(size, int)
    for number, cells in enumerate(groups):
        group[cells], place[cells] = number, np.arange(len(cells))
    found = defaultdict(list)
    for cells, by in proofs:
        for number in np.unique(group[cells]).tolist():
            here = group[cells] == number
            found[number].append((place[cells[here]], by[here]))
    return [found[number] for number in range(len(groups))]


def use(moves: Movement, needs: Wanted, proofs: Iterable[Moved]) -> None:
    """Credit what the proofs prove here: those that keep every relation and every bound of this model."""
    everywhere = np.ones(len(moves.cells), bool)
    for cells, by in proofs:
        movement = np.zeros(len(moves.cells))
        movement[cells] = by
        for turned in (movement, -movement):
            if _helps(needs, turned) and possible(moves, turned, everywhere):
                credit(needs, turned)


def _helps(needs: Wanted, movement: np.ndarray) -> bool:
    there = (movement <= needs.by[0] + TINY) & ~needs.met[0] | (movement >= needs.by[1] - TINY) & ~needs.met[
        1
    ]
    return bool(there.any())
