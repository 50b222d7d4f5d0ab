"""The figures of one indicator, found by area, period and part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from reports.indicators.catalogue import Indicator
from reports.reading import Figure, Release

# One order for everybody, never by value.
AREAS = ("370", "371", "372", "373", "U", "SY")
DISTRICTS, COUNTY = AREAS[:4], "SY"
KINDS = {
    "financial_year": "Financial years",
    "quarter": "Quarters",
    "month": "Months",
    "calendar_year": "Calendar years",
    "academic_year": "Academic years",
}
ALL = ("all", "all")


@dataclass(frozen=True)
class Series:
    """The figures of an indicator in one unit, in the order of the release, and the breaks in them."""

    indicator: Indicator
    figures: tuple[Figure, ...]
    breaks: tuple[dict, ...]

    @cached_property
    def areas(self) -> dict[str, str]:
        """The areas there are figures of, by code, with their names, in the fixed order."""
        names = {f.area_code: f.area for f in self.figures}
        return {code: names[code] for code in AREAS if code in names}

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of period there are figures of, years first."""
        there = {f.period_kind for f in self.figures}
        return [kind for kind in KINDS if kind in there]

    def periods(self, kind: str) -> list[Figure]:
        """One figure of each period of a kind, the first period first."""
        found = {f.period: f for f in self.figures if f.period_kind == kind}
        return sorted(found.values(), key=lambda f: f.start_date)

    @cached_property
    def parts(self) -> dict[str, dict[str, str]]:
        """The breakdowns with their values and labels; `all` first, where there is a total."""
        found: dict[str, dict[str, str]] = {}
        for f in self.figures:
            found.setdefault(f.breakdown, {})[f.breakdown_value] = f.breakdown_label or f.breakdown_value
        return dict(sorted(found.items(), key=lambda part: part[0] != "all"))

    @property
    def has_total(self) -> bool:
        return "all" in self.parts

    @cached_property
    def _at(self) -> dict[tuple, Figure]:
        # 2011-12 is a year and a month: the kind is part of the name.
        return {
            (f.area_code, f.period_kind, f.period, f.breakdown, f.breakdown_value): f for f in self.figures
        }

    def at(self, area: str, kind: str, period: str, part: tuple[str, str] = ALL) -> Figure | None:
        """The figure of an area, a period and a part; None where the release has none."""
        return self._at.get((area, kind, period, *part))

    def line(self, area: str, kind: str, part: tuple[str, str] = ALL) -> list[Figure]:
        """The figures of an area and a part through the periods, those that there are."""
        found = (self.at(area, kind, p.period, part) for p in self.periods(kind))
        return [f for f in found if f]

    def broken(self, area: str, breakdown: str = "all") -> list[dict]:
        """The breaks that bear on an area and a breakdown, the earliest first, those of no known day last."""
        found = [b for b in self.breaks if b["area_code"] == area and b["breakdown"] in ("all", breakdown)]
        return sorted(found, key=lambda b: (b["break_date"] is None, str(b["break_date"]), b["note"]))


def series(release: Release, indicator: Indicator) -> Series:
    """The figures of an indicator in a release."""
    given = {"code": indicator.code, "unit": indicator.unit}
    figures = release.figures("indicator_code = $code and unit = $unit", given)
    breaks = [b for b in release.table("breaks") if b["indicator_code"] == indicator.code]
    return Series(indicator, tuple(figures), tuple(breaks))
