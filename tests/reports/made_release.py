"""A release made by hand: figures given as words, and whatever tables lie beside them."""

from __future__ import annotations

import calendar
import csv
from datetime import date
from functools import cache
from pathlib import Path

from reports.cutting import RESTRICTED, Table, cut
from reports.reading import Release
from reports.releases.rows import COLUMNS

SEEDS = Path(__file__).parents[2] / "seeds"
AREAS = {
    "370": ("E08000016", "Barnsley", "BAR", "district"),
    "371": ("E08000017", "Doncaster", "DON", "district"),
    "372": ("E08000018", "Rotherham", "ROT", "district"),
    "373": ("E08000019", "Sheffield", "SHE", "district"),
    "U": ("", "Place in South Yorkshire not known", "U", "unknown"),
    "SY": ("E23000011", "South Yorkshire", "SY", "force"),
}
TABLES = {
    "indicators": "indicator_code unit indicator basis polarity disclosure returns period_match counted counted_of "
    "row_filter relation scale:DOUBLE date_column until_column area_column share_of population_ages population_series "
    "breakdowns seed_reference in_annual_report defined_title definition section rationale numerator_words "
    "denominator_words method caveats source",
    "breaks": "indicator_code area_code breakdown break_date:DATE note",
    "coverage": "return_code organisation_code organisation area_code month status provisional",
    "submissions": "submission_id return_code organisation_code period received_at standard_version sha256 provisional",
    "areas": "area_code ons_code name short_code level parent_code valid_from:DATE valid_to:DATE",
    "neighbours": "model_year area_code neighbour_code neighbour_name closeness_order closeness source",
    "published": "series title means indicator_code indicator_unit differs area_code area level period_kind period "
    "end_date:DATE value symbol_meaning unit vintage source",
    "published_findings": "rule_code says area_code series end_date:DATE change",
    "recommendations": "recommendation_ref source_document number title assessment action plan_ref status source",
    "recommendation_statuses": "recommendation_ref area_code period status status_date:DATE",
    "recommendation_evidence": "recommendation_ref evidence_kind evidence source",
}
MANIFEST = {
    "name": "restricted-2024-25-made",
    "report": "figures",
    "protection": RESTRICTED,
    "year": "2024-25",
    "years": 5,
    "periods": ["year", "quarter", "month"],
    "as_at": None,
    "vintage": "2025-06-02T10:30:00+00:00",
    "submissions": 2,
    "standard_versions": {"R04": ["1.1"]},
    "code_version": "0" * 64,
    "marks": {"c": "hidden", "x": "not received", "z": "does not apply", "u": "of too few"},
}


def release(folder: Path, figures: list[dict], manifest: dict | None = None, **tables: list[dict]) -> Release:
    """A release of these figures in `folder`; a table not given is as the catalogue has it, or empty.

    A manifest of `{"protection": None}` makes it one without small numbers, as the public sees it.
    """
    told = {k: v for k, v in (MANIFEST | (manifest or {})).items() if k != "protection" or v}
    given = {"indicators": catalogue(figures), "areas": [area(code) for code in AREAS]} | tables
    beside = [
        Table(name, _columns(words), [_row(words, row) for row in given.get(name, [])])
        for name, words in TABLES.items()
    ]
    extra = [
        Table(name, dict.fromkeys(rows[0], "VARCHAR"), rows)
        for name, rows in tables.items()
        if name not in TABLES
    ]
    return Release(cut(folder, told, [Table("figures", COLUMNS, figures), *beside, *extra]))


def figure(
    code: str, unit: str, area_code: str, period: str, value, *, of=None, part=("all", "all", "All"), **more
) -> dict:
    """A row of figures: `value` is a number or a mark, `of` (numerator, denominator) where it is a share or a rate."""
    kind, first, last = span(period)
    listed = next(r for r in _seed() if (r["indicator_code"], r["unit"]) == (code, unit))
    above, below = of or (value, "z")
    said = {
        "indicator_code": code, "indicator": listed["name"], "unit": unit, "basis": listed["basis"],
        "area_code": area_code, "area": AREAS[area_code][1], "period": period, "period_kind": kind,
        "start_date": first.isoformat(), "end_date": last.isoformat(),
        "breakdown": part[0], "breakdown_value": part[1], "breakdown_label": part[2],
        "numerator": str(above), "denominator": str(below), "value": str(value), "lower": "z", "upper": "z",
        "status": "not received" if value == "x" else "received", "not_received": "", "provisional": "final", "note": "",
    }  # fmt: skip
    return said | {k: str(v) for k, v in more.items()}


def span(period: str) -> tuple[str, date, date]:
    """(kind, first day, last day) of `2024-25`, `2024-25-Q1` or `2024-05`."""
    year = int(period[:4])
    if "Q" in period:
        month = 4 + 3 * (int(period[-1]) - 1)
        return "quarter", *_months(year, month, 3)
    if len(period) == 7 and int(period[5:]) == (year + 1) % 100:
        return "financial_year", *_months(year, 4, 12)
    return "month", *_months(year, int(period[5:]), 1)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    first, last = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1), month + count - 1
    until, ends = year + (last - 1) // 12, (last - 1) % 12 + 1
    return first, date(until, ends, calendar.monthrange(until, ends)[1])


def area(code: str) -> dict:
    """A row of the areas of a release."""
    ons, name, short, level = AREAS[code]
    return {
        "area_code": code,
        "ons_code": ons,
        "name": name,
        "short_code": short,
        "level": level,
        "parent_code": "SY",
    }


def catalogue(figures: list[dict]) -> list[dict]:
    """What the catalogue says of the indicators of these figures."""
    told = {(row["indicator_code"], row["unit"]) for row in figures}
    given = [row for row in _seed() if (row["indicator_code"], row["unit"]) in told]
    words = {
        "indicator": "name",
        "counted": "numerator",
        "counted_of": "denominator",
        "definition": "definition",
    }
    return [row | {new: row[old] for new, old in words.items()} for row in given]


@cache
def _seed(name: str = "indicators") -> list[dict]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _columns(words: str) -> dict[str, str]:
    return {name: kind or "VARCHAR" for name, _, kind in (word.partition(":") for word in words.split())}


def _row(words: str, row: dict) -> dict:
    return {name: row.get(name, "") for name in _columns(words)}
