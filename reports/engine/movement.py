"""How far counts can move from the truth without contradicting what is shown: a linear programme on HiGHS.

Each cell moves up and down within its inner bounds for next to nothing, and beyond them to its outer ones at a
cost: four columns, each from nought, so that with nothing moved nothing is wrong and nothing is cheaper. A movement that keeps all relations is a table an attacker cannot tell from the true one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import highspy
import numpy as np

from reports.engine.problem import KINDS, SUM, Problem

# What a column adds to its cell, in the order of `columns`; the price of moving within the inner bounds.
SIGNS, EASE = (1, -1, 1, -1), 1e-2


@dataclass(frozen=True)
class Movement:
    """A model of a group of cells; arrays run over `cells`, and columns of -1 are none.

    inner, outer: (2, cells), how far down and up a cell moves for nothing and at all; columns: (4, cells), up
    and down within the inner bounds, up and down beyond them; rows: the relations as
    (row, cell, sign) triples with bounds; shut: cells kept within their inner bounds.
    """

    solver: highspy.Highs
    cells: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    columns: np.ndarray
    rows: np.ndarray
    row_low: np.ndarray
    row_high: np.ndarray
    shut: np.ndarray
    cost: np.ndarray
    spent: Counter = field(default_factory=Counter)

    @cached_property
    def rows_of(self) -> list[np.ndarray]:
        """The rows each cell stands in."""
        return _split(self.rows[:, 1], self.rows[:, 0], len(self.cells))

    @cached_property
    def cells_of(self) -> list[np.ndarray]:
        """The cells that stand in each row."""
        return _split(self.rows[:, 0], self.rows[:, 1], len(self.row_low))


def _split(by: np.ndarray, values: np.ndarray, number: int) -> list[np.ndarray]:
    order = np.argsort(by, kind="stable")
    return np.split(values[order], np.searchsorted(by[order], np.arange(1, number)))


def build(
    problem: Problem, cells: np.ndarray, between: list[int], inner: np.ndarray, outer: np.ndarray, cost
) -> Movement:
    """A model of `cells` and the relations `between` them.

    inner, outer: (2, all cells) least and most counts; cost: a price a unit for each of `cells`.
    """
    counts = problem.counts
    rows = _rows(problem, {int(c): k for k, c in enumerate(cells)}, between)
    ends = (inner[:, cells] - counts[cells], outer[:, cells] - counts[cells])
    return model(cells, *ends, *rows, np.zeros(len(cells), bool), np.array(cost, float))


def model(cells, inner, outer, rows, row_low, row_high, shut, cost) -> Movement:
    """A model of movements within bounds; see Movement for the arrays."""
    columns, number = np.full((4, len(cells)), -1), 0
    ways = (inner[1] > 0, inner[0] < 0, outer[1] > inner[1], outer[0] < inner[0])
    for kind, wanted in enumerate(ways):
        columns[kind, wanted] = np.arange(number, number + wanted.sum())
        number += int(wanted.sum())
    solver = highspy.Highs()
    # One thread and no clock anywhere: the same counts always give the same tables.
    for option in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
        solver.setOptionValue(*option)
    moves = Movement(solver, cells, inner, outer, columns, rows, row_low, row_high, shut, cost)
    solver.passModel(_programme(moves, number))
    return moves


def _rows(problem: Problem, place: dict[int, int], between: list[int]) -> tuple:
    triples, low, high = [], [], []

    def row(signs: list[tuple[int, int]], least: float, most: float) -> None:
        total: Counter = Counter()
        for cell, sign in signs:
            total[cell] += sign
        still = sum(s * problem.counts[c] for c, s in total.items())
        triples.extend((len(low), place[c], s) for c, s in total.items() if c in place and s)
        low.append(least - still)
        high.append(most - still)

    for relation in (problem.relations[k] for k in between):
        adding_up = [(p, 1) for p in relation.parts] + [(relation.total, -1)]
        if KINDS[relation.kind] == SUM:
            row(adding_up, 0, 0)
        else:
            row(adding_up, 0, np.inf)
            for part in relation.parts:
                row([(relation.total, 1), (part, -1)], 0, np.inf)
    return np.array(triples, int).reshape(-1, 3), np.array(low, float), np.array(high, float)


def _programme(moves: Movement, number: int) -> highspy.HighsLp:
    """The model as HiGHS takes it; rows by compressed sparse row."""
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = number, len(moves.row_low)
    programme.col_lower_ = np.zeros(number)
    programme.col_upper_, programme.col_cost_ = as_it_stands(moves, ~moves.shut)
    programme.row_lower_, programme.row_upper_ = moves.row_low, moves.row_high
    entries = []
    for kind, sign in enumerate(SIGNS):
        at = moves.columns[kind, moves.rows[:, 1]]
        has = at >= 0
        entries.append(np.stack([moves.rows[has, 0], at[has], sign * moves.rows[has, 2]]))
    row, column, value = np.concatenate(entries, axis=1)
    order = np.argsort(row, kind="stable")
    matrix = programme.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.searchsorted(row[order], np.arange(len(moves.row_low) + 1))
    matrix.index_, matrix.value_ = column[order], value[order].astype(float)
    return programme


def room(moves: Movement) -> np.ndarray:
    """The most each column may be if no cell is shut, (4, cells); the least is nought."""
    (down, up), (far_down, far_up) = moves.inner, moves.outer
    return np.stack([up, -down, far_up - up, down - far_down])


def as_it_stands(moves: Movement, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Most and price of every column, where only the hidden cells move beyond their inner bounds."""
    has, most = moves.columns >= 0, room(moves)
    most[2:, ~hidden] = 0
    price = np.stack([np.full(len(hidden), EASE)] * 2 + [moves.cost] * 2)
    number = int(has.sum())
    high, cost = np.zeros(number), np.zeros(number)
    high[moves.columns[has]], cost[moves.columns[has]] = most[has], price[has]
    return high, cost


def shut(moves: Movement, cell: int, closed: bool = True) -> None:
    """Keep a cell within its inner bounds, or no longer."""
    moves.shut[cell] = closed
    far = moves.outer[1, cell] - moves.inner[1, cell], moves.inner[0, cell] - moves.outer[0, cell]
    for column, most in zip(moves.columns[2:, cell].tolist(), far, strict=True):
        if column >= 0:
            moves.solver.changeColBounds(column, 0, 0 if closed else float(most))


def price(moves: Movement, cell: int, cost: float) -> None:
    """Change what a cell's movement beyond its inner bounds costs."""
    moves.cost[cell] = cost
    for column in moves.columns[2:, cell].tolist():
        if column >= 0:
            moves.solver.changeColCost(column, cost)
