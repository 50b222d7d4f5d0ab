"""What a comparison tells: its rows, ours and published, and all that must be read with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

OURS, PUBLISHED = "ours", "published"


@dataclass(frozen=True)
class Row:
    """One figure beside the others; numbers as text, since a mark may stand for one.

    `whose`: 'ours', from the returns received, or 'published' by others. `compared` and `change`: what may be said
    of it against the benchmark and against `year_before`, the figure of the same period a year earlier.
    """

    area_code: str
    area: str
    stands_for: str
    whose: str
    series: str
    period: str
    start_date: date | None
    end_date: date
    breakdown: str
    breakdown_value: str
    breakdown_label: str
    unit: str
    value: str
    numerator: str
    denominator: str
    lower: str
    upper: str
    benchmark: str
    compared: str
    year_before: str
    change: str
    status: str
    not_received: str
    provisional: str
    note: str
    differs: str
    vintage: str
    source: str


@dataclass(frozen=True)
class Comparison:
    """Figures of one indicator, area by area in the order asked and then by period: nothing stands by its value.

    `breaks`: those crossed because it was asked, each {date (None: not known), note, areas}. `scale`: what a share
    or a rate is given per. `denominator`: in words, '' where the release has none.
    """

    indicator_code: str
    indicator: str
    unit: str
    basis: str
    polarity: str
    scale: float
    is_share: bool
    definition: str
    denominator: str
    by: str
    since: str
    until: str
    breakdown: str
    benchmark: str
    across_breaks: bool
    without_coverage: bool
    release: str
    protection: str
    vintage: str
    as_at: str
    breaks: tuple[dict, ...]
    notices: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def ours(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.whose == OURS)
