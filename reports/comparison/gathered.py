"""The figures a comparison is made of, read from a release: ours, and what others published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from refusal import Refusal
from reports.comparison import asked
from reports.comparison.asked import COUNTY, Place
from reports.periods import KINDS, span
from reports.reading import Figure, Release

OURS = """
    indicator_code = $code and unit = $unit and breakdown = $breakdown and period_kind = $kind
    and start_date >= $first and end_date <= $last and list_contains($areas, area_code)
    and ($value is null or lower($value) in (lower(breakdown_value), lower(breakdown_label)))"""
PUBLISHED = """
    select series, title, coalesce(differs, '') as differs, area_code, period_kind, period, end_date, value,
        coalesce(symbol_meaning, '') as symbol_meaning, unit, vintage, source
    from published
    where indicator_code = $code and indicator_unit = $unit and list_contains($areas, area_code)
    order by series, end_date, vintage"""
HELD = """
    select period_kind, breakdown, min(start_date) as first_day, arg_min(period, start_date) as first,
        arg_max(period, start_date) as last
    from figures where indicator_code = $code and unit = $unit group by all order by all"""


@dataclass(frozen=True)
class Question:
    """What was asked, in the codes of a release: from a first day to a last one, by a kind of period."""

    release: Release
    listed: dict
    breakdown: str
    breakdown_value: str | None
    places: tuple[Place, ...]
    by: str
    first: date
    last: date

    @property
    def kind(self) -> str:
        return KINDS[self.by]

    @property
    def what(self) -> str:
        return f"{self.listed['indicator_code']} ({self.listed['unit']})"

    @property
    def is_share(self) -> bool:
        """Whether areas of different sizes can be held against one another: shares and rates can, counts cannot."""
        return self.listed["unit"].startswith("%") or " per " in self.listed["unit"]

    def shows(self, figure: Figure) -> bool:
        """Whether a figure was asked for, and not only read to be held against."""
        return figure.start_date >= self.first

    @property
    def _given(self) -> dict:
        return {"code": self.listed["indicator_code"], "unit": self.listed["unit"]}

    def figures(self, codes: Sequence[str]) -> list[Figure]:
        """Our figures of the areas and periods asked, and of the year before them, in the release's order."""
        given = {
            "breakdown": self.breakdown,
            "value": None if self.breakdown == asked.ALL else self.breakdown_value,
            "kind": self.kind,
            "first": year_before(self.first),
            "last": self.last,
            "areas": list(codes),
        }
        return self.release.figures(OURS, self._given | given)

    def published(self) -> list[dict]:
        """What others published of it for the areas asked, of any period."""
        if self.breakdown != asked.ALL:
            return []
        codes = [place.code for place in self.places]
        return self.release.ask(PUBLISHED, self._given | {"areas": codes})

    def fits(self, row: dict) -> bool:
        """Whether a published figure is of a period asked; a count on a day belongs to the period it ends."""
        of_kind = row["period_kind"] == self.kind
        on_last_day = row["period_kind"] == "snapshot" and self.listed["basis"] == "stock"
        return (of_kind or (on_last_day and self._ends(row["end_date"]))) and (
            self.first <= row["end_date"] <= self.last
        )

    def _ends(self, day: date) -> bool:
        """Whether a period of the kind asked ends on a day that is the last of its month."""
        lengths = {"month": range(1, 13), "quarter": (3, 6, 9, 12), "financial_year": (3,)}
        return day.month in lengths.get(self.kind, (12,) if self.kind == "calendar_year" else (8,))

    def held(self) -> list[dict]:
        """Which kinds of period and which breakdowns of it the release holds, from when to when."""
        return self.release.ask(HELD, self._given)

    def nothing(self) -> Refusal:
        """Why nothing can be shown: what was asked that the release does not hold, and what it does."""
        held = self.held()
        parts = [r["breakdown"] for r in held]
        if self.breakdown == asked.ALL and asked.ALL not in parts and parts:
            return Refusal(
                f"{self.what} has no total. Ask one of its breakdowns: {'; '.join(dict.fromkeys(parts))}."
            )
        kinds = [r for r in held if r["breakdown"] == self.breakdown]
        words = {kind: word for word, kind in KINDS.items()}
        there = "; ".join(f"by {words[r['period_kind']]} from {r['first']} to {r['last']}" for r in kinds)
        said = f"The release {self.release.name} holds no figure of {self.what} for these areas and periods"
        if kinds and self.breakdown_value not in (None, asked.ALL):
            said += f" and {self.breakdown}={self.breakdown_value}{self._near_value()}"
        return Refusal(f"{said}. It holds figures {there}." if there else f"{said}.")

    def _near_value(self) -> str:
        rows = self.release.ask(
            "select distinct breakdown_value from figures where indicator_code = $code and unit = $unit "
            "and breakdown = $breakdown order by all",
            self._given | {"breakdown": self.breakdown},
        )
        known = [r["breakdown_value"] for r in rows]
        return f" (its values: {', '.join(known)}.{asked.nearest(self.breakdown_value, known)})"


def question(
    release: Release,
    indicator: str,
    unit: str | None,
    areas: str | Sequence[str],
    since: str,
    until: str | None,
    by: str,
    breakdown: str | None,
) -> Question:
    """What was asked in the codes of a release; Refusal, with what comes nearest, where that is nothing."""
    if by not in KINDS:
        raise Refusal(
            f"There is no period {by}.{asked.nearest(by, KINDS)} The periods are {', '.join(KINDS)}."
        )
    listed = asked.indicator(release, indicator, unit)
    part, value = asked.breakdown(listed, breakdown)
    places = asked.places(release, areas)
    first, last = span(since).first, span(until).last if until else date.max
    if last < first:
        raise Refusal(f"{until} is over before {since} begins. Change --from or --until.")
    return Question(release, listed, part, value, places, by, first, last)


def codes_of(places: Iterable[Place]) -> list[str]:
    """The codes of the areas asked that are ours, and South Yorkshire's, which stands behind them all."""
    return list(dict.fromkeys([*(p.code for p in places if p.is_ours), COUNTY]))


@cache  # a comparison asks it for every figure, of few days
def year_before(day: date) -> date:
    """The same first day of a month a year earlier."""
    return day.replace(year=day.year - 1)
