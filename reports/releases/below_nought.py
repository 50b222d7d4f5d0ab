"""Counts below nought: convictions undone by an appeal can outweigh a month's new ones.

The engine knows whole numbers from nought up. A count of -2 stands there as 2, is never shown, and is moved to
the other side of every relation: 5 - 2 = 3 is 5 = 3 + 2.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reports.disclosure import SUM, Problem, Relation


def lifted(problem: Problem) -> Problem:
    """The same problem without counts below nought; sums that stand between two sides are cells at the end."""
    below = problem.counts < 0
    if not below.any():
        return problem
    counts, made, relations = np.abs(problem.counts).tolist(), [], []
    for relation in problem.relations:
        if not below[[*relation.parts, relation.total]].any():
            relations.append(relation)
        elif relation.kind == SUM:
            sides = _sides(relation, below)
            made.append(sum(counts[cell] for cell in sides[0]))
            relations += [Relation(side, len(counts) + len(made) - 1, SUM) for side in sides if side]
    more = len(made)
    return replace(
        problem,
        counts=np.array(counts + made, np.int64),
        relations=tuple(relations),
        upper=np.append(problem.upper, np.zeros(more, bool)),
        hidden=np.append(problem.hidden | below, np.zeros(more, bool)),
        # What stands between two sides is nobody's count: it has no range to be kept open.
        low=np.append(problem.low, np.ones(more, int)),
        high=np.append(problem.high, np.zeros(more, int)),
        published=np.append(problem.published, np.zeros(more, bool)),
    )


def _sides(relation: Relation, below: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The members of both sides once those below nought have changed theirs."""
    left = [part for part in relation.parts if not below[part]]
    right = [part for part in relation.parts if below[part]]
    (left if below[relation.total] else right).append(relation.total)
    return tuple(left), tuple(right)
