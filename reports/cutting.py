"""Cutting a release: tables and a manifest of what they rest on, written once and never overwritten.

What is cut here is restricted and says so: small numbers stand in it. What may be published is made by
`publication` and `releasing`, behind disclosure control.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

import plain
from refusal import Refusal

RESTRICTED = "Restricted: small numbers not yet protected. Do not publish."
# The submissions the marts were built from, whatever the moment: dbt decides which count, once.
COUNTING = "from staging.stg_submissions join landing.submissions using (submission_id)"
# What no day is known for is told whatever the period: it may lie in it.
BREAKS = """
    select indicator_code, area_code, break_date, note from marts.mart_series_notes
    where breakdown = 'all' and coalesce(break_date > $first and break_date <= $last, true)
        and list_contains($indicators, indicator_code) and list_contains($areas, area_code)
    order by all"""


@dataclass(frozen=True)
class Table:
    """A table of a release: its columns with their DuckDB types, and its rows."""

    name: str
    columns: Mapping[str, str]
    rows: list[dict]


def standing(connection, as_at: str | datetime | None) -> dict:
    """What figures rest on; no clock, so that the same inputs give the same manifest."""
    vintage, submissions = connection.execute(
        f"select max(landing.submissions.received_at), count(*) {COUNTING}"
    ).fetchone()
    versions = connection.execute(
        f"""select landing.submissions.return_code, list(distinct standard_version order by standard_version)
        {COUNTING} where standard_version is not null group by 1 order by 1"""
    ).fetchall()
    return {
        "as_at": as_at.isoformat() if isinstance(as_at, datetime) else as_at,
        "vintage": vintage.astimezone(UTC).isoformat() if vintage else None,
        "submissions": submissions,
        "standard_versions": dict(versions),
    }


def breaks_crossed(
    connection, indicators: Iterable[str], areas: Iterable[str], first: date, last: date
) -> list[dict]:
    """The breaks in series between two days: {indicator_code, area_code, break_date (None: not known), note}."""
    given = {"indicators": list(indicators), "areas": list(areas), "first": first, "last": last}
    names = ("indicator_code", "area_code", "break_date", "note")
    rows = connection.execute(BREAKS, given).fetchall()
    return [dict(zip(names, (*row[:2], row[2] and row[2].isoformat(), row[3]), strict=True)) for row in rows]


def named(words: Iterable[str], resting: dict) -> str:
    """The folder's name: another vintage or another moment is another release."""
    parts = [*words, "vintage", _compact(resting["vintage"] or "none")]
    return "-".join(parts + (["as-at", _compact(resting["as_at"])] if resting.get("as_at") else []))


def _compact(moment: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", moment.replace("+00:00", "Z"))


def cut(out: Path, manifest: dict, tables: Iterable[Table], is_named_by_content: bool = False) -> Path:
    """Write tables and manifest into the folder `manifest["name"]` of `out` → that folder.

    The same content gives the same bytes; where the folder is there already with other bytes it stays, and
    Refusal is raised. A name that ends with what is in it (`is_named_by_content`) is never another's.
    """
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
    try:
        written = [path for table in tables for path in write(draft, table)]
        manifest = manifest | {"files": {p.name: _digest(p) for p in written}}
        if is_named_by_content:
            manifest["name"] += f"-{hashlib.sha256(json.dumps(manifest).encode()).hexdigest()[:8]}"
        (draft / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        return _keep(draft, out / manifest["name"])
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write(folder: Path, table: Table) -> tuple[Path, Path]:
    """Write a table into a folder, as CSV and as Parquet → (the CSV, the Parquet)."""
    text, parquet = folder / f"{table.name}.csv", folder / f"{table.name}.parquet"
    columns = list(table.columns)
    rows = [[_text(v) for v in _in_order(row, columns)] for row in table.rows]
    _write_csv(text, columns, rows)
    # The reader's connection may neither read nor write files, so the Parquet is made beside it.
    with duckdb.connect() as beside:
        csv_read = f"read_csv({_literal(text)}, columns = {dict(table.columns)}, header = true)"
        beside.execute(f"copy (from {csv_read}) to {_literal(parquet)} (format parquet)")
    # A spreadsheet opens the CSV: there, and there alone, nothing may begin as a formula.
    harmless = [[plain.cell(v) for v in row] for row in rows]
    if harmless != rows:
        _write_csv(text, columns, harmless)
    return text, parquet


def _in_order(row: dict, columns: list[str]) -> Iterable:
    """The values of a row as its columns stand; where one has none it is empty, and no value is without a column."""
    if list(row) == columns:
        return row.values()
    if unknown := row.keys() - set(columns):
        raise ValueError(f"no columns of the table: {sorted(unknown)}")
    return [row.get(c, "") for c in columns]


def _write_csv(path: Path, columns: list[str], rows: list[list]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


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


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(release: Path) -> dict:
    """The manifest of a release."""
    return json.loads((release / "manifest.json").read_text("utf-8"))


def read_table(release: Path, name: str) -> list[dict]:
    """The rows of a table of a release, as text; Refusal where it is not the one the manifest was written for."""
    table = release / f"{name}.csv"
    if _digest(table) != read_manifest(release)["files"][table.name]:
        raise Refusal(
            f"{table.name} in {release.name} is not the one its manifest names. Cut the release again."
        )
    with table.open(encoding="utf-8", newline="") as file:
        return [{k: plain.of_cell(v) for k, v in row.items()} for row in csv.DictReader(file)]
