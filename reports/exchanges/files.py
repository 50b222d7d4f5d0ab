"""The files of an exchange: a CSV, words about it, and a manifest that names both and the release they rest on."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import plain
from refusal import Refusal
from reports.reading import Figure, Release
from reports.words import BRACKETS, SAID

AREAS = ("370", "371", "372", "373", "U", "SY")  # always in this order, never by value
LEVELS = {"SY": "police force area", "U": "place in the force area not known"}
COUNCIL = "LSCB area"
MARKS = {mark: SAID[bracket] for mark, bracket in BRACKETS.items()}
CARRIED = ("vintage", "as_at", "standard_versions", "code_version")


def year_of(release: Release, year: str) -> list[Figure]:
    """Every figure of a financial year for the places of South Yorkshire; Refusal where the release has none."""
    found = release.figures(
        "period = $year and list_contains($areas, area_code)", {"year": year, "areas": AREAS}
    )
    if found:
        return found
    told = release.ask("select distinct period from figures where period_kind = 'financial_year' order by 1")
    known = ", ".join(row["period"] for row in told) or "none"
    raise Refusal(f"The release {release.name} has no figures of {year}. It has {known}.")


def level(area_code: str) -> str:
    """What kind of place a row stands for."""
    return LEVELS.get(area_code, COUNCIL)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence]) -> Path:
    """Write rows below their headings: UTF-8, comma, line feed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([plain.cell(value) for value in row] for row in rows)
    return path


def write_words(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_manifest(path: Path, release: Release, told: dict, files: Sequence[Path]) -> Path:
    """Write what an exchange is, what it rests on, and the SHA-256 of each of its files."""
    rests = {"release": release.name, "protection": protection(release)}
    rests |= {key: release.manifest.get(key) for key in CARRIED}
    sums = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    path.write_text(json.dumps(told | rests | {"files": sums}, indent=2) + "\n", encoding="utf-8")
    return path


def protection(release: Release) -> str:
    """The words a file must carry about small numbers."""
    if release.is_restricted:
        return release.manifest["protection"]
    return "Small numbers are protected; what is hidden is marked."


def about_figures(figures: Sequence[Figure]) -> Iterable[str]:
    """What must be said of any figures: the marks among them, what has not come, what may still change."""
    used = {f.value for f in figures if f.number is None}
    for mark, says in MARKS.items():
        if mark in used:
            yield f"{mark}: {says}."
    missing = sorted({part for f in figures for part in f.not_received.split("; ") if part})
    yield f"Not received: {', '.join(missing) or 'nothing'}."
    yield "Absence of data is not absence of abuse."
    if any(f.provisional == "provisional" for f in figures):
        yield "Provisional: figures so marked may still change."


def breaks_in(release: Release, indicators: set[str], figures: Sequence[Figure]) -> list[str]:
    """The breaks of these indicators within the year, each told once; and those whose day is not known."""
    first, last = figures[0].start_date, figures[0].end_date
    found = {
        (row["break_date"], row["note"])
        for row in release.table("breaks")
        if row["breakdown"] == "all" and row["indicator_code"] in indicators and row["area_code"] in AREAS
        and (row["break_date"] is None or first <= row["break_date"] <= last)
    }  # fmt: skip
    told = sorted(found, key=lambda row: (str(row[0] or ""), row[1]))
    return [f"Break in the series, {day or 'day not known'}: {note}" for day, note in told]
