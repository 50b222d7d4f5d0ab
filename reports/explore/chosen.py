"""What the page shows of a choice, with nothing of the page in it: pictures, tables, and the figures behind them."""

from __future__ import annotations

from dataclasses import dataclass

from reports.charts import Picture
from reports.indicators import grids, pictures
from reports.indicators import published as others
from reports.indicators.grids import Grid
from reports.indicators.series import ALL, COUNTY, DISTRICTS, Series
from reports.reading import Figure, Release

OURS, REGION, NEIGHBOURS = "areas", "england", "neighbours"
GROUPS = {
    OURS: "South Yorkshire and its areas",
    REGION: "Region and England, as published",
    NEIGHBOURS: "Statistical neighbours, as published",
}
NO_FUNNEL = (
    "A funnel plot needs a share or a rate with an interval, and a figure of South Yorkshire to hold the areas to. "
    "There is none of this choice."
)


@dataclass(frozen=True)
class Choice:
    """A choice of the reader: `part` is (breakdown, value), `all` for the whole; a value of '' means each of them."""

    area: str
    kind: str
    period: str
    group: str
    part: tuple[str, str]

    @property
    def is_each(self) -> bool:
        return self.part[1] == ""


@dataclass(frozen=True)
class Shown:
    """What one tab shows: pictures, tables, words, and the figures of both as they were released."""

    pictures: list[Picture]
    grids: list[Grid]
    figures: list[Figure]
    words: list[str]


def trend(series: Series, c: Choice) -> Shown:
    """The area through time, or each part of it."""
    if c.is_each:
        drawn = pictures.parts(series, c.area, c.kind, c.part[0])
        figures = [f for v in series.parts[c.part[0]] for f in series.line(c.area, c.kind, (c.part[0], v))]
        words = [] if drawn else ["There are too many parts to draw: choose one of them."]
        grid = grids.parts_through(series, c.kind, c.area, c.part[0])
        return Shown([drawn] if drawn else [], [grid], figures, words)
    line = series.line(c.area, c.kind, c.part)
    return Shown([pictures.trend(series, c.area, c.kind, c.part)], [grids.everything(line)], line, [])


def comparison(series: Series, release: Release, c: Choice) -> Shown:
    """The areas side by side in the period, or beside what others published."""
    if c.is_each:
        figures = [
            f
            for v in series.parts[c.part[0]]
            for a in series.areas
            if (f := series.at(a, c.kind, c.period, (c.part[0], v)))
        ]
        return Shown([], [grids.parts(series, c.kind, c.period, c.part[0])], figures, [])
    found = [f for a in series.areas if (f := series.at(a, c.kind, c.period, c.part))]
    shown = [grids.comparison(series, c.kind, c.period, c.part)]
    drawn = [pictures.side_by_side(series, c.kind, c.part)]
    more, words = _published(series, release, c)
    return Shown(drawn, shown + more, found, words)


def _published(series: Series, release: Release, c: Choice) -> tuple[list[Grid], list[str]]:
    """What others published beside the indicator, of the group chosen; in words where nothing is held."""
    if c.group == OURS:
        return [], []
    rows = others.beside(others.published(release), series.indicator)
    if c.group == REGION:
        told = [r for r in rows if r["level"] in ("region", "country") or r["area_code"] in DISTRICTS]
        there = any(r["level"] in ("region", "country") for r in told)
        named = "the region or England"
    else:
        near = _neighbours(release, c.area)
        told = [r for r in rows if r["area_code"] in {*near, c.area}]
        there = any(r["area_code"] in near for r in told)
        named = (
            f"the statistical neighbours ({', '.join(near.values())})"
            if near
            else "statistical neighbours: choose a council"
        )
    if not there:
        return [], [f"The release holds no published figure of {named} beside this indicator."]
    return [grid for _, _, grid in others.grids(told)], [
        "Published figures may mean something else: see the notes below them."
    ]


def _neighbours(release: Release, area: str) -> dict[str, str]:
    """The neighbours of a council in the latest model, the closest first."""
    rows = [r for r in release.table("neighbours") if r["area_code"] == area]
    latest = max((r["model_year"] for r in rows), default=None)
    near = sorted((r for r in rows if r["model_year"] == latest), key=lambda r: int(r["closeness_order"]))
    return {r["neighbour_code"]: r["neighbour_name"] for r in near}


def funnel(series: Series, c: Choice) -> Shown:
    """The areas against what chance allows around South Yorkshire."""
    drawn = None if c.is_each else pictures.funnel(series, c.kind, c.period, c.part)
    if drawn is None:
        return Shown([], [], [], [NO_FUNNEL])
    figures = [f for a in (*DISTRICTS, COUNTY) if (f := series.at(a, c.kind, c.period, c.part))]
    return Shown([drawn], [], figures, [])


def table(series: Series, c: Choice) -> Shown:
    """Every figure of the choice: the areas and periods of the kind, of the part or each of them."""
    wanted = [(c.part[0], v) for v in series.parts[c.part[0]]] if c.is_each else [c.part]
    figures = [f for part in wanted for a in series.areas for f in series.line(a, c.kind, part)]
    return Shown([], [grids.everything(figures)], figures, [])


def whole(series: Series) -> tuple[str, str]:
    """The part shown where none is chosen: the whole, or each part of the first breakdown where there is no whole."""
    return ALL if series.has_total else (next(iter(series.parts)), "")
