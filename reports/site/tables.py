"""Tables of many indicators, and of what the night said of the data."""

from __future__ import annotations

from collections.abc import Iterable

from reports.indicators import grids
from reports.indicators.catalogue import Indicator
from reports.indicators.catalogue import period as said_period
from reports.indicators.grids import NONE, Grid
from reports.indicators.series import ALL, COUNTY, Series
from reports.quality import ACTIONS
from reports.site.links import linked
from reports.words import interval, shown

WHOLE_RETURNS = 3  # the actions up to this one are about a return as a whole
PARTS_WITH_INTERVALS = 6  # of more parts the file has the intervals


def index_rows(members: Iterable[Indicator], found: dict) -> list[list]:
    """An indicator a row: its page, its unit, the county's latest figure."""
    rows = []
    for i in members:
        latest = found[i.slug]
        figure = latest["figures"].get(COUNTY)
        value = shown(figure.value, i.unit) if figure else NONE
        told = grids.standing(figure) if figure else "by part only"
        rows.append(
            [
                linked(f"indicators/{i.slug}.html", f"{i.code} {i.name}"),
                i.unit,
                said_period(latest["period"]),
                value,
                told,
            ]
        )
    return rows


def matrix(members: Iterable[Indicator], found: dict, areas: dict[str, str]) -> Grid:
    """Indicators as rows, the areas side by side in their fixed order; those without a total are left out."""
    rows = []
    for i in members:
        figures = found[i.slug]["figures"]
        if figures:
            cells = [shown(figures[a].value, i.unit) if figures.get(a) else NONE for a in areas]
            link = linked(f"indicators/{i.slug}.html", f"{i.code} {i.name}")
            rows.append([link, i.unit, said_period(found[i.slug]["period"]), *cells])
    notes = grids.keys(cell for row in rows for cell in row[3:])
    return Grid("Latest figures", ["Indicator", "Unit", "Period", *areas.values()], rows, notes)


def area_rows(members: Iterable[Indicator], found: dict, area: str) -> list[list]:
    """An indicator a row: the latest figure of one area and what stands beside it."""
    rows = []
    for i in members:
        figure = found[i.slug]["figures"].get(area)
        if figure:
            link = linked(f"../indicators/{i.slug}.html", f"{i.code} {i.name}")
            told = [shown(figure.value, i.unit), interval(figure), found[i.slug]["since"][area]]
            rows.append([link, i.unit, said_period(figure), *told, grids.standing(figure)])
    return rows


def breakdown_grids(told: Series, kind: str, period: str) -> list[Grid]:
    """A table of each breakdown; where there is no total, areas with their intervals for each part as well."""
    found = []
    for breakdown, values in told.parts.items():
        if breakdown == ALL[0]:
            continue
        found.append(grids.parts(told, kind, period, breakdown))
        if not told.has_total and len(values) <= PARTS_WITH_INTERVALS:
            found += [grids.comparison(told, kind, period, (breakdown, value)) for value in values]
    return found


def quality_grids(rows: list[dict]) -> list[tuple[str, Grid]]:
    """What someone must see to, a table for each kind of thing to do."""
    found = []
    for order, words in ACTIONS.items():
        told = [row for row in rows if row["act_order"] == order]
        if told:
            found.append((words, _whole_returns(told) if order <= WHOLE_RETURNS else _in_returns(told)))
    return found


def _whole_returns(rows: list[dict]) -> Grid:
    """What is wrong with returns as a whole: the returns of an organisation and period in one row."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["organisation_code"], row["period"]), []).append(row["return_code"])
    body = [[*key, ", ".join(sorted(codes))] for key, codes in sorted(found.items())]
    return Grid(f"{len(rows):,} returns", ["Organisation", "Period", "Returns"], body, [])


def _in_returns(rows: list[dict]) -> Grid:
    columns = ["What", "Organisation", "Return", "Period", "Area", "Figures", "What is said"]
    body = []
    for row in rows:
        figures = " of ".join(filter(None, (_count(row["part"]), _count(row["whole"]))))
        place = [row[c] or "" for c in ("organisation_code", "return_code", "period", "area_name")]
        body.append(
            [str(row["subject"] or row["aspect"]), *place, figures, row["says"] or row["status"] or ""]
        )
    return Grid(f"{len(rows):,} findings", columns, body, [])


def _count(number: float | None) -> str:
    return "" if number is None else f"{number:,.0f}"
