"""Controlled rounding: every count to a multiple next to it, and the parts still add up to their totals.

The alternative to hiding: nothing is missing, and nothing is exact. The base is the least multiple of the
profile's that is more than any small count, so that a nought and the next multiple both may be any of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refusal import Refusal
from reports.engine import known_cells
from reports.engine.attack import exposed
from reports.engine.movement import build
from reports.engine.problem import Problem, Profile, Protected, holds
from reports.engine.questions import cheapest_whole

STEP, BASES = 5, 3


def protect(problem: Problem, profile: Profile) -> Protected:
    """Counts rounded so that sums hold and nothing is exposed; see disclosure.protect."""
    step = profile.round_base or STEP
    sensitive, _, most = known_cells.must_cover(problem)
    over = int(np.max(most[sensitive & known_cells.small(problem)], initial=0)) // step + 1
    for base in (step * (over + more) for more in range(BASES)):
        rounded = _round(problem, base)
        if rounded is None:
            continue
        shown = np.where(known_cells.published(problem) & ~problem.hidden, rounded, np.nan)
        reason = np.where(problem.hidden & known_cells.published(problem), "hidden", "")
        changed = ~np.isnan(shown) & (shown != problem.counts)
        protected = Protected(shown, reason, changed, "controlled rounding", base)
        if not exposed(problem, protected, profile):
            return protected
    raise Refusal(
        "These counts cannot be rounded so that their sums hold and no small count can be worked out. "
        "Hide small counts instead.",
        code=3,
    )


def _round(problem: Problem, base: int) -> np.ndarray | None:
    """The multiples next to the counts that keep the relations and lie nearest; None: none were found."""
    below, over = np.divmod(problem.counts, base)
    units = replace(problem, counts=below)
    inner, outer = np.stack([below, below]), np.stack([below, below + (over > 0)])
    found = below.astype(float)
    for cells, between in known_cells.groups(problem, over > 0):
        # Going up costs what it moves the count further than staying below does.
        cost = (base - 2 * over[cells]) / base
        steps = cheapest_whole(build(units, cells, between, inner, outer, cost))
        if steps is None:
            return None
        found[cells] += steps
    # Counts that are multiples already may stand between groups that do not fit together.
    for relation in problem.relations:
        parts, total = found[list(relation.parts)], found[relation.total]
        if not holds(relation, parts.tolist(), total):
            return None
    return found * base
