"""Disclosure control: which counts may be shown so that nobody can work out the small ones.

A problem is a set of counts and the relations between them, whatever they count. `protect` hides the small
counts and the fewest others that would tell them, `attack` does what somebody with all the tables and a
computer could do, and says which small counts he would know. Nothing is published that `attack` objects to.

What the attacker is taken to know: everything shown, every relation, the rules below, the intervals left by
earlier releases, that counts are whole and not below nought, and - as every nought is shown - that a hidden
count is at least 1. So a total of two counts that are not nought is at least 2, whatever is hidden: the range
that must stay open begins there, and nothing but hiding the noughts could begin it lower.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from refusal import Refusal
from reports.engine.problem import KINDS, SUM, Exposed, Problem, Profile, Protected, Relation, holds

if TYPE_CHECKING:
    import numpy as np


def profiles(path: Path) -> dict[str, Profile]:
    """The profiles by name, from their seed."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    words = {"mark", "zeros", "source"}
    names = [n for n in Profile.__dataclass_fields__ if n != "name"]
    return {
        r["profile"]: Profile(r["profile"], **{n: r[n] if n in words else int(r[n]) for n in names})
        for r in rows
    }


def pose(
    profile: Profile,
    counts: Iterable[int],
    relations: Iterable[Relation],
    *,
    upper: Iterable[int] = (),
    hidden: Iterable[int] = (),
    unpublished: Iterable[int] = (),
    known: Mapping[int, tuple[float, float]] | None = None,
) -> Problem:
    """A problem under a profile's own range; upper, hidden and unpublished are cells by number."""
    import numpy as np

    counts = np.asarray(list(counts), dtype=np.int64)

    def marked(cells: Iterable[int]) -> np.ndarray:
        marks = np.zeros(len(counts), bool)
        marks[list(cells)] = True
        return marks

    low, high = (np.full(len(counts), v) for v in (profile.primary_from, profile.primary_to))
    return Problem(
        counts, tuple(relations), marked(upper), marked(hidden), low, high, known or {}, ~marked(unpublished)
    )


def protect(problem: Problem, profile: Profile, method: str = "suppression") -> Protected:
    """What may be shown of the counts so that `attack` has nothing to object to.

    method: 'suppression' or 'controlled rounding'. Refusal (3) where nothing that is done now can help, as an
    earlier release has told already; Refusal (5) where the counts do not keep their relations.
    """
    from reports.engine import controlled_rounding, suppression

    _must_hold(problem)
    if method == "controlled rounding":
        return controlled_rounding.protect(problem, profile)
    return suppression.protect(problem, profile)


def attack(problem: Problem, protected: Protected, profile: Profile) -> list[Exposed]:
    """The cells an attacker would know too well, by all relations, rounding and earlier releases together.

    Bounds are of whole numbers. What cannot be proved to be open counts as exposed.
    """
    from reports.engine import attack as attacker

    _must_hold(problem)
    return attacker.exposed(problem, protected, profile)


def intervals(
    problem: Problem, protected: Protected, profile: Profile, cells: np.ndarray | None = None
) -> np.ndarray:
    """What an attacker knows of every cell: its least and most, (cells, 2); for `known` and `differences`.

    `cells`: of these alone, in their order.
    """
    from reports.engine import attack as attacker

    _must_hold(problem)
    return attacker.intervals(problem, protected, profile, cells)


def differences(
    old: np.ndarray, new: np.ndarray, true_difference: np.ndarray, most: int = 5
) -> list[Exposed]:
    """The cells of which two vintages tell that 1 to `most` people came or went.

    old, new: (cells, 2), the least and most of each; true_difference: new less old. A cell is exposed where
    all that the difference can be lies in 1..most or in -most..-1.
    """
    import numpy as np

    old, new, truth = np.asarray(old, float), np.asarray(new, float), np.asarray(true_difference)
    low, high = new[:, 0] - old[:, 1], new[:, 1] - old[:, 0]
    if ((truth < low) | (truth > high)).any():
        raise Refusal("A difference between vintages lies outside what the vintages say.", code=5)
    more, fewer = (low >= 1) & (high <= most), (low >= -most) & (high <= -1)
    return [
        Exposed(int(i), float(low[i]), float(high[i]), (1, most) if more[i] else (-most, -1))
        for i in np.flatnonzero(more | fewer)
    ]


def _must_hold(problem: Problem) -> None:
    counts = problem.counts.tolist()
    if min(counts, default=0) < 0:
        raise Refusal("A count is below nought.", code=5)
    for r in problem.relations:
        parts, total = [counts[p] for p in r.parts], counts[r.total]
        if not holds(r, parts, total):
            told = "the sum of its parts" if KINDS[r.kind] == SUM else "a count of what its parts count"
            raise Refusal(f"Cell {r.total} is {total}, which is not {told}, {parts}.", code=5)
