"""Lists of children for an inspectorate: Ofsted's Annex A and the joint inspectorates' list of those at risk.

One row for each child, contact or event, under the warehouse's own pseudonym. Cut as a release first, so that what
was handed over can be handed over again byte for byte; what the core data set does not hold is empty, and said so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from refusal import Refusal
from reports.cutting import Table, cut, named, standing
from reports.exchanges.inspection_queries import QUERIES, RESTS_ON, UNSURE_WITHOUT
from reports.exchanges.inspection_workbook import write_lists
from reports.places import Place, find_place

PROTECTION = (
    "Restricted: one row for each child, under pseudonym. For the inspectorate it was made for and nobody else. "
    "Do not publish."
)
PRESETS = {
    "annex-a": "Ofsted Annex A lists",
    "jtai": "Joint targeted area inspection: children at risk of child sexual exploitation",
}
NONE = (0, "No")  # what may not be said while a return has not come
# The months of the year that have ended by the day.
MISSING = """
    with months as (
        select strftime(unnest(generate_series(date_trunc('month', ?::date + 1),
            date_trunc('month', ?::date + 1) - interval 1 month, interval 1 month)), '%Y-%m') as period
    )
    select return_code, organisation_code, count(*) filter (coalesce(status, 'not received') not in ('received', 'nil'))
    from months cross join (values {owed}) as owed(return_code, organisation_code)
    left join marts.fct_coverage using (period, return_code, organisation_code)
    group by all order by all"""


@dataclass(frozen=True)
class Heading:
    """A column of a list: its heading, the field that fills it (none: not held), its code list, and what to know."""

    heading: str
    field: str
    codes: str
    note: str


@dataclass(frozen=True)
class Listed:
    """One list of a preset, with its columns in order."""

    name: str
    title: str
    headings: tuple[Heading, ...]

    @property
    def is_held(self) -> bool:
        return self.name in QUERIES

    @property
    def table(self) -> str:
        return self.name.lower().replace(" ", "_")


@cache
def lists_of(preset: str) -> tuple[Listed, ...]:
    """The lists of a preset, as `inspection_columns.csv` has them; Refusal where there is no such preset."""
    with Path(__file__).with_name("inspection_columns.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["preset"] == preset]
    if not rows:
        raise Refusal(f"There is no preset {preset}. There are {', '.join(PRESETS)}.")
    return tuple(
        Listed(
            name, title, tuple(Heading(*(r[c] for c in ("heading", "field", "codes", "note"))) for r in group)
        )
        for (name, title), group in groupby(rows, key=lambda r: (r["list"], r["title"]))
    )


def inspection_lists(
    connection, preset: str, area: str, as_at: str | None, releases: Path, out: Path
) -> list[Path]:
    """Cut the lists of one council's children as a release, then write them → the workbook, and a CSV for each list.

    They are as at the day of `as_at`, else of the last receipt, and look twelve months back. Refusal for the whole
    county, and where nothing has been received.
    """
    lists, place = lists_of(preset), find_place(connection, area)
    if place.code == "SY":
        raise Refusal("One council at a time: BAR, DON, ROT or SHE.")
    resting = standing(connection, as_at)
    if not resting["vintage"]:
        raise Refusal("Nothing has been received, so there is nobody to list.")
    day = date.fromisoformat((as_at or resting["vintage"])[:10])
    manifest = _manifest(preset, place, day, resting)
    absent = _absent(connection, place, day, lists)
    tables = [_table(connection, one, place, manifest, absent) for one in lists if one.is_held]
    manifest |= {
        "not_received": [
            f"{code} {who}: {n} {'month' if n == 1 else 'months'}" for (code, who), n in absent.items()
        ]
    }
    return write_lists(cut(releases, manifest, tables), lists, out)


def _manifest(preset: str, place: Place, day: date, resting: dict) -> dict:
    return {
        "name": named(("inspection", preset, place.short, day.isoformat()), resting),
        "report": "inspection",
        "protection": PROTECTION,
        "preset": preset,
        "title": f"{PRESETS[preset]}, {place.name}, {day:%d %B %Y}",
        "area_code": place.code,
        "area": place.name,
        "day": day.isoformat(),
        "since": _year_before(day).isoformat(),
        **resting,
    }


def _year_before(day: date) -> date:
    """The same day a year before; of 29 February the day before it."""
    return (
        day.replace(year=day.year - 1, day=28)
        if (day.month, day.day) == (2, 29)
        else day.replace(year=day.year - 1)
    )


def _absent(connection, place: Place, day: date, lists: tuple[Listed, ...]) -> dict[tuple[str, str], int]:
    """How many of the twelve months have not come, by return and organisation; only where some have not."""
    kinds = connection.execute(
        "select organisation_code, organisation_kind from core.dim_organisations "
        "where organisation_kind = 'police' or (organisation_kind = 'council' and area_code = ?) order by all",
        [place.code],
    ).fetchall()
    codes = sorted({code for one in lists for code in RESTS_ON.get(one.name, ())} - {"R15"})
    side = {code: "police" if code == "R05" else "council" for code in codes}
    owed = [(code, who) for code in codes for who, kind in kinds if kind == side[code]]
    sql = MISSING.format(owed=", ".join("(?, ?)" for _ in owed))
    given = [_year_before(day), day, *(v for pair in owed for v in pair)]
    return {(code, who): n for code, who, n in connection.execute(sql, given).fetchall() if n}


def _table(connection, one: Listed, place: Place, manifest: dict, absent: dict) -> Table:
    """The rows of a list as they are handed over: days as Ofsted writes them, codes with their words."""
    given = {"area": place.code, "day": manifest["day"], "since": manifest["since"]}
    sql = QUERIES[one.name]
    for name in given:
        sql = sql.replace(f"${name}", f"cast(${name} as {'varchar' if name == 'area' else 'date'})")
    found = connection.execute(sql, given)
    fields = [column[0] for column in found.description]
    sent = [dict(zip(fields, values, strict=True)) for values in found.fetchall()]
    unsure = {f for code, _ in absent for f in UNSURE_WITHOUT.get(code, ())}
    words = _words(connection, {h.codes for h in one.headings if h.codes})
    wanted = [h for h in one.headings if h.field]
    rows = [
        {
            h.field: "" if h.field in unsure and row[h.field] in NONE else _text(row[h.field], h.codes, words)
            for h in wanted
        }
        for row in sent
    ]
    return Table(one.table, {h.field: "VARCHAR" for h in wanted}, rows)


def _words(connection, lists: set[str]) -> dict[tuple[str, str], str]:
    """What each code of these lists means."""
    rows = connection.execute(
        "select list, code, max(label) from reference.codes where list_contains(?, list) group by all",
        [sorted(lists)],
    ).fetchall()
    return {(name, code): label for name, code, label in rows}


def _text(value: object, codes: str, words: dict[tuple[str, str], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(_text(item, codes, words) for item in value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    label = words.get((codes, str(value)))
    return f"{value}: {label}" if label else str(value)


def not_held(one: Listed) -> Iterator[tuple[str, str]]:
    """Each column that stays empty, and why."""
    yield from ((h.heading, h.note) for h in one.headings if not h.field)
