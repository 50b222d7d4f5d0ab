"""The quality of the data: what needs acting on first, then the rest, short enough to read every morning.

Read from the marts directly and not from a release: it tells a data officer what to mend and publishes nothing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import plain
from reports.places import Place, find_place
from reports.rounding import half_up

FILE = "data_quality.csv"
LINES = 12  # of one kind; the file of --out has them all
ACTIONS = {
    1: "Refused: ask for the return again, mended",
    2: "Not received: ask for it, or for a nil return",
    3: "Received for part of the period: ask for the rest",
    4: "Rows set aside: send the findings back to be mended",
    5: "Ethnicity known too seldom: ask for it to be recorded as the person says",
    6: "Jumped from the year before: find out why, and note the break in seeds/series_breaks.csv",
}
MART = """
    select q.* exclude (act_order), act_order, coalesce(a.area_name, q.area_code) as area_name
    from marts.mart_data_quality as q
    left join (select distinct area_code, area_name from core.dim_areas) as a using (area_code)
    where $area is null or q.area_code = $area
    order by act_order nulls last, aspect, organisation_code, return_code, period desc, q.area_code, subject"""
PASSED = "pass rate"
COUNTY = "SY"
PEOPLE = {"child": "children referred", "suspect": "suspects", "victim": "victims"}


def data_quality(connection, area: str | None) -> dict:
    """What the marts know of the quality of the data of one area, or of all: {area, act_first, rest, rows}.

    `act_first` and `rows` are rows of marts.mart_data_quality; `rest` is one line of words for each aspect.
    South Yorkshire alone means what serves the whole county, such as the returns of the police.
    """
    place = find_place(connection, area) if area else Place("", "", "all areas")
    found = connection.execute(MART, {"area": place.code or None})
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {
        "area": place.name,
        "act_first": [row for row in rows if row["act_order"]],
        "rest": list(_rest(rows)),
        "rows": rows,
    }


def show(quality: dict, as_json: bool) -> None:
    """Print it: words for people, or one JSON document with what needs acting on whole."""
    if as_json:
        told = {"schema_version": 1} | {k: quality[k] for k in ("area", "act_first", "rest")}
        print(json.dumps(told, indent=1, default=str))
        return
    print("\n".join(sentences(quality)))


def sentences(quality: dict) -> Iterator[str]:
    """The lines a person reads."""
    yield f"Data quality: {quality['area']}"
    yield ""
    yield "Act on first" if quality["act_first"] else "Nothing needs acting on."
    for order, rows in groupby(quality["act_first"], key=lambda row: row["act_order"]):
        lines = list(_act(order, list(rows)))
        yield f"  {ACTIONS[order]}."
        yield from (f"    {line}" for line in lines[:LINES])
        if len(lines) > LINES:
            yield f"    and {len(lines) - LINES} more; --out writes them all."
    yield ""
    yield "The rest"
    yield from (f"  {line}" for line in quality["rest"])


def write(quality: dict, folder: Path) -> Path:
    """Write every row as CSV → the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _columns(quality["rows"]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: plain.cell(v) for k, v in row.items()} for row in quality["rows"])
    return path


def _columns(rows: list[dict]) -> list[str]:
    return list(rows[0]) if rows else ["aspect"]


def _act(order: int, rows: list[dict]) -> Iterator[str]:
    """One line for each thing to see to; what was not received, one for each organisation and period."""
    if order <= 3:
        for (organisation, period), group in groupby(
            sorted(rows, key=lambda r: (r["organisation_code"], r["period"])),
            key=lambda r: (r["organisation_code"], r["period"]),
        ):
            yield f"{organisation} {period}: {', '.join(sorted(row['return_code'] for row in group))}"
    elif order == 4:
        yield from _set_aside(rows)
    else:
        yield from (_told(row) for row in rows)


def _set_aside(rows: list[dict]) -> Iterator[str]:
    """One line for each return in which rules were broken, with the rule most rows broke."""
    for key, group in groupby(rows, key=lambda r: (r["organisation_code"], r["return_code"], r["period"])):
        broken = sorted(group, key=lambda r: r["part"] - r["whole"])
        worst, failed = broken[0], broken[0]["whole"] - broken[0]["part"]
        rules = f"{len(broken)} rules broken, most often" if len(broken) > 1 else "1 rule broken:"
        rule = worst["subject"].removesuffix(f" {worst['status']}")
        yield f"{' '.join(key)}: {rules} {rule}, {failed:,.0f} of {worst['whole']:,.0f} rows. {worst['says']}"


def _told(row: dict) -> str:
    """`Doncaster 2021-22: episodes_with_any_factor published 4934 to 1619`; a share with what it is of."""
    subject = PEOPLE.get(row["subject"], row["subject"])
    share = f" {row['value']:.0f} % of {row['whole']:,.0f} records" if row["value"] is not None else ""
    return f"{row['area_name']} {row['period']}: {subject}{share}"


def _rest(rows: list[dict]) -> Iterator[str]:
    """A line for each aspect of which there is anything."""
    of = {aspect: [r for r in rows if r["aspect"] == aspect] for aspect in {r["aspect"] for r in rows}}
    if due := of.get("coverage"):
        yield f"Returns due: {len(due):,}. {_counted(due)}."
    if due := of.get("timeliness"):
        yield f"On the day they were due: {_counted(due)}."
    if checks := of.get(PASSED):
        whole = [row for row in checks if row["part"] == row["whole"]]
        yield f"Rules held against returns: {len(checks):,}; no row broke {len(whole):,} of them."
    if known := of.get("ethnicity known"):
        yield from _ethnicity(known)
    for row in of.get("repeated total", ()):
        yield f"Exactly as the year before: {_told(row)}"


def _counted(rows: list[dict]) -> str:
    """`165 received, 3 late`, the commonest first."""
    statuses = [row["status"] for row in rows]
    counts = sorted({(-statuses.count(status), status) for status in statuses})
    return ", ".join(f"{-count:,} {status}" for count, status in counts)


def _ethnicity(rows: list[dict]) -> Iterator[str]:
    """Victims, suspects and children apart, each in its latest year with records; of all areas the county's."""
    county = [row for row in rows if row["area_code"] == COUNTY]
    told = [row for row in county or rows if row["whole"]]
    for (area, role), years in groupby(
        sorted(told, key=lambda r: (r["area_name"], r["subject"], r["period"])),
        key=lambda r: (r["area_name"], r["subject"]),
    ):
        row = list(years)[-1]
        part = ", part received" if row["status"] == "part received" else ""
        yield (
            f"Ethnicity known, {area} {row['period']}: {PEOPLE.get(role, role)} {row['part']:,.0f} of {row['whole']:,.0f}"
            f" ({half_up(row['value'], 1)} %{part})"
        )
