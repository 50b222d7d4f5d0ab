"""The register of recommendations: where each stands, and what this same release says of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set

from reports import words
from reports.annual.model import Item, Table, Words
from reports.annual.shelf import COUNTY, Shelf
from reports.reading import Figure

FIRST = ("REC", "APP", "OCC")
NO_DATA = "No data exists: no indicator, return or rule is its evidence."


def recommendations(shelf: Shelf, county_only: Set[tuple[str, str]]) -> tuple[list[Item], list[Figure]]:
    """The register as a table, one recommendation a row, and the figures its evidence shows.

    `county_only`: the measures (code, unit) that are told for South Yorkshire alone.
    """
    register = sorted(shelf.release.table("recommendations"), key=lambda r: _order(r["recommendation_ref"]))
    if not register:
        return [Words(("The release has no register of recommendations.",))], []
    told, evidence = _statuses(shelf), _evidence(shelf)
    rows, figures = [], []
    for one in register:
        ref = one["recommendation_ref"]
        lines, used = _shown(evidence.get(ref, []), shelf, county_only)
        rows.append((ref, one["title"], told.get(ref) or _plain(one["status"]), "; ".join(lines) or NO_DATA))
        figures += used
    columns = ("Reference", "Recommendation", "Where it stands", "What this release says of it")
    title = f"Recommendations and their evidence: {shelf.area.name}, {shelf.year}"
    notes = (
        f"Figures are of {shelf.area.name} in {shelf.year}, or of South Yorkshire where it is named.",
        "They stand with their basis, interval and standing in the sections above.",
        "Where it stands: as the council returned it (R26), else as the register has it.",
    )
    return [*_local(told, register, shelf), Table(title, columns, tuple(rows), notes, "register")], figures


def _order(ref: str) -> tuple:
    head = re.sub(r"-?\d.*", "", ref)
    rank = FIRST.index(head) if head in FIRST else len(FIRST)
    return rank, head, [int(n) for n in re.findall(r"\d+", ref)], ref


def _plain(status: str) -> str:
    return {"not found": "not known"}.get(status, status.replace("_", " ").lower())


def _statuses(shelf: Shelf) -> dict[str, str]:
    """Each action's latest status in the year, in words."""
    found = {}
    for row in shelf.release.table("recommendation_statuses"):
        if row["area_code"] == shelf.area.code and row["period"] == shelf.year:
            day = f" ({row['status_date'].day} {row['status_date']:%B %Y})" if row["status_date"] else ""
            found[row["recommendation_ref"]] = f"{_plain(row['status'])}{day}"
    return found


def _local(told: dict[str, str], register: list[dict], shelf: Shelf) -> list[Words]:
    """Actions of a council's own plan that stand in no register of ours, by where they stand."""
    known = {r["recommendation_ref"] for r in register}
    counts = Counter(re.sub(r" ?\d* ?(\(.*)?$", "", s) for ref, s in told.items() if ref not in known)
    if not counts:
        return []
    said = ", ".join(f"{n:,} {status}" for status, n in sorted(counts.items()))
    return [Words((f"Other actions that {shelf.area.name} returned for {shelf.year}: {said}.",))]


def _evidence(shelf: Shelf) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in shelf.release.table("recommendation_evidence"):
        found.setdefault(row["recommendation_ref"], []).append(row)
    return found


def _shown(rows: list[dict], shelf: Shelf, county_only: Set) -> tuple[list[str], list[Figure]]:
    lines, figures, rules = [], [], []
    for row in sorted(rows, key=lambda r: (r["evidence_kind"], r["evidence"])):
        if row["evidence_kind"] == "indicator":
            here = _of(row["evidence"], shelf, county_only)
            figures += here
            lines += [_line(f) for f in here] or [f"{row['evidence']}: no figure in this release"]
        elif row["evidence_kind"] == "return":
            lines.append(_received(row["evidence"], shelf))
        else:
            rules.append(row["evidence"])
    return [*lines, *([f"held every night by {', '.join(rules)}"] if rules else [])], figures


def _of(code: str, shelf: Shelf, county_only: Set) -> list[Figure]:
    """The figures of an indicator for the area; South Yorkshire's where it has none or may not be told below it."""
    found = []
    for measure in sorted(m for m in shelf.indicators if m[0] == code):
        own = None if measure in county_only else shelf.get(measure, shelf.area.code, shelf.year)
        found.append(own or shelf.get(measure, COUNTY, shelf.year))
    return [f for f in found if f]


def _line(figure: Figure) -> str:
    where = "South Yorkshire " if figure.area_code == COUNTY else ""
    shown = words.shown(figure.value, figure.unit)
    return f"{figure.indicator_code} {where}{shown} {figure.unit}" + (
        "" if figure.status == "received" else f" ({figure.status})"
    )


def _received(code: str, shelf: Shelf) -> str:
    return f"return {code}: {_months(code, shelf)}"


def _months(code: str, shelf: Shelf) -> str:
    first, last = f"{shelf.year[:4]}-04", f"{int(shelf.year[:4]) + 1}-03"
    rows = [
        r
        for r in shelf.coverage
        if r["return_code"] == code
        and first <= r["month"] <= last
        and (shelf.area.code == COUNTY or r["area_code"] in (shelf.area.code, COUNTY))
    ]
    came = sum(r["status"] in ("received", "nil") for r in rows)
    return f"{came} of {len(rows)} months received" if rows else "none was due"
