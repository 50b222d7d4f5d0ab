"""The safeguarding funnel: how many stand at each stage, from referral to plan, in the order of the stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts import words
from reports.charts.drawing import above, drawn, rows
from reports.charts.layout import LINE, scale, wrapped
from reports.charts.picture import Picture
from reports.charts.points import MARKS, Value, mark, number, shown
from reports.charts.style import DARK_BLUE, INK, SIZE, WIDE

ROW, ROOM = 38, 190  # pixels for each stage, and for its name


@dataclass(frozen=True)
class Stage:
    """One stage and how many stand at it."""

    name: str
    value: Value


def safeguarding_funnel(
    stages: Sequence[Stage], *, title: str, unit: str, period: str, one_cohort: bool = False
) -> Picture:
    """A bar a stage. With `one_cohort` each stage is also told as a share of the one before.

    Leave `one_cohort` out where the stages are counted by when each happened: then one is no share of another.
    """
    shares = _shares(stages) if one_cohort else [""] * len(stages)
    table = [
        {"Stage": s.name, unit: shown(s.value)} | ({"Share of the stage before": share} if one_cohort else {})
        for s, share in zip(stages, shares, strict=True)
    ]
    return Picture(
        drawn(_chart(stages, shares, unit)), _words(stages, shares, title, unit, period), title, table
    )


def _shares(stages: Sequence[Stage]) -> list[str]:
    numbers = [number(s.value) for s in stages]
    return [
        f"{shown(100 * now / before, '%')} %" if before and now is not None else ""
        for before, now in zip([None, *numbers], numbers, strict=False)
    ]


def _words(stages, shares, title: str, unit: str, period: str) -> str:
    said = [f"Bar chart of stages: {title}, {period}. Unit: {unit}."]
    told = [
        f"{s.name} {words.figure(s.value, unit)}" + (f" ({share} of the stage before)" if share else "")
        for s, share in zip(stages, shares, strict=True)
        if number(s.value) is not None
    ]
    said.append(f"{'; '.join(told)}." if told else "No figure can be shown.")
    return " ".join([*said, *words.gaps((s.name, s.value) for s in stages)])


def _chart(stages, shares, unit: str):
    import altair as alt

    ends = scale(number(s.value) for s in stages)
    data = [
        {"n": n, "name": s.name, "value": number(s.value), "nought": 0, "text": _text(s, share)}
        for n, (s, share) in enumerate(zip(stages, shares, strict=True))
    ]
    y = alt.Y("n:O", axis=None, scale=alt.Scale(domain=list(range(len(stages))), paddingInner=0.35))
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=list(ends[:2]), nice=False))
    told = alt.Chart(rows(row for row in data if row["value"] is not None)).encode(x=x, y=y)
    gaps = alt.Chart(rows(row for row in data if row["value"] is None)).encode(x="nought:Q", y=y)
    text = {"align": "left", "dx": 6, "color": INK}
    layers = [
        told.mark_bar(color=DARK_BLUE),
        told.mark_text(**text, fontWeight="bold").encode(text="text:N"),
        gaps.mark_text(**text, fontStyle="italic").encode(text="text:N"),
        *_stage_names(stages, y),
    ]
    return alt.layer(*layers).properties(
        width=WIDE - ROOM, height=ROW * max(len(stages), 1), title=above(unit)
    )


def _stage_names(stages: Sequence[Stage], y) -> list:
    """The names left of the bars, those of several lines each centred on its bar."""
    import altair as alt

    lines = [(n, wrapped(stage.name, ROOM, SIZE)) for n, stage in enumerate(stages)]
    return [
        alt.Chart(rows({"n": n, "text": "\n".join(name)} for n, name in lines if len(name) == count))
        .mark_text(align="right", lineBreak="\n", lineHeight=LINE, dy=-(count - 1) * LINE / 2, color=INK)
        .encode(x=alt.value(-8), y=y, text="text:N")
        for count in sorted({len(name) for _, name in lines})
    ]


def _text(stage: Stage, share: str) -> str:
    """What stands at the end of a bar, or where no bar can be drawn."""
    letter = mark(stage.value)
    if letter:
        return f"{letter}: {MARKS[letter]}"
    return f"{shown(stage.value)} ({share})" if share else shown(stage.value)
