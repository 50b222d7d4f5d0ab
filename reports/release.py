"""A release: the figures of one report as they stood, with a manifest, never overwritten.

Disclosure control does not stand between the marts and a release yet, and the release says so.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from refusal import Refusal

RESTRICTED = "Restricted: small numbers not yet protected. Do not publish."
YEARS = 5
UNKNOWN = "U"  # a place in South Yorkshire not known: shown where it occurs, never imputed
COLUMNS = {
    "indicator_code": "VARCHAR",
    "indicator": "VARCHAR",
    "definition": "VARCHAR",
    "basis": "VARCHAR",
    "unit": "VARCHAR",
    "area_code": "VARCHAR",
    "area": "VARCHAR",
    "period": "VARCHAR",
    "value": "DECIMAL(18, 4)",
    "status": "VARCHAR",
    "not_received": "VARCHAR",
}
# The submissions the marts were built from, whatever the moment: dbt decides which count, once.
COUNTING = "from staging.stg_submissions join landing.submissions using (submission_id)"


def release(connection, area: str, year: str, as_at: str | datetime | None, out: Path) -> Path:
    """Cut the release of the annual report of an area and a financial year (`2024-25`) → its folder in `out`.

    The marts in `connection` must have been built as at the same moment. The same marts give the same
    bytes; where the folder is there already with other bytes it stays, and Refusal is raised.
    """
    areas = _areas(connection, area)
    years = _years(year)
    figures = _figures(connection, areas, years)
    manifest = _manifest(connection, areas[0], year, as_at)
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
    try:
        _write(draft, figures, manifest)
        return _keep(draft, out / manifest["name"])
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _areas(connection, wanted: str) -> list[tuple[str, str, str]]:
    """(code, short code, name) of each area: the one asked for, the others by name, South Yorkshire last.

    The place not known stands just before South Yorkshire, which holds it; no report can be asked of it.
    """
    sql = """
        select distinct area_code, short_code, area_name, area_level from core.dim_areas
        where area_level in ('district', 'force') or area_code = $unknown"""
    rows = connection.execute(sql, {"unknown": UNKNOWN}).fetchall()
    rows = [row[:3] for row in sorted(rows, key=lambda r: (r[3] == "force", r[0] == UNKNOWN, r[2]))]
    places = [row for row in rows if row[0] != UNKNOWN]
    first = [row for row in places if wanted.upper() in (text.upper() for text in row)]
    if not first:
        known = ", ".join(row[1] for row in places)
        raise Refusal(f"There is no area {wanted}. The areas are {known}.")
    return first + [row for row in rows if row not in first]


def _years(last: str) -> list[str]:
    """The five financial years ending with `last`; Refusal where that is not a financial year."""
    if not re.fullmatch(r"\d{4}-\d{2}", last) or (int(last[:4]) + 1) % 100 != int(last[5:]):
        raise Refusal(f"{last} is not a financial year. Write it as 2024-25.")
    ends = range(int(last[:4]) - YEARS + 1, int(last[:4]) + 1)
    return [f"{start}-{(start + 1) % 100:02d}" for start in ends]


def _figures(connection, areas: Sequence[tuple], years: list[str]) -> list[dict]:
    """Every count for every area and year, whole; the place not known only where a count has it."""
    sql = """
        select indicator_code, indicator_name, coalesce(definition, ''), basis, unit, area_code, period,
            value::decimal(18, 4), status, coalesce(not_received, '')
        from marts.mart_annual_report
        where list_contains($years, period)
        order by all"""
    rows = connection.execute(sql, {"years": years}).fetchall()
    found = {(row[:5], row[5], row[6]): row[7:] for row in rows}
    if all(row[8] == "not received" for row in rows):
        raise Refusal(f"There are no figures for {years[-1]} or the four years before it.")
    shown = _since_the_first(rows, years)
    unplaced = {row[:5] for row in rows if row[5] == UNKNOWN and row[6] in shown}
    series = sorted({row[:5] for row in rows}, key=lambda s: (s[0], s[1], s[4], s[3]))
    return [
        dict(zip(COLUMNS, (*s, code, name, period, *_held(found, s, code, period)), strict=True))
        for s in series
        for code, _, name in areas
        if code != UNKNOWN or s in unplaced
        for period in shown
    ]


def _held(found: dict, series: tuple, code: str, period: str) -> tuple[Decimal | None, str, str]:
    """(value, status, not received) of one figure; what the marts do not hold was not received.

    The marts hold the place not known only where it occurred: where South Yorkshire was received, nothing is 0.
    """
    if (series, code, period) in found:
        return found[series, code, period]
    whole = found.get((series, "SY", period)) if code == UNKNOWN else None
    status = whole[1] if whole else "not received"
    return (Decimal(0) if status == "received" else None, status, "")


def _since_the_first(rows: Iterable[tuple], years: list[str]) -> list[str]:
    """The years from the first in which anything was received; the last one always."""
    received = {row[6] for row in rows if row[8] != "not received"}
    first = next((n for n, year in enumerate(years) if year in received), len(years) - 1)
    return years[first:]


def _manifest(connection, area: tuple[str, str, str], year: str, as_at: str | datetime | None) -> dict:
    """What the figures rest on; no clock, so that the same inputs give the same manifest."""
    moment = as_at.isoformat() if isinstance(as_at, datetime) else as_at
    vintage, submissions = connection.execute(
        f"select max(landing.submissions.received_at), count(*) {COUNTING}"
    ).fetchone()
    versions = connection.execute(
        f"""select landing.submissions.return_code, list(distinct standard_version order by standard_version)
        {COUNTING} where standard_version is not null group by 1 order by 1"""
    ).fetchall()
    vintage = vintage.astimezone(UTC).isoformat() if vintage else None
    return {
        "name": _name(area[1], year, vintage, moment),
        "report": "annual",
        "protection": RESTRICTED,
        "area_code": area[0],
        "area": area[2],
        "year": year,
        "as_at": moment,
        "vintage": vintage,
        "submissions": submissions,
        "standard_versions": dict(versions),
    }


def _name(short: str, year: str, vintage: str | None, as_at: str | None) -> str:
    """The folder's name: another vintage or another moment is another release."""
    parts = ["annual", short, year, "vintage", _compact(vintage or "none")]
    return "-".join(parts + (["as-at", _compact(as_at)] if as_at else []))


def _compact(moment: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", moment.replace("+00:00", "Z"))


def _write(folder: Path, figures: list[dict], manifest: dict) -> None:
    table, parquet = folder / "figures.csv", folder / "figures.parquet"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: _text(v) for k, v in row.items()} for row in figures)
    # The reader's connection may neither read nor write files, so the Parquet is made beside it.
    with duckdb.connect() as beside:
        csv_read = f"read_csv({_literal(table)}, columns = {COLUMNS}, header = true)"
        beside.execute(f"copy (from {csv_read}) to {_literal(parquet)} (format parquet)")
    manifest["files"] = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (table, parquet)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _text(value: object) -> object:
    """A number without the zeros its column type trails; anything else as it is."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _keep(draft: Path, folder: Path) -> Path:
    """Give the draft its name; a release that is there already stays, and must say the same."""
    if not folder.exists():
        draft.replace(folder)
        return folder
    names = {p.name for p in [*draft.iterdir(), *folder.iterdir()]}
    differ = sorted(n for n in names if _bytes(draft / n) != _bytes(folder / n))
    if differ:
        raise Refusal(
            f"The release {folder.name} is there already and says something else ({', '.join(differ)}). "
            "A release is never overwritten: choose another --out, or find out what changed.",
            code=3,
        )
    return folder


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
