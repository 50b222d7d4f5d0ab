"""A large model cut down to what stands near one cell, all that is further away forgotten.

Whatever the part cannot do, the whole cannot do either: fewer relations never forbid more.
"""

from __future__ import annotations

import numpy as np

from reports.engine.movement import Movement, model


def around(moves: Movement, cell: int, size: int) -> np.ndarray:
    """The cells nearest to one by way of the relations, itself first: whole relations, until there are `size`."""
    found, asked, edge = {cell: None}, set(), [cell]
    while edge and len(found) < size:
        beyond: dict[int, None] = {}
        for row in (r for one in edge for r in moves.rows_of[one].tolist()):
            if row not in asked and len(found) < size:
                asked.add(row)
                beyond |= dict.fromkeys(c for c in moves.cells_of[row].tolist() if c not in found)
                found |= beyond
        edge = list(beyond)
    return np.array(list(found))


def alone(moves: Movement, cells: np.ndarray) -> Movement:
    """The part of a model that knows of these cells, and of no relation but those among them alone."""
    place = np.full(len(moves.cells), -1)
    place[cells] = np.arange(len(cells))
    row, cell, sign = moves.rows.T
    among = np.bincount(row, place[cell] < 0, len(moves.row_low)) == 0
    among &= np.bincount(row, minlength=len(moves.row_low)) > 0
    row, cell, sign = moves.rows[among[row]].T
    bounds = moves.row_low[among], moves.row_high[among]
    rows = np.stack([(np.cumsum(among) - 1)[row], place[cell], sign], axis=1)
    of_cells = (a[..., cells] for a in (moves.inner, moves.outer))
    return model(moves.cells[cells], *of_cells, rows, *bounds, moves.shut[cells], moves.cost[cells])
