"""What the engine works on: counts, what holds between them, the rules they are under, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SUM, UNION = "sum", "union"
KINDS = {SUM: SUM, UNION: UNION, "at most": UNION}


@dataclass(frozen=True)
class Profile:
    """The rules of a kind of publication; bases and thresholds of 0 mean none.

    Counts of primary_from..primary_to are hidden under `mark`; the rest are rounded, half up. A rate is shown
    only where both its counts are, neither is below its least, and is reckoned from the counts as shown.
    """

    name: str
    primary_from: int = 1
    primary_to: int = 5
    mark: str = "c"
    round_base: int = 0
    upper_base: int = 0
    zeros: str = "shown"
    rate_numerator_least: int = 0
    rate_denominator_least: int = 0
    threshold_high: int = 10
    source: str = ""


@dataclass(frozen=True)
class Relation:
    """What holds between cells.

    `sum`: the parts add up to the total. `union` (also `at most`): max(parts) <= total <= sum(parts), as of
    children counted once.
    """

    parts: tuple[int, ...]
    total: int
    kind: str = SUM


@dataclass(frozen=True)
class Problem:
    """Counts, what holds between them, and what must not become known; one entry of each array for each cell.

    upper: rounded to the profile's upper_base; hidden: never shown, whatever the count; low, high: the primary
    range (low > high: none); known: {cell: (least, most)} from earlier releases; published: false for a cell
    that can be derived, and so must be protected, but is not shown. An interval of `known` that does not hold
    the count is of another vintage and is left to `differences`.
    """

    counts: np.ndarray
    relations: tuple[Relation, ...]
    upper: np.ndarray
    hidden: np.ndarray
    low: np.ndarray
    high: np.ndarray
    known: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    published: np.ndarray | None = None


@dataclass(frozen=True)
class Protected:
    """What may be shown: nan where nothing is. The reasons are for us: shown, they would tell what they hide.

    method: 'suppression', 'controlled rounding' (to `base`), or 'rounding' (each count by itself: it leaks).
    proofs: other tables that look the same, as (cells, by how much each differs). An attack checks each of them
    against all relations before it takes it for one.
    """

    shown: np.ndarray
    reason: np.ndarray
    rounded: np.ndarray
    method: str = "suppression"
    base: int = 0
    proofs: tuple = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Exposed:
    """A cell known too well: it lies in low..high, and all of must_cover should have been possible."""

    cell: int
    low: float
    high: float
    must_cover: tuple[float, float]


def holds(relation: Relation, parts: list, total: float) -> bool:
    """Whether numbers keep a relation."""
    least = sum(parts) if KINDS[relation.kind] == SUM else max(parts, default=0)
    return least <= total <= sum(parts)
