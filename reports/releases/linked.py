"""What holds between the counts of a release: areas and South Yorkshire, months and years, parts and wholes.

Each relation is tried on the true counts before it is used. One that holds only by chance is kept: it can
only make the attack stronger than a reader is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from reports.releases.cube import Cube

# Each value of these holds the one after it: three episodes or more are also two or more.
NESTED = ("episodes in 90 days at least", "months since recorded")
AT_THE_END = ("at end", "open at end")
WHOLE, OUTSIDE = "SY", "OUT"
NOT_A_PART = ("all", "population series")


@dataclass(frozen=True)
class Link:
    """Relations of one kind ('sum' or 'union') between flat cells of the counts: parts (n x k), totals (n)."""

    kind: str
    parts: np.ndarray
    totals: np.ndarray


@dataclass
class Links:
    """What was found so far. `derived` are counts nobody tells but everyone can reckon, numbered after the cube's."""

    cube: Cube
    found: list[Link] = field(default_factory=list)
    derived: list[np.ndarray] = field(default_factory=list)
    of: list[int] = field(default_factory=list)  # the series each of the derived is a part of
    failed: list[str] = field(default_factory=list)
    same: list[tuple[int, int]] = field(default_factory=list)
    apart: list[list[int]] = field(default_factory=list)  # series that must not be taken for one another

    def add(self, kind: str, parts: np.ndarray, totals: np.ndarray) -> None:
        self.found.append(Link(kind, parts.reshape(-1, parts.shape[-1]), totals.reshape(-1)))

    def cells(self, series: int) -> np.ndarray:
        """The flat cells of a series: areas x periods."""
        size = self.cube.counts.shape[1:]
        return series * size[0] * size[1] + np.arange(size[0] * size[1]).reshape(size)

    def derive(self, series: int, values: np.ndarray) -> int:
        self.of.append(series)
        self.derived.append(values)
        return len(self.cube.series) + len(self.derived) - 1


def links(cube: Cube) -> Links:
    """Every relation that holds between the counts."""
    found = Links(cube)
    _areas(found)
    _periods(found)
    for parts, total, nested in _breakdowns(cube):
        _breakdown(found, parts, total, nested)
    _shares(found)
    return found


def holds(parts: np.ndarray, total: np.ndarray) -> str:
    """How counts (k x ...) and their total (...) hang together wherever both are told.

    sum; union (of distinct children: one may be in several parts); rest (some are in no part); none; or
    nothing where never both are told.
    """
    told = ~np.isnan(total) & ~np.isnan(parts).all(axis=0)
    if not told.any():
        return "nothing"
    filled = np.nan_to_num(parts)
    added, largest, total = filled.sum(axis=0)[told], filled.max(axis=0)[told], total[told]
    if (added == total).all():
        return "sum"
    if ((largest <= total) & (total <= added)).all():
        return "union"
    return "rest" if (added <= total).all() else "none"


def _areas(found: Links) -> None:
    """The areas and the place not known make up South Yorkshire, which is counted afresh."""
    cube = found.cube
    if WHOLE not in cube.areas:
        return
    whole = cube.areas.index(WHOLE)
    parts = [n for n, area in enumerate(cube.areas) if area not in (WHOLE, OUTSIDE)]
    for s, one in enumerate(cube.series):
        counts, cells = cube.counts[s], found.cells(s)
        kind = holds(counts[parts], counts[whole]) if parts else "nothing"
        if kind in ("sum", "union"):
            found.add(kind, cells[parts].T, cells[whole])
        elif kind == "rest":
            left = np.full(counts.shape, np.nan)
            left[whole] = counts[whole] - np.nan_to_num(counts[parts]).sum(axis=0)
            more = found.cells(found.derive(s, left))[whole]
            found.add("sum", np.concatenate([cells[parts], more[None]]).T, cells[whole])
        elif kind == "none" and one.side != "rest":
            found.failed.append(f"{_named(one)}: areas do not make up South Yorkshire")


def _periods(found: Links) -> None:
    """Months make up quarters and years; what stands at a period's end is what stands at its last part's end."""
    cube = found.cube
    for kind, spans in _tiles(cube.periods).items():
        wholes = np.array([whole for whole, _ in spans])
        parts = np.array([tiles for _, tiles in spans])
        for s, one in enumerate(cube.series):
            chosen = parts[:, -1:] if one.period_match in AT_THE_END else parts
            cells = found.cells(s)
            how = holds(np.moveaxis(cube.counts[s][:, chosen], 2, 0), cube.counts[s][:, wholes])
            if how in ("sum", "union"):
                found.add(how, cells[:, chosen], cells[:, wholes])
            elif how != "nothing" and one.side != "rest":
                found.failed.append(f"{_named(one)}: the parts of a {kind} do not make it up")


def _tiles(periods: tuple) -> dict[str, list[tuple[int, list[int]]]]:
    """For each kind of period and what it is made of: [(the period, its parts in order)], of the longest parts there are."""
    lengths = {"month": 1, "quarter": 3, "financial_year": 12, "calendar_year": 12, "academic_year": 12}
    found = defaultdict(list)
    for n, (_, kind, first, last) in enumerate(periods):
        for finer in ("quarter", "month"):
            if lengths[finer] >= lengths[kind]:
                continue
            inside = [(p[2], m) for m, p in enumerate(periods) if p[1] == finer and first <= p[2] <= last]
            whole = lengths[kind] // lengths[finer]
            if len(inside) == whole and periods[max(inside)[1]][3] == last:
                found[f"{kind.replace('_', ' ')} of {finer}s"].append((n, [m for _, m in sorted(inside)]))
                break
    return found


def _breakdowns(cube: Cube) -> Iterator[tuple[list[int], int | None, bool]]:
    """(the parts, the series that is their total, whether each part holds the next) of every breakdown."""
    families, own, same = defaultdict(list), {}, {}
    for n, s in enumerate(cube.series):
        name = (s.indicator, s.unit, s.side)
        if s.breakdown not in NOT_A_PART:
            # 'stage and age': the ages of one stage make up the stage.
            prefix = s.value.split(", ")[0] if " and " in s.breakdown else None
            families[name, s.breakdown, prefix, s.counted[0]].append(n)
        if s.breakdown == "all":
            own[name] = n
        same.setdefault(s.counted, n)
        same.setdefault((s.indicator, s.side, s.breakdown, s.value), n)
    for (name, breakdown, prefix, what), parts in families.items():
        parts.sort(key=lambda n: cube.series[n].place)
        total = own.get(name, same.get((what, "", "")))
        if prefix is not None:
            total = same.get((name[0], name[2], breakdown.split(" and ")[0], prefix))
        yield parts, total, breakdown in NESTED


def _breakdown(found: Links, parts: list[int], total: int | None, nested: bool) -> None:
    """Use what holds between a breakdown and its total; say where nothing does."""
    counts = found.cube.counts
    compared = counts[parts[0]] if total is None else counts[total]
    if total != parts[0] and _equal(counts[parts], compared):
        found.same.extend((part, parts[0] if total is None else total) for part in parts)
        return
    how = "nothing" if total is None else holds(counts[parts], counts[total])
    if nested and how != "sum":
        _nested(found, parts)
    elif how in ("sum", "union", "rest"):
        cells = [found.cells(part) for part in parts]
        if how == "rest":
            rest = counts[total] - np.nan_to_num(counts[parts]).sum(axis=0)
            cells.append(found.cells(found.derive(total, rest)))
        found.add("union" if how == "union" else "sum", np.stack(cells, axis=-1), found.cells(total))
        found.apart.append([*parts, total])
    elif how == "none":
        found.failed.append(f"{_named(found.cube.series[parts[0]])}: the parts do not make up the total")


def _equal(parts: np.ndarray, total: np.ndarray) -> bool:
    """Whether every part is the total (the cases a checklist is held against, say), and there is something to see."""
    told = ~np.isnan(parts) & ~np.isnan(total)
    return bool(((parts == total) | ~told).all() and (np.where(told, parts, 0) > 0).any() and len(parts) > 1)


def _nested(found: Links, parts: list[int]) -> None:
    """Each value holds the next: the difference is a count of its own that everyone can reckon."""
    counts = found.cube.counts
    if np.nansum(counts[parts[0]]) < np.nansum(counts[parts[-1]]):
        parts = parts[::-1]
    found.apart.append(parts)
    for larger, smaller in pairwise(parts):
        only = counts[larger] - counts[smaller]
        if np.nanmin(only, initial=0) < 0:
            found.failed.append(f"{_named(found.cube.series[smaller])}: is more than what holds it")
            continue
        cells = np.stack([found.cells(smaller), found.cells(found.derive(larger, only))], axis=-1)
        found.add("sum", cells, found.cells(larger))


def _shares(found: Links) -> None:
    """A share's numerator and what it leaves over make up its denominator; so do the known parts of a profile."""
    at = {(s.indicator, s.unit, s.breakdown, s.value, s.side): n for n, s in enumerate(found.cube.series)}
    profiles = defaultdict(list)
    for n, s in enumerate(found.cube.series):
        name = (s.indicator, s.unit, s.breakdown)
        if s.side == "rest":
            over = at[*name, s.value, "numerator"], n, at[*name, s.value, "denominator"]
            found.apart.append(list(over))
            numerator, rest, whole = (found.cells(part) for part in over)
            found.add("sum", np.stack([numerator, rest], axis=-1), whole)
        if s.side == "numerator" and s.share_of == "known" and s.value != "Unknown":
            profiles[name].append(n)
    for (indicator, unit, breakdown), parts in profiles.items():
        value = found.cube.series[parts[0]].value
        whole = at[indicator, unit, breakdown, value, "denominator"]
        found.apart.append([*parts, whole])
        found.add("sum", np.stack([found.cells(part) for part in parts], axis=-1), found.cells(whole))


def _named(series) -> str:
    return f"{series.indicator} {series.unit}, {series.side}, {series.breakdown} {series.value}"
