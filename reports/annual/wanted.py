"""Which figures stand where in the report: rows of annual_sections, of the release or, before it had them, of the seeds."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from refusal import Refusal
from reports.annual.shelf import COUNTY, Shelf
from reports.reading import Release

TABLE = "annual_sections"
SEED = Path(__file__).parents[2] / "seeds" / f"{TABLE}.csv"
FLAGGED = "*"  # every measure of the catalogue with in_annual_report = Y
HOW = (
    "headline", "figure", "areas", "parts by area", "parts by year", "run", "small multiples", "funnel plot",
    "stages", "yields", "waterfall", "coverage", "published", "recommendations",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """One thing to show: a measure or a published series, how, and where.

    `level` SY keeps it at South Yorkshire, whatever the report's area. `order`: the values of the breakdown as
    they are to stand. `detail` Y: its table is left to the page, the workbook and the open data.
    """

    section: str
    part: str
    shown: str
    indicator_code: str
    unit: str
    breakdown: str
    order: tuple[str, ...]
    level: str
    series: str
    detail: str

    @property
    def measure(self) -> tuple[str, str]:
        return self.indicator_code, self.unit

    @property
    def is_county_only(self) -> bool:
        return self.level == COUNTY


def sections(shelf: Shelf) -> Iterator[tuple[str, list[tuple[str, list[Wanted]]]]]:
    """(section, [(part, what it shows)]) in the order of the rows."""
    rows = [_wanted(row) for row in _rows(shelf.release)]
    for title, group in groupby(rows, key=lambda w: w.section):
        parts = groupby(group, key=lambda w: w.part)
        yield title, [(part, _spread(list(items), shelf)) for part, items in parts]


def _rows(release: Release) -> Sequence[dict]:
    if f"{TABLE}.parquet" in release.manifest["files"]:
        return sorted(release.table(TABLE), key=lambda r: int(r["row_order"]))
    with SEED.open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda r: int(r["row_order"]))


def _wanted(row: dict) -> Wanted:
    told = {name: row.get(name) or "" for name in Wanted.__dataclass_fields__}
    if told["shown"] not in HOW:
        raise Refusal(
            f"annual_sections: {told['shown']} is not a way to show. Write one of {', '.join(HOW)}."
        )
    return Wanted(**told | {"order": tuple(filter(None, (row.get("value_order") or "").split(";")))})


def _spread(wants: list[Wanted], shelf: Shelf) -> list[Wanted]:
    """What a part shows, with every flagged measure it does not name already in the place of `*`."""
    named = {w.measure for w in wants}
    flagged = sorted(
        m for m, r in shelf.indicators.items() if r["in_annual_report"] == "Y" and m not in named
    )
    return [
        one
        for w in wants
        for one in (
            [replace(w, indicator_code=code, unit=unit) for code, unit in flagged]
            if w.indicator_code == FLAGGED
            else [w]
        )
    ]
