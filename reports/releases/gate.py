"""The gate before a release: an attack on everything in it and before it. One cell exposed, and nothing is released."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow

from refusal import Refusal
from reports import disclosure
from reports.disclosure import Problem, Profile, Protected, Relation
from reports.releases import earlier
from reports.releases.proposals import SIDES
from reports.releases.publication import Publication, publication, widen

ROUNDS = 3
FEW = 5  # so many people who came or went must not be told from many or none
SHOWN_PLACES = 5  # as many exposed figures are named; their counts never


@dataclass(frozen=True)
class Prepared:
    """A release as a problem, and which of its cells told something else before: (cell, lowest, highest, change)."""

    publication: Publication
    changed: list[tuple]


def prepare(
    figures: pyarrow.Table, profile: Profile, released: Sequence[bool], before: Sequence[earlier.Earlier]
) -> Prepared:
    """The problem of the frozen figures, with all that earlier releases told of them.

    A figure corrected by a few people is closed where showing it anew would tell how few.
    """
    known = earlier.known(figures, before)
    changed = [c for c in known.changed if released[c[0]]]
    found = publication(figures, profile, released, known.intervals, _closed(figures, changed, profile))
    at = {"numerator": found.numerators, "denominator": found.denominators}
    cells = [(int(at[side][row]), *told) for row, side, *told in changed if at[side][row] >= 0]
    return Prepared(replace(found, problem=_already_told(found.problem, profile)) if before else found, cells)


def _already_told(problem: Problem, profile: Profile) -> Problem:
    """The problem with ranges that begin where earlier releases let them begin.

    Noughts that were shown tell of some small counts that they are at least 2, say. That is told for good; a
    range that ends too early was never let pass, and is not let pass now.
    """
    nothing = as_shown(problem, np.full(len(problem.counts), np.nan), "suppression", 0)
    unseen = replace(problem, published=np.zeros(len(problem.counts), bool))
    low = problem.low.copy()
    for one in disclosure.attack(unseen, nothing, profile):
        if low[one.cell] <= one.low <= problem.counts[one.cell] <= problem.high[one.cell] <= one.high:
            low[one.cell] = one.low
    return replace(problem, low=low)


def _closed(
    figures: pyarrow.Table, changed: list[tuple], profile: Profile
) -> dict[tuple, tuple[float, float]]:
    """The changed counts, by (row, side), whose change could be told; and what must stay possible instead."""
    if not changed:
        return {}
    rows, sides, low, high, change = zip(*changed, strict=True)
    now = np.array([figures[side][row].as_py() for row, side in zip(rows, sides, strict=True)], float)
    upper = np.array([figures["area_code"][row].as_py() == "SY" for row in rows], bool)
    told = disclosure.differences(
        np.stack([low, high], axis=1),
        _as_told(now, upper, profile),
        np.array(change),
        max(profile.primary_to, FEW),
    )
    closed = {}
    for n in (exposed.cell for exposed in told):
        ends = _leaving_open(now[n], low[n], high[n], change[n], profile)
        least, most = closed.get((rows[n], sides[n]), ends)
        closed[rows[n], sides[n]] = (min(ends[0], least), max(ends[1], most))
    return closed


def _leaving_open(
    now: float, low: float, high: float, change: float, profile: Profile
) -> tuple[float, float]:
    """What must stay possible of a changed count: no change at all, or, of one that was nought, of many."""
    open_to = low if change < 0 else high if high >= 1 else low + max(profile.primary_to, FEW) + 1
    return min(open_to, now), max(open_to, now)


def _as_told(now: np.ndarray, upper: np.ndarray, profile: Profile) -> np.ndarray:
    """The least and most a count could be if nothing were known but what the profile shows of it."""
    base = np.maximum(np.where(upper, profile.upper_base, profile.round_base), 1)
    shown = np.floor(now / base + 0.5) * base
    least, most = np.maximum(shown - base // 2, 0), shown + (base - 1) // 2
    small = (now >= profile.primary_from) & (now <= profile.primary_to)
    least, most = np.where(small, profile.primary_from, least), np.where(small, profile.primary_to, most)
    return np.stack([np.where(now == 0, 0, least), np.where(now == 0, 0, most)], axis=1)


def protect(
    found: Prepared, profile: Profile, method: str, note: Callable[..., None]
) -> tuple[Prepared, Protected]:
    """What may be shown, attacked; Refusal (exit 3), naming the figures, where some are exposed all the same.

    A correction that could be told from what stands around its figure is closed, and all is protected anew.
    """
    for _ in range(ROUNDS):
        shown = _protected(found, profile, method, note)
        changes = _changes_told(found, shown, profile)
        if not changes:
            break
        low, high = found.publication.problem.low.copy(), found.publication.problem.high.copy()
        for cell, before, after, change in changes:
            now = int(found.publication.problem.counts[cell])
            widen(low, high, now, cell, *_leaving_open(now, before, after, change, profile))
        problem = replace(found.publication.problem, low=low, high=high)
        found = replace(found, publication=replace(found.publication, problem=problem))
    cells = {one.cell for one in disclosure.attack(found.publication.problem, shown, profile)}
    cells |= {change[0] for change in changes}
    refuse_exposed([found.publication.named[cell] for cell in sorted(cells)], note)
    return found, shown


def _protected(found: Prepared, profile: Profile, method: str, note: Callable[..., None]) -> Protected:
    problem = found.publication.problem
    try:
        return disclosure.protect(problem, profile, method)
    except Refusal as refused:
        if refused.code != 3 or method != "suppression":
            raise
        # Which are they? Those that are known although nothing but noughts is shown.
        noughts = np.where((problem.counts == 0) & problem.published & ~problem.hidden, 0.0, np.nan)
        refuse_exposed(exposed(found, as_shown(problem, noughts, method, 0), profile), note)
        raise


def exposed(found: Prepared, shown: Protected, profile: Profile) -> list[tuple]:
    """The figures somebody could work out: (indicator, unit, breakdown, value, area, period), from all there is."""
    cells = {one.cell for one in disclosure.attack(found.publication.problem, shown, profile)}
    cells |= {change[0] for change in _changes_told(found, shown, profile)}
    return [found.publication.named[cell] for cell in sorted(cells)]


def _changes_told(found: Prepared, shown: Protected, profile: Profile) -> list[tuple]:
    """Those of the changed cells of which both vintages together tell that only a few people came or went."""
    if not found.changed:
        return []
    cell, low, high, change = (np.array(column) for column in zip(*found.changed, strict=True))
    now = disclosure.intervals(found.publication.problem, shown, profile, cell)
    told = disclosure.differences(np.stack([low, high], axis=1), now, change, max(profile.primary_to, FEW))
    return [found.changed[one.cell] for one in told]


def as_shown(problem: Problem, numbers: np.ndarray, method: str, base: int) -> Protected:
    """What lies there to be released, as the attack takes it: numbers by cell, NaN where nothing is shown."""
    changed = ~np.isnan(numbers) & (numbers != problem.counts)
    return Protected(numbers, np.full(len(numbers), "", object), changed, method, base)


def refuse_exposed(places: Sequence[tuple], note: Callable[..., None]) -> None:
    """Refusal (exit 3) where any figure is exposed, naming which; never what it is."""
    if not places:
        return
    note("release refused", exposed=len(places))
    some = ["; ".join(str(word) for word in place if word) for place in places[:SHOWN_PLACES]]
    more = f"\n  and {len(places) - len(some)} more" if len(places) > len(some) else ""
    told, codes = "\n  ".join(some), ",".join(sorted({place[0] for place in places if place[0]}))
    raise Refusal(
        f"{len(places)} figures could be worked out from this release and those before it. "
        f"Nothing was released:\n  {told}{more}\nTo release the rest: --without {codes}",
        3,
    )


def tally(found: Prepared, shown: Protected) -> dict[str, int]:
    """How many cells there are, in how many parts that hang together, and how many are hidden for which reason."""
    problem = found.publication.problem
    told = problem.published & np.isnan(shown.shown)
    small = (problem.counts >= problem.low) & (problem.counts <= problem.high) | problem.hidden
    return {
        "cells": len(problem.counts),
        "published": int(problem.published.sum()),
        "relations": len(problem.relations),
        "components": _components(len(problem.counts), problem.relations),
        "primary": int((told & small).sum()),
        "secondary": int((told & ~small).sum()),
    }


def _components(size: int, relations: Sequence[Relation]) -> int:
    """How many groups of cells hang together by any relation, of more than one cell."""
    top = list(range(size))

    def find(cell: int) -> int:
        while top[cell] != cell:
            top[cell] = top[top[cell]]
            cell = top[cell]
        return cell

    for relation in relations:
        for part in relation.parts:
            top[find(part)] = find(relation.total)
    return len({find(relation.total) for relation in relations})


def marked(figures: pyarrow.Table, released: np.ndarray) -> pyarrow.Table:
    """The frozen figures, with which of them stand in the release."""
    return figures.append_column("is_released", pyarrow.array(np.asarray(released, bool)))


def with_what_is_told(
    found: Prepared, shown: Protected, profile: Profile, released: np.ndarray
) -> pyarrow.Table:
    """The released figures with what is known of each count now (blank: nothing can be): its least and most."""
    problem, figures = found.publication.problem, found.publication.figures
    at = np.stack([found.publication.numerators, found.publication.denominators])[:, released]
    asked = np.unique(at[at >= 0])
    least_and_most = disclosure.intervals(problem, shown, profile, asked)
    figures = figures.filter(pyarrow.array(released))
    for side, cells in zip(SIDES, at, strict=True):
        places = np.searchsorted(asked, np.maximum(cells, asked[0] if len(asked) else 0))
        for n, end in enumerate(("low", "high")):
            values = pyarrow.array(least_and_most[places, n].astype(float), mask=cells < 0)
            figures = figures.append_column(f"{side}_{end}", values)
    return figures
