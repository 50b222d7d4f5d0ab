"""The reconciliation waterfall: known to the police only, to both, to the council only, and to either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.charts import words
from reports.charts.drawing import above, along, drawn, gap_marks, nothing, rows, upright
from reports.charts.layout import scale
from reports.charts.picture import Picture
from reports.charts.points import Point, Value, marks_of, number, shown
from reports.charts.style import DARK_BLUE, DARK_GREY, DARK_PINK, DASHED, HIGH, INK, TURQUOISE, WIDE

POLICE, BOTH, COUNCIL, EITHER = "Police only", "Matched", "Council only", "Either"
COLOURS = {POLICE: DARK_BLUE, BOTH: TURQUOISE, COUNCIL: DARK_PINK, EITHER: DARK_GREY}
FROM_NOUGHT = "Bars stand on 0 as a part is not shown"
BAR = 84


@dataclass(frozen=True)
class Reconciled:
    """What both sides know of the same thing, each as the release has it; `either` is the union."""

    police_only: Value
    matched: Value
    council_only: Value
    either: Value

    @property
    def parts(self) -> tuple[Point, ...]:
        """The four as points of one axis."""
        told = (self.police_only, self.matched, self.council_only, self.either)
        return tuple(Point(name, value) for name, value in zip(COLOURS, told, strict=True))


@dataclass(frozen=True)
class _Bar:
    name: str
    bottom: float
    top: float


def reconciliation_waterfall(found: Reconciled, *, title: str, unit: str, period: str) -> Picture:
    """Each part standing on the one before, up to the union; where a part is hidden all stand on 0."""
    table = [{"Known to": p.period, unit: shown(p.value, unit)} for p in found.parts]
    return Picture(drawn(_chart(found, unit)), _words(found, title, unit, period), title, table)


def _bars(found: Reconciled) -> list[_Bar]:
    bars, base, steps = [], 0.0, _steps(found)
    for part in found.parts:
        if part.number is None:
            continue
        start = base if steps and part.period != EITHER else 0.0
        bars.append(_Bar(part.period, start, start + part.number))
        base = start + part.number
    return bars


def _steps(found: Reconciled) -> bool:
    """Whether the parts can stand on one another: each is known."""
    return all(p.number is not None for p in found.parts[:3])


def _words(found: Reconciled, title: str, unit: str, period: str) -> str:
    said = [f"Waterfall chart: {title}, {period}. Unit: {unit}."]
    told = [f"{p.period} {words.figure(p.value, unit)}" for p in found.parts if p.number is not None]
    said.append(f"{'; '.join(told)}." if told else "No figure can be shown.")
    total = sum(p.number or 0 for p in found.parts[:3])
    if _steps(found) and number(found.either) not in (None, total):
        said.append(
            f"The parts add to {shown(total, unit)}, not {shown(found.either, unit)}: all are given as released."
        )
    return " ".join([*said, *words.gaps((p.period, p.value) for p in found.parts)])


def _chart(found: Reconciled, unit: str):
    import altair as alt

    bars, parts = _bars(found), found.parts
    ends = scale(bar.top for bar in bars)
    notes = [] if _steps(found) or not bars else [FROM_NOUGHT]
    notes += filter(None, [words.key(marks_of(p.value for p in parts))])
    x = along(parts, notes)
    data = [
        {"period": b.name, "bottom": b.bottom, "top": b.top, "text": shown(b.top - b.bottom, unit)}
        for b in bars
    ]
    colour = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    base = alt.Chart(rows(data)).encode(x=x)
    bar = base.mark_bar(size=BAR).encode(
        y=upright("bottom", ends), y2="top:Q", color=alt.Color("period:N", scale=colour, legend=None)
    )
    text = base.mark_text(dy=-9, fontWeight="bold", color=INK).encode(y=upright("top", ends), text="text:N")
    layers = [*gap_marks(parts, x, ends), *_links(bars, found, x, ends), bar, text]
    layers += [] if bars else nothing()
    return alt.layer(*layers).properties(width=WIDE, height=HIGH, title=above(unit))


def _links(bars: Sequence[_Bar], found: Reconciled, x, ends) -> list:
    """The dashed lines that carry the height of one bar to the next."""
    import altair as alt

    if not _steps(found):
        return []
    pairs = [{"period": a.name, "next": b.name, "y": a.top} for a, b in pairwise(bars)]
    half = BAR / 2
    line = alt.Chart(rows(pairs)).mark_rule(color=DARK_GREY, strokeDash=DASHED, xOffset=half, x2Offset=-half)
    return [line.encode(x=x, x2="next:O", y=upright("y", ends))]
