"""A small release for the site and the page to explore: shares, counts, parts without a whole, gaps, a break."""

from __future__ import annotations

import csv
from pathlib import Path

from reports.cutting import Table, cut
from reports.reading import Release
from reports.releases.rows import COLUMNS
from tests.reports.made_release import AREAS, MANIFEST, SEEDS, TABLES, area, catalogue, figure

WORDS = "section rationale numerator_words denominator_words method caveats"
SHARES = {  # of I20: area → (numerator, denominator, value, lower, upper)
    "370": (20, 52, "38.4615", "26.5", "52"),
    "371": (8, 44, "18.1818", "9.5", "32"),
    "372": (60, 80, "75", "64.5", "83.2"),
    "373": (0, 0, "z", "z", "z"),
    "SY": (88, 176, "50", "42.7", "57.3"),
}
STAGES = {"referral": ("Referral accepted", 54, "100"), "assessment": ("Assessment", 53, "98.1481")}


def explored(folder: Path, manifest: dict | None = None) -> Release:
    """The release in `folder`; a manifest of {"protection": None} makes it one for the public."""
    rows = [
        *_shares(),
        *_counts(),
        *_stages(),
        figure("I13", "child", "SY", "2024-25", 435, lower="395.1", upper="477.9"),
    ]
    tables = {
        "indicators": _with_words(catalogue(rows)),
        "areas": [area(code) for code in AREAS],
        "breaks": [
            {"indicator_code": "I01", "area_code": "372", "breakdown": "all", "break_date": "2024-04-01", "note": "Now counted otherwise."}
        ],
        "coverage": [_covered("R04", "SYP", "SY", "received"), _covered("R09", "DON", "371", "not received")],
        "published": [_published("372", "Rotherham", "district", "76"), _published("E92000001", "England", "country", "12400")],
        "neighbours": [
            {"model_year": "2025", "area_code": "372", "neighbour_code": "370", "neighbour_name": "Barnsley", "closeness_order": "1", "closeness": "Close", "source": "made up"}
        ],
    }  # fmt: skip
    beside = [_table(name, columns, tables.get(name, [])) for name, columns in TABLES.items()]
    told = {k: v for k, v in (MANIFEST | (manifest or {})).items() if k != "protection" or v}
    return Release(cut(folder, told, [Table("figures", COLUMNS, rows), *beside]))


def _shares() -> list[dict]:
    found = []
    for code, (above, below, value, lower, upper) in SHARES.items():
        more = {"of": (above, below), "lower": lower, "upper": upper}
        found.append(figure("I20", "% of required", code, "2024-25", value, **more))
        before = {"of": (30, 100), "lower": "21.9", "upper": "39.6"}
        found.append(figure("I20", "% of required", code, "2023-24", "30", **before))
        part = ("care", "from care", "Missing from care")
        found.append(figure("I20", "% of required", code, "2024-25", value, part=part, **more))
    return found


def _counts() -> list[dict]:
    values = {"370": "c", "372": 1234, "373": 17, "U": 3, "SY": 1300}
    found = [figure("I01", "complaint", a, "2024-25", v, lower="1", upper="2000") for a, v in values.items()]
    found.append(
        figure("I01", "complaint", "371", "2024-25", "x", lower="x", upper="x", not_received="R09 DON")
    )
    found += [
        figure("I01", "complaint", a, "2023-24", 900, lower="842.2", upper="960.7") for a in ("372", "SY")
    ]
    months = [f"2024-{m:02d}" for m in range(4, 13)] + [f"2025-{m:02d}" for m in range(1, 4)]
    return found + [figure("I01", "complaint", "372", month, 90 + n) for n, month in enumerate(months)]


def _stages() -> list[dict]:
    return [
        figure("I35", "% of referrals", code, "2024-25", value, of=(above, 54), part=("stage", stage, label), lower="90.2", upper="100")
        for code in ("372", "SY")
        for stage, (label, above, value) in STAGES.items()
    ]  # fmt: skip


def _with_words(rows: list[dict]) -> list[dict]:
    with (SEEDS / "indicator_pages.csv").open(encoding="utf-8", newline="") as file:
        pages = {(page["indicator_code"], page["unit"]): page for page in csv.DictReader(file)}
    found = []
    for row in rows:
        page = pages[row["indicator_code"], row["unit"]]
        named = {"numerator_words": page["counted"], "denominator_words": page["counted_of"]}
        said = {name: page[name] for name in ("section", "rationale", "method", "caveats")}
        found.append(row | said | named)
    return found


def _covered(code: str, organisation: str, where: str, status: str) -> dict:
    told = {"return_code": code, "organisation_code": organisation, "organisation": organisation}
    return told | {"area_code": where, "month": "2024-05", "status": status, "provisional": "final"}


def _published(code: str, name: str, level: str, value: str) -> dict:
    told = {
        "series": "factor_11A_cse",
        "title": "Assessed episodes with factor 11A",
        "means": "Named at the end.",
    }
    told |= {"indicator_code": "I13", "indicator_unit": "child", "differs": "Published: episodes."}
    told |= {
        "area_code": code,
        "area": name,
        "level": level,
        "period_kind": "financial_year",
        "period": "2024-25",
    }
    return told | {
        "end_date": "2025-03-31",
        "value": value,
        "unit": "episode",
        "vintage": "2025",
        "source": "P01",
    }


def _table(name: str, words: str, rows: list[dict]) -> Table:
    words = f"{words} {WORDS}" if name == "indicators" else words
    columns = {
        c: kind or "VARCHAR" for c, _, kind in (word.partition(":") for word in dict.fromkeys(words.split()))
    }
    return Table(name, columns, [{c: row.get(c, "") for c in columns} for row in rows])
