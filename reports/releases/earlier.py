"""What the public knows already: the figures of earlier public releases, as a reader can narrow them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow

from refusal import Refusal
from reports.periods import financial_year
from reports.releases import frozen, proposals
from reports.releases.proposals import SIDES


@dataclass(frozen=True)
class Earlier:
    """A public release: its name, when it was published, and its true figures with what it lets be known of them."""

    name: str
    published_at: str
    told: pyarrow.Table


@dataclass(frozen=True)
class Known:
    """What earlier releases told of the figures now to be released.

    `intervals`: (row, side) to what was told, where the count is still the same, every release's own.
    `changed`: (row, side, lowest and highest told, by how much the true count changed).
    """

    intervals: dict[tuple, tuple[float, float]]
    changed: list[tuple]


def earlier(releases: Path, but: str = "") -> list[Earlier]:
    """Every public release but one, the first published first.

    Refusal (exit 3) where what one of them told is gone or was changed: then nothing can be checked.
    """
    found = []
    for path in (releases / "public").glob(f"[!.]*/{proposals.PUBLICATION}"):
        name = path.parent.name
        if name != but:
            published, told = proposals.read_json(path), releases / "proposed" / name / proposals.TOLD
            table = frozen.kept(told)
            if proposals.digest(told) != published["told"]:
                raise Refusal(
                    f"{told} is not the one {name} was published with. Put it back from the backup.", 3
                )
            found.append(Earlier(name, published["published_at"], table))
    return sorted(found, key=lambda e: (e.published_at, e.name))


def spans(found: Iterable[Earlier]) -> tuple[set[str], set[str]]:
    """The financial years and the kinds of period that earlier releases told of."""
    kinds, years = set(), set()
    words = {kind: word for word, kind in frozen.KINDS.items()}
    for release in found:
        kinds |= {words[kind] for kind in release.told["period_kind"].unique().to_pylist()}
        for day in release.told["start_date"].unique().to_pylist():
            years.add(financial_year(day))
    return years, kinds


def keys(found: Iterable[Earlier]) -> set[tuple]:
    """The figures that earlier releases told."""
    return {key for release in found for key in frozen.keys(release.told)}


def known(figures: pyarrow.Table, found: Iterable[Earlier]) -> Known:
    """What earlier releases tell of the frozen figures."""
    at = {key: row for row, key in enumerate(frozen.keys(figures))}
    now = {side: figures[side].to_pylist() for side in SIDES}
    intervals: dict[tuple, tuple[float, float]] = {}
    changed = []
    for release in found:
        keys = frozen.keys(release.told)
        for side in SIDES:
            columns = (release.told[f"{side}{end}"].to_pylist() for end in ("", "_low", "_high"))
            for key, then, low, high in zip(keys, *columns, strict=True):
                row = at.get(key)
                if low is None or row is None or now[side][row] is None:
                    continue
                if then == now[side][row]:
                    before = intervals.get((row, side), (0.0, np.inf))
                    intervals[row, side] = (max(low, before[0]), min(high, before[1]))
                elif min(then, now[side][row]) >= 0:  # one below nought is never shown
                    changed.append((row, side, low, high, now[side][row] - then))
    return Known(intervals, changed)


def unknown_to(figures: pyarrow.Table, found: Iterable[Earlier]) -> list[str]:
    """The releases that tell figures which the frozen ones do not hold: relations to them could not be tried."""
    held = set(frozen.keys(figures))
    return [e.name for e in found if not held.issuperset(frozen.keys(e.told))]


def refuse_unknown(figures: pyarrow.Table, found: Iterable[Earlier]) -> None:
    """Refusal (exit 3) where a release came meanwhile that tells of more than was looked at."""
    if names := unknown_to(figures, found):
        raise Refusal(
            f"{names[0]} was published meanwhile and tells figures that were not looked at when this release "
            "was proposed. Propose it again.",
            3,
        )
