"""The figures of a release as one annual report needs them: its area first, its years, each figure by its key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from refusal import Refusal
from reports.reading import Figure, Release

YEARS = 5
COUNTY, UNKNOWN = "SY", "U"
# Councils stand in the order of their codes, which is that of their names, and never by a figure.
ORDER = ("370", "371", "372", "373", UNKNOWN, COUNTY)
WHOLE = ("all", "all")
ONLY = "only"
SHORT = {UNKNOWN: "Place not known"}


@dataclass(frozen=True)
class Area:
    """A place by its lasting code and its name."""

    code: str
    name: str


@dataclass(frozen=True)
class Shelf:
    """What one report may draw on; `areas` begin with its own, `years` end with its own."""

    release: Release
    area: Area
    areas: tuple[Area, ...]
    years: tuple[str, ...]
    found: dict[tuple, Figure] = field(repr=False)

    @property
    def year(self) -> str:
        return self.years[-1]

    @property
    def before(self) -> str | None:
        """The year before, where the release has it."""
        return self.years[-2] if len(self.years) > 1 else None

    @cached_property
    def last_day(self) -> date:
        """The last day of the report's year."""
        return max(f.end_date for f in self.found.values() if f.period == self.year)

    @property
    def county(self) -> Area:
        return next(a for a in self.areas if a.code == COUNTY)

    @property
    def councils(self) -> list[Area]:
        """The areas that are councils, in the report's order."""
        return [a for a in self.areas if a.code not in (COUNTY, UNKNOWN)]

    def get(self, measure: tuple[str, str], area: str, year: str, part=WHOLE) -> Figure | None:
        """The figure of a measure (code, unit); None where the release has none."""
        return self.found.get((*measure, area, year, *part))

    def row(self, measure: tuple[str, str], area: str, part=WHOLE) -> list[Figure | None]:
        """The figures of the years, oldest first."""
        return [self.get(measure, area, year, part) for year in self.years]

    @cached_property
    def _told(self) -> set[tuple[str, str, str, str]]:
        return {(f.indicator_code, f.unit, f.area_code, f.breakdown) for f in self.found.values()}

    def has(self, measure: tuple[str, str], area: str, breakdown: str) -> bool:
        """Whether the release tells a measure for an area at all, in whatever year."""
        return (*measure, area, breakdown) in self._told

    @cached_property
    def indicators(self) -> dict[tuple[str, str], dict]:
        """What the catalogue says of each measure."""
        return {(r["indicator_code"], r["unit"]): r for r in self.release.table("indicators")}

    @cached_property
    def breaks(self) -> list[dict]:
        """The breaks in series the release tells of."""
        return self.release.table("breaks")

    @cached_property
    def coverage(self) -> list[dict]:
        """Which return of whom came for which month, as the release tells it."""
        return self.release.table("coverage")

    @cached_property
    def _values(self) -> dict[tuple, dict[str, str]]:
        told: dict[tuple, dict[str, str]] = {}
        for f in self.found.values():
            kept = told.setdefault((f.indicator_code, f.unit, f.breakdown), {})
            kept[f.breakdown_value] = f.breakdown_label or f.breakdown_value
        return told

    def values(self, measure: tuple[str, str], breakdown: str, order: Iterable[str]) -> dict[str, str]:
        """The values of a breakdown with their labels: those of the order asked, then by label, Unknown last.

        An order that begins with `only` is all that is shown.
        """
        labels, wanted = self._values.get((*measure, breakdown), {}), list(order)
        rest = sorted(set(labels) - set(wanted), key=lambda v: (v in ("Unknown", "U"), labels[v], v))
        rest = [] if wanted[:1] == [ONLY] else rest
        return {v: labels[v] for v in [*(w for w in wanted if w in labels), *rest]}


def lay_out(release: Release, area: str, year: str) -> Shelf:
    """The figures of an area (by code, short code or name) and of a year with those before it.

    Refusal where the release has not the area or the year.
    """
    areas = _areas(release)
    first = _asked(release, areas, area)
    years = _years(release, year)
    figures = release.figures(
        "period_kind = 'financial_year' and list_contains($years, period)", {"years": list(years)}
    )
    found = {
        (f.indicator_code, f.unit, f.area_code, f.period, f.breakdown, f.breakdown_value): f for f in figures
    }
    return Shelf(
        release, first, (first, *(a for a in areas if a != first)), _since_the_first(years, figures), found
    )


def _areas(release: Release) -> list[Area]:
    names = {r["area_code"]: r["name"] for r in release.table("areas")}
    return [Area(code, SHORT.get(code, names[code])) for code in ORDER if code in names]


def _asked(release: Release, areas: list[Area], wanted: str) -> Area:
    short = {r["area_code"]: r["short_code"] for r in release.table("areas")}
    places = [a for a in areas if a.code != UNKNOWN]
    for place in places:
        if wanted.upper() in (place.code.upper(), place.name.upper(), short[place.code].upper()):
            return place
    raise Refusal(f"There is no area {wanted}. The areas are {', '.join(short[p.code] for p in places)}.")


def _years(release: Release, year: str) -> tuple[str, ...]:
    told = release.ask("select distinct period from figures where period_kind = 'financial_year' order by 1")
    years = [row["period"] for row in told]
    if year not in years:
        raise Refusal(
            f"The release {release.name} has no figures of {year}. It has {', '.join(years) or 'no year'}."
        )
    return tuple(y for y in years if y <= year)[-YEARS:]


def _since_the_first(years: tuple[str, ...], figures: list[Figure]) -> tuple[str, ...]:
    """The years from the first of which anything was received; the last one always."""
    told = {f.period for f in figures if f.status != "not received"}
    first = next((n for n, year in enumerate(years) if year in told), len(years) - 1)
    return years[first:]
