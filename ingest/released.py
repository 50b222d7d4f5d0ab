"""What was published before: the figures of every release, kept in the warehouse so that today's can be held against them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from expectations.batch import quoted

FIGURES = "figures.parquet"
NEEDED = {"indicator_code", "unit", "area_code", "period", "value", "status"}


def note_releases(connection, releases: Path) -> int:
    """Read the releases not yet known into `landing.released_figures` → how many were.

    A release holds `manifest.json` (its `name`; `vintage`: the last receipt it rests on) and
    `figures.parquet`. One without these, or whose figures are of another shape, is left alone: a folder
    of reports must not stop the night.
    """
    known = {
        name
        for (name,) in connection.execute("select distinct release from landing.released_figures").fetchall()
    }
    folders = sorted(p.parent for p in releases.glob("[!.]*/manifest.json"))
    return sum(_note(connection, folder) for folder in folders if folder.name not in known)


def _note(connection, folder: Path) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        figures = f"read_parquet({quoted(folder / FIGURES)})"
        columns = {name for name, *_ in connection.execute(f"describe from {figures}").fetchall()}
    except (OSError, ValueError, duckdb.Error):
        return False
    if not isinstance(manifest, dict) or "vintage" not in manifest or not columns >= NEEDED:
        return False
    # The totals of years only: a part or a month is not published by itself, and one change would call for many notes.
    total = "breakdown = 'all'" if "breakdown" in columns else "true"
    total += " and period_kind = 'financial_year'" if "period_kind" in columns else ""
    connection.execute(
        f"""insert into landing.released_figures
        select ?, ?::timestamptz, indicator_code, unit, area_code, period, try_cast(value as decimal(18, 4))
        from {figures} where {total} and status <> 'not received' and try_cast(value as decimal(18, 4)) is not null""",
        [folder.name, manifest.get("vintage")],
    )
    return True
