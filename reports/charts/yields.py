"""Cohort curves: what share of those who began in a year had come so far after 3, 6, 12 and 24 months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts import words
from reports.charts.drawing import above, drawn, nothing, rows, upright
from reports.charts.layout import LINE, dodged, scale, wrapped
from reports.charts.picture import Picture
from reports.charts.points import Value, mark, marks_of, number, shown
from reports.charts.style import COLOURS, DARK_GREY, DASHED, HIGH, INK, PAPER, SHAPES, SIZE, WIDE

MONTHS = (3, 6, 12, 24)
UNFINISHED = "Dashed and hollow: not yet followed for so long, may still rise"
PLOT = WIDE - 80  # the names stand beside it
ROOM = 40  # pixels between the last month and the names, for the lines that lead to them


@dataclass(frozen=True)
class Yield:
    """What had come of a cohort after so many `months`; `followed` when all of it has been followed so long."""

    months: int
    value: Value
    followed: bool = True

    @property
    def number(self) -> float | None:
        """The value as a number; None where a mark stands."""
        return number(self.value)


@dataclass(frozen=True)
class Cohort:
    """Those who began in one period or area, by `name`, and what had come of them, months ascending."""

    name: str
    yields: tuple[Yield, ...]


def yield_curves(cohorts: Sequence[Cohort], *, title: str, unit: str) -> Picture:
    """One curve a cohort, in the order given, named at its end; what is not yet followed is dashed and told.

    At most 6 cohorts, as there are 6 colours and shapes; ValueError beyond.
    """
    if len(cohorts) > len(COLOURS):
        raise ValueError(f"{len(cohorts)} cohorts cannot be told apart: draw at most {len(COLOURS)}")
    table = [
        {
            "Cohort": c.name,
            "Months": y.months,
            unit: shown(y.value, unit),
            "Follow-up": "complete" if y.followed else "incomplete",
        }
        for c in cohorts
        for y in c.yields
    ]
    return Picture(drawn(_chart(cohorts, unit)), _words(cohorts, title, unit), title, table)


def _words(cohorts: Sequence[Cohort], title: str, unit: str) -> str:
    said = [f"Cohort curves: {title}. Unit: {unit}."]
    for cohort in cohorts:
        told = [y for y in cohort.yields if y.number is not None]
        steps = words.listed([f"{words.figure(y.value, unit)} at {_months(y)}" for y in told])
        said.append(f"{cohort.name}: {steps}." if steps else f"{cohort.name}: no figure can be shown.")
    open_ = [
        f"{c.name} at {_months(y)}"
        for c in cohorts
        for y in c.yields
        if not y.followed and y.number is not None
    ]
    said += [f"Follow-up incomplete, may still rise: {words.listed(open_)}."] if open_ else []
    hidden = ((f"{c.name} at {_months(y)}", y.value) for c in cohorts for y in c.yields)
    return " ".join([*said, *words.gaps(hidden)])


def _months(y: Yield) -> str:
    return f"{y.months} months" if y.months != 1 else "1 month"


def _chart(cohorts: Sequence[Cohort], unit: str):
    import altair as alt

    ends = scale([y.number for c in cohorts for y in c.yields], at_most=100 if unit.startswith("%") else None)
    high = max(HIGH, LINE * len(cohorts))
    x = _along(cohorts)
    if any(y.number is not None for c in cohorts for y in c.yields):
        layers = [*_curves(cohorts, x, ends), *_names(cohorts, unit, x, ends, high)]
    else:
        layers = [*_curves(cohorts, x, ends), *nothing(PLOT, high)]
    return alt.layer(*layers).properties(width=PLOT, height=high, title=above(unit))


def _along(cohorts: Sequence[Cohort]):
    import altair as alt

    at = sorted({y.months for c in cohorts for y in c.yields} | {0, *MONTHS})
    below = ["Months since the start"]
    below += [UNFINISHED] if any(not y.followed for c in cohorts for y in c.yields) else []
    below += filter(None, [_missing(cohorts)])
    axis = alt.Axis(
        values=at,
        title=[line for t in below for line in wrapped(t, WIDE, SIZE)],
        labelOverlap=False,
        labelFlush=False,
    )
    return alt.X("months:Q", scale=alt.Scale(domain=[0, at[-1]], nice=False), axis=axis)


def _missing(cohorts: Sequence[Cohort]) -> str:
    """What is not drawn, by name: a curve has no place for a letter where many cross."""
    marks = marks_of(y.value for c in cohorts for y in c.yields)
    lines = [
        f"{c.name} {m} at {words.listed(at)}"
        for c in cohorts
        for m in marks
        if (at := [str(y.months) for y in c.yields if mark(y.value) == m])
    ]
    return f"Not drawn: {'; '.join(lines)} months ({words.key(marks)})" if lines else ""


def _curves(cohorts: Sequence[Cohort], x, ends) -> list:
    import altair as alt

    lines, dots = [], []
    for cohort in cohorts:
        for n, y in enumerate(cohort.yields):
            here = {"cohort": cohort.name, "months": y.months, "value": y.number, "open": not y.followed}
            dots += [here] if y.number is not None else []
            before = cohort.yields[n - 1] if n else None
            if before and None not in (before.number, y.number):
                piece = {"piece": f"{cohort.name} {n}"}
                lines += [here | piece, here | piece | {"months": before.months, "value": before.number}]
    dash = alt.StrokeDash(
        "open:N", legend=None, scale=alt.Scale(domain=[False, True], range=[[1, 0], DASHED])
    )
    line = alt.Chart(rows(lines)).mark_line(strokeWidth=2)
    y = upright("value", ends)
    return [
        line.encode(x=x, y=y, color=_look(cohorts)["color"], detail="piece:N", strokeDash=dash),
        *_dots(alt.Chart(rows(dots)), x, y, cohorts),
    ]


def _dots(base, x, y, cohorts: Sequence[Cohort]) -> list:
    points = base.encode(x=x, y=y, **_look(cohorts))
    return [
        points.transform_filter("!datum.open").mark_point(filled=True, size=80, opacity=1),
        points.transform_filter("datum.open").mark_point(fill=PAPER, strokeWidth=2, size=70, opacity=1),
    ]


def _look(cohorts: Sequence[Cohort]) -> dict:
    import altair as alt

    names = [c.name for c in cohorts]
    colours, shapes = (alt.Scale(domain=names, range=look[: len(names)]) for look in (COLOURS, SHAPES))
    return {
        "color": alt.Color("cohort:N", legend=None, scale=colours),
        "shape": alt.Shape("cohort:N", legend=None, scale=shapes),
    }


def _names(cohorts: Sequence[Cohort], unit: str, x, ends, high: float) -> list:
    """Each cohort's name and last figure at the right edge, moved apart, and a line that leads to it."""
    import altair as alt

    told = [(c.name, [y for y in c.yields if y.number is not None]) for c in cohorts]
    last = [(name, found[-1]) for name, found in told if found]
    reach = ends[1] - ends[0]
    places = dodged([high * (ends[1] - y.number) / reach for _, y in last], 0, high)
    months = max(y.months for y in (Yield(max(MONTHS), 0), *(y for c in cohorts for y in c.yields)))
    data = [
        {"text": f"{name}: {shown(y.value, unit)}", "y": ends[1] - at * reach / high, "value": y.number}
        | {"months": y.months, "cohort": name, "open": not y.followed}
        for (name, y), at in zip(last, places, strict=True)
    ]
    base = alt.Chart(rows(data)).encode(y=upright("y", ends))
    leads = [row for row in data if row["months"] == months]
    lead = alt.Chart(rows(leads)).mark_rule(color=DARK_GREY, strokeWidth=0.75)
    text = base.mark_text(align="left", color=INK)
    return [
        lead.encode(
            x=alt.value(PLOT + 8), x2=alt.value(PLOT + ROOM - 10), y=upright("value", ends), y2="y:Q"
        ),
        text.encode(x=alt.value(PLOT + ROOM + 10), text="text:N"),
        *_dots(base, alt.value(PLOT + ROOM), upright("y", ends), cohorts),
    ] + ([] if len(leads) == len(data) else [_from_afar(data, months, x, ends)])


def _from_afar(data: list[dict], months: int, x, ends):
    """The lines that lead from a curve that ends early."""
    import altair as alt

    early = [row for row in data if row["months"] != months]
    pieces = [
        piece
        for row in early
        for piece in (
            {"cohort": row["cohort"], "months": row["months"], "value": row["value"]},
            {"cohort": row["cohort"], "months": months, "value": row["y"]},
        )
    ]
    line = alt.Chart(rows(pieces)).mark_line(color=DARK_GREY, strokeWidth=0.75, strokeDash=[1, 3])
    return line.encode(x=x, y=upright("value", ends), detail="cohort:N")
