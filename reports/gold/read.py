"""The figures of a pack: thirteen months of every line for every area, and what lies beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from refusal import Refusal
from reports.charts import Break, Point, month
from reports.gold.lines import COUNCIL, GAP, LINES, POLICE, Line
from reports.periods import financial_year
from reports.reading import Figure, Release, number

MONTHS = 13
WHOLE, UNKNOWN, PART = "SY", "U", "part received"
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
FIGURES = """
    period_kind = 'month' and breakdown = 'all' and period between $first and $last
    and list_contains($codes, indicator_code)"""
ABSENT = "–"


@dataclass(frozen=True)
class Pack:
    """One month of a release, with the twelve before it."""

    release: Release
    months: tuple[str, ...]
    figures: Mapping[tuple[str, str, str, str], Figure]
    names: Mapping[str, str]
    districts: tuple[str, ...]

    @property
    def month(self) -> str:
        return self.months[-1]

    @property
    def said(self) -> str:
        """The month in words."""
        return in_words(self.month)

    @property
    def span(self) -> str:
        return f"{in_words(self.months[0])} to {self.said}"

    @property
    def year(self) -> str:
        """The financial year of the month."""
        return financial_year(first(self.month))

    @property
    def areas(self) -> tuple[str, ...]:
        """The councils in their fixed order, what is known of no place where there is any, and the whole."""
        has_unknown = any(area == UNKNOWN for _, _, area, _ in self.figures)
        return (*self.districts, *((UNKNOWN,) if has_unknown else ()), WHOLE)

    @property
    def is_provisional(self) -> bool:
        return any(f.provisional == "provisional" for f in self.figures.values())

    @property
    def watermark(self) -> str:
        return ("Provisional. " if self.is_provisional else "") + self.release.manifest["protection"]

    @property
    def footer(self) -> str:
        told = self.release.manifest
        return f"Release {self.release.name}. {told['submissions']} submissions. {told['protection']}"

    @property
    def vintage(self) -> str:
        """When the last return behind the figures came, in words."""
        at = self.release.moment.astimezone(UTC)
        return f"{at.day} {at:%B %Y}, {at:%H:%M} UTC"

    @cached_property
    def breaks(self) -> list[dict]:
        """The breaks within the thirteen months of what is counted whole."""
        found = self.release.table("breaks")
        return [
            b for b in found if b["breakdown"] == "all" and b["break_date"] and self._has(b["break_date"])
        ]

    def _has(self, day: date | datetime) -> bool:
        return self.months[0] < f"{day:%Y-%m}" <= self.month

    @property
    def headers(self) -> list[str]:
        """What stands above the columns; the name of no place is cut to what fits there."""
        return ["Not known" if area == UNKNOWN else self.names[area] for area in self.areas]

    def figure(self, line: Line, area: str, at: str) -> Figure | None:
        return self.figures.get((line.code, line.unit, area, at))

    def points(self, line: Line, area: str) -> list[Point]:
        """The thirteen figures of a line for an area; a month the release has none of is left out."""
        told = [(at, self.taken(line, area, at), self._is_part(line, area, at)) for at in self.months]
        return [month(first(at), value, part) for at, value, part in told if value != ABSENT]

    def taken(self, line: Line, area: str, at: str) -> str:
        """The number of a line as it was released, or a mark, or a dash where the release has no such figure."""
        if line.key == GAP:
            return gap(*(self.taken(side, area, at) for side in LINES if side.key in (POLICE, COUNCIL)))
        found = self.figure(line, area, at)
        return getattr(found, line.take) if found else ABSENT

    def _is_part(self, line: Line, area: str, at: str) -> bool:
        found = self.figure(line, area, at)
        return found is not None and found.status == PART

    def cut(self, line: Line, area: str) -> list[Break] | None:
        """The breaks of a line, at the months from which it is counted otherwise; None where it has no limits."""
        if not line.has_limits:
            return None
        return [
            Break(in_words(f"{b['break_date']:%Y-%m}"), b["note"])
            for b in self.breaks
            if (b["indicator_code"], b["area_code"]) == (line.code, area)
        ]


def gap(police: str, council: str) -> str:
    """Police less council; where one side is not known neither is the gap."""
    if ABSENT in (police, council):
        return ABSENT
    unknown = [side for side in (police, council) if number(side) is None]
    return unknown[0] if unknown else f"{float(police) - float(council):g}"


def read_pack(release: Release, month: str) -> Pack:
    """The pack of a month; Refusal where it is not a month, or the release has no figures of it."""
    if not MONTH.fullmatch(month):
        raise Refusal(f"{month} is not a month. Write it as in 2025-03.")
    months = thirteen(month)
    codes = sorted({line.code for line in LINES} - {""})
    found = release.figures(FIGURES, {"first": months[0], "last": month, "codes": codes})
    if not any(f.period == month for f in found):
        raise Refusal(_without(release, month))
    told = {(f.indicator_code, f.unit, f.area_code, f.period): f for f in found}
    areas = release.table("areas")
    districts = sorted({a["area_code"] for a in areas if a["level"] == "district"})
    return Pack(release, months, told, {a["area_code"]: a["name"] for a in areas}, tuple(districts))


def _without(release: Release, month: str) -> str:
    (told,) = release.ask(
        "select min(period) as first, max(period) as last from figures where period_kind = 'month'"
    )
    there = f"It has {told['first']} to {told['last']}" if told["first"] else "It has no months"
    return (
        f"The release {release.name} has no figures of {month}. {there}: choose one of them, or release anew."
    )


def thirteen(month: str) -> tuple[str, ...]:
    """A month and the twelve before it, the oldest first."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1
    return tuple(f"{n // 12}-{n % 12 + 1:02}" for n in range(count - MONTHS + 1, count + 1))


def first(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


def in_words(at: str) -> str:
    """`March 2025` of `2025-03`."""
    return month(first(at), 0).period
