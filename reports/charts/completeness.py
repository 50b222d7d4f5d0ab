"""The completeness map: which return of which area came in which month, by colour and by letter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.charts import words
from reports.charts.drawing import drawn, nothing, rows
from reports.charts.picture import Picture
from reports.charts.points import MONTHS
from reports.charts.style import DARK_BLUE, DARK_PINK, HIGH, INK, LIGHT_PURPLE, PAPER, TURQUOISE, WIDE

RECEIVED, PART, NIL, NOT = "received", "part received", "nil", "not received"
# status -> letter, colour of the square, colour of the letter (4.5 to 1 or more on its square)
LOOKS = {
    RECEIVED: ("R", DARK_BLUE, PAPER),
    PART: ("P", TURQUOISE, INK),
    NIL: ("N", LIGHT_PURPLE, INK),
    NOT: ("x", PAPER, DARK_PINK),
}
SAID = {
    RECEIVED: "received",
    PART: "part received",
    NIL: "nil return, nothing to report",
    NOT: "not received",
}
CELL, COLUMNS = 21, 2
MOST = 12  # lines of words, before they are counted


@dataclass(frozen=True)
class Coverage:
    """One return of one area in one month: `status` is received, part received, nil or not received."""

    return_name: str
    area: str
    month: date
    status: str


def completeness_map(cells: Sequence[Coverage], *, title: str) -> Picture:
    """A panel an area, a line a return, a square a month; a square left out was not due.

    Areas and returns stand in the order they first come in. Several senders of one return for one area and
    month make one square: not received beside anything else is part received. ValueError on any other status.
    """
    found = _joined(cells)
    table = [
        {"Area": area, "Return": name, "Month": _month(at), "Status": status}
        for (area, name, at), status in found.items()
    ]
    return Picture(drawn(_chart(found)), _words(found, title), title, table)


def _joined(cells: Sequence[Coverage]) -> dict[tuple[str, str, date], str]:
    """The status of each (area, return, month), in order."""
    found: dict[tuple[str, str, date], set[str]] = {}
    for cell in cells:
        if cell.status not in LOOKS:
            raise ValueError(f"{cell.status!r} is not one of {', '.join(LOOKS)}")
        found.setdefault((cell.area, cell.return_name, cell.month.replace(day=1)), set()).add(cell.status)
    areas, names = (list(dict.fromkeys(key[n] for key in found)) for n in (0, 1))
    order = sorted(found, key=lambda k: (areas.index(k[0]), names.index(k[1]), k[2]))
    return {key: _one(found[key]) for key in order}


def _one(statuses: set[str]) -> str:
    if len(statuses) == 1:
        return next(iter(statuses))
    return PART if statuses & {PART, NOT} else RECEIVED


def _month(at: date) -> str:
    return f"{MONTHS[at.month - 1]} {at.year}"


def _words(found: dict, title: str) -> str:
    if not found:
        return f"Completeness map: {title}. No return was due."
    at = [key[2] for key in found]
    first, last = _month(min(at)), _month(max(at))
    span = first if first == last else f"{first} to {last}"
    due = f"{len(found)} returns were due" if len(found) > 1 else "1 return was due"
    said = [f"Completeness map: {title}, {span}. {due}, one a return, area and month."]
    statuses = list(found.values())
    said.append(f"{words.listed([f'{statuses.count(s)} {s}' for s in LOOKS if s in statuses]).capitalize()}.")
    for status in (NOT, PART):
        said += [f"{status.capitalize()}: {'; '.join(named)}."] if (named := _named(found, status)) else []
    said += ["Not received is absence of data, not absence of abuse."] if NOT in statuses else []
    return " ".join(said)


def _named(found: dict, status: str) -> list[str]:
    """The returns of a status by area, return and month; by area alone where nobody could listen to them all."""
    here = [key for key, its in found.items() if its == status]
    lines: dict[tuple[str, str], list[str]] = {}
    for area, name, at in here:
        lines.setdefault((area, name), []).append(_month(at))
    if len(lines) <= MOST:
        return [f"{area}, {name}: {words.listed(months)}" for (area, name), months in lines.items()]
    counts = Counter(area for area, _, _ in here)
    return [f"{area} {count}" for area, count in counts.items()] + ["each stands in the table"]


def _chart(found: dict):
    import altair as alt

    if not found:
        return alt.layer(*nothing()).properties(width=WIDE, height=HIGH)
    areas = list(dict.fromkeys(key[0] for key in found))
    names = list(dict.fromkeys(key[1] for key in found))
    months = sorted({key[2] for key in found})
    there = [s for s in LOOKS if s in found.values()]
    key = "; ".join(f"{LOOKS[s][0]}: {SAID[s]}" for s in there)
    panels = [_panel(found, area, names, months, n % COLUMNS == 0) for n, area in enumerate(areas)]
    return alt.concat(*panels, columns=COLUMNS, align="each", spacing={"row": 18, "column": 18}).properties(
        title=alt.TitleParams(text=key, orient="bottom")
    )


def _panel(found: dict, area: str, names: list[str], months: list[date], named: bool):
    import altair as alt

    data = [
        {"name": name, "month": _month(at), "letter": LOOKS[s][0], "fill": LOOKS[s][1], "ink": LOOKS[s][2]}
        | {"edge": DARK_PINK if s == NOT else LOOKS[s][1]}
        for (where, name, at), s in found.items()
        if where == area
    ]
    order = [_month(at) for at in months]
    labels = json.dumps(_labels(months))
    below = alt.Axis(
        title=None,
        labelExpr=f"({labels})[datum.value]",
        labelAngle=0,
        labelOverlap=False,
        domain=False,
        ticks=False,
    )
    beside = alt.Axis(title=None, domain=False, ticks=False) if named else None
    base = alt.Chart(rows(data)).encode(
        x=alt.X("month:O", sort=order, scale=alt.Scale(domain=order, padding=0.08), axis=below),
        y=alt.Y("name:N", sort=names, scale=alt.Scale(domain=names, padding=0.08), axis=beside),
    )
    box = base.mark_rect(strokeWidth=1.5).encode(
        fill=alt.Fill("fill:N", scale=None), stroke=alt.Stroke("edge:N", scale=None)
    )
    letter = base.mark_text(fontWeight="bold", fontSize=11).encode(
        text="letter:N", color=alt.Color("ink:N", scale=None)
    )
    title = alt.TitleParams(text=area, fontSize=13, fontWeight="bold", offset=6)
    return alt.layer(box, letter).properties(width=CELL * len(order), height=CELL * len(names), title=title)


def _labels(months: list[date]) -> dict[str, list[str]]:
    """A month's first letters: every name would not fit below its square, so the year stands under the first."""
    said, labels = None, {}
    for n, at in enumerate(months):
        name = MONTHS[at.month - 1][:1]
        new = at.year != said and (n == 0 or at.month == 1)
        labels[_month(at)] = [name, str(at.year)] if new else [name]
        said = at.year if new else said
    return labels
