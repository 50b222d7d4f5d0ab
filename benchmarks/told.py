"""What a measure tells: values for bars, tables for the page, and how its stages grow."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bars import Found, number
from benchmarks.own_process import Run

TOGETHER = "its processes and the memory disk at one moment"
MOST = 600  # seconds of one run from which it is not repeated at all


@dataclass(frozen=True)
class Asked:
    """What is asked of a measure: sizes, how often, where it may write, and whom it tells as it goes.

    What takes longer than `patience` seconds is repeated twice, not `times`.
    """

    work: Path
    sizes: tuple[int, ...]
    times: int
    say: Callable[[str], None]
    patience: float = 120.0


@dataclass(frozen=True)
class Table:
    """A table of the page: what stands above it, its head and its rows, all of them text."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: str = ""


@dataclass(frozen=True)
class Told:
    """What a measure found. `growth` is (size, seconds) by stage, of the median run."""

    bars: dict[str, Found] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    growth: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    counted: str = "rows"


@dataclass(frozen=True)
class Repeated:
    """Runs of one thing: the first, which is cold, and those after it, which are warm."""

    cold: Run
    warm: tuple[Run, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """The warm ones; the cold one where it took so long that it is the only one."""
        return self.warm or (self.cold,)

    @property
    def seconds(self) -> tuple[float, ...]:
        return tuple(r.seconds for r in self.runs)

    @property
    def middle(self) -> Run:
        """The run that took the median, or the one above it."""
        return sorted(self.runs, key=lambda r: r.seconds)[len(self.runs) // 2]

    @property
    def peak(self) -> float:
        return max(r.peak for r in (self.cold, *self.warm))

    @property
    def processor(self) -> float:
        return statistics.median(r.processor for r in self.runs)


def how_often(asked: Asked, seconds: float) -> int:
    """How often a run is repeated after its first: where one takes minutes not five times, but told."""
    return 0 if seconds > MOST else min(asked.times, 2) if seconds > asked.patience else asked.times


def by_turns(asked: Asked, *works: tuple[str, Callable[[], Run]]) -> list[Repeated]:
    """Each once, cold; then all by turns as often as is asked, so that a busy minute meets them alike."""
    cold = [_one(asked, name, "cold", work) for name, work in works]
    times = min(how_often(asked, run.seconds) for run in cold)
    warm = [[_one(asked, name, str(n + 1), work) for name, work in works] for n in range(times)]
    return [Repeated(first, tuple(turn[place] for turn in warm)) for place, first in enumerate(cold)]


def _one(asked: Asked, name: str, which: str, work: Callable[[], Run]) -> Run:
    run = work()
    asked.say(
        f"  {name}, {which}: {run.seconds:.2f} s, {run.processor:.1f} s of the processor, {run.peak:,.0f} MB"
    )
    return run


def ratio(ours: Repeated, theirs: Repeated) -> tuple[float, ...]:
    """How many times as long ours took, turn by turn."""
    return tuple(a.seconds / b.seconds for a, b in zip(ours.runs, theirs.runs, strict=True))


def span(values: Sequence[float]) -> str:
    """The median with the least and the most."""
    if not values:
        return ""
    middle = statistics.median(values)
    ends = f" ({number(min(values))} to {number(max(values))})" if len(values) > 1 else ""
    return f"{number(middle)}{ends}"


def gigabytes(megabytes: float) -> float:
    """GB of a thousand million bytes, of so many MB of 1,024 times 1,024."""
    return megabytes * (1 << 20) / 1e9


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """By which power of the size the seconds grow: least squares on the logarithms; None of fewer than two sizes."""
    told = [(math.log(n), math.log(s)) for n, s in points if n > 0 and s > 0]
    if len({n for n, _ in told}) < 2:
        return None
    middle = statistics.fmean(n for n, _ in told), statistics.fmean(s for _, s in told)
    above = sum((n - middle[0]) * (s - middle[1]) for n, s in told)
    return above / sum((n - middle[0]) ** 2 for n, _ in told)
