"""The register of recommendations, each with what the data now says of it, or that no data exists.

Read from the marts directly and not from a release: it tells a data officer where the evidence stands and
publishes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby

from refusal import Refusal
from reports.places import find_place
from reports.rounding import half_up

FIXED = ("recommendation_ref", "source_document", "number", "title", "assessment", "action", "plan_ref")
SAID = (*FIXED, "status", "status_date")
FOUND = ("evidence_kind", "evidence", "evidence_name", "unit", "value", "value_status")
NO_DATA = "no data exists"
NOT_FOUND = "not found"
NOTHING = "none to count,"
MART = f"""
    select {", ".join(SAID)}, {", ".join(FOUND)} from marts.mart_recommendations
    where area_code = $area and period = $year
    order by list_position(['REC', 'APP', 'OCC'], split_part(recommendation_ref, '-', 1)) nulls last,
        regexp_replace(recommendation_ref, '[0-9].*', ''),
        list_transform(regexp_extract_all(recommendation_ref, '[0-9]+'), n -> n::integer), recommendation_ref,
        evidence, unit"""


def evidence(connection, area: str, year: str | None) -> dict:
    """What the marts say of each recommendation for an area and a financial year: {area, year, recommendations}.

    Without a year the latest in which something was received. A recommendation has the words of the register,
    where its actions stand (as councils said in R26, else the register) and a list `evidence`, empty where none
    is named; a figure there is null where no data exists.
    """
    place = find_place(connection, area)
    year = year or _latest(connection, place.code)
    found = connection.execute(MART, {"area": place.code, "year": year})
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    if not rows:
        raise Refusal(f"There is nothing for {year}. Write a financial year with returns, as 2024-25.")
    register = [_gathered(list(group)) for _, group in groupby(rows, key=lambda r: r["recommendation_ref"])]
    return {"area": place.name, "year": year, "recommendations": register}


def _latest(connection, area: str) -> str:
    """The latest financial year for which a figure was received."""
    sql = """select max(period) from marts.mart_recommendations
        where area_code = ? and evidence_kind = 'indicator' and value is not null"""
    year = connection.execute(sql, [area]).fetchone()[0]
    if year is None:
        raise Refusal("No figure has been received for any year.")
    return year


def _gathered(rows: list[dict]) -> dict:
    told = [{k: row[k] for k in FOUND} for row in rows if row["evidence"]]
    return {k: rows[0][k] for k in SAID} | {"evidence": told}


def show(register: dict, as_json: bool) -> None:
    """Print it: words for people, or one JSON document."""
    if as_json:
        print(json.dumps({"schema_version": 1} | register, indent=1, default=str))
        return
    print("\n".join(sentences(register)))


def sentences(register: dict) -> Iterator[str]:
    """The lines a person reads: a block for each recommendation."""
    yield f"What the data says of each recommendation: {register['area']}, {register['year']}"
    for one in register["recommendations"]:
        yield ""
        yield f"{one['recommendation_ref']}  {one['title']}"
        yield f"  {' '.join(_standing(one))}"
        yield from (f"  {line}" for line in _figures(one["evidence"]))


def _standing(one: dict) -> Iterator[str]:
    """`Status: DONE 1 (2025-03-31).` and what else the register knows; what it does not is said once."""
    day = f" ({one['status_date']})" if one["status_date"] else ""
    yield f"Status: {one['status']}{day}."
    words = (("Answer", "assessment"), ("Plan", "plan_ref"), ("Action", "action"))
    yield from (f"{word}: {one[key]}." for word, key in words if one[key] != NOT_FOUND)


def _figures(found: list[dict]) -> Iterator[str]:
    """A line for each figure there is, then one that names what there is no data of."""
    there = [row for row in found if row["value_status"] != NO_DATA]
    absent = sorted({row["evidence"] for row in found} - {row["evidence"] for row in there})
    for row in there:
        yield f"{row['evidence']} {row['evidence_name'].rstrip('.')}: {_value(row)} ({row['value_status']})"
    if absent:
        yield f"No data exists: {', '.join(absent)}."
    elif not found:
        yield "No data exists: no indicator, return or rule is its evidence."


def _value(row: dict) -> str:
    """`41 episode`, `81.3 % of schools`, `12.75 FTE`; `[x]` where it was not received, which is never 0.

    All received and still no value is a share of nothing.
    """
    if row["value"] is None:
        return f"{NOTHING if row['value_status'] == 'received' else '[x]'} {row['unit']}"
    whole = not re.search(r"%| per |ratio|median|FTE", row["unit"])
    places = 0 if whole else 2 if row["unit"].startswith("FTE") else 1
    value = half_up(row["value"], places)
    return f"{value:,} {row['unit']}"
