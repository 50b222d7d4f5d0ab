"""A release as open data: tidy CSV to the Explore Education Statistics standard, its metadata, and a data package.

The standard lets no file mix kinds of period, and no column kinds of number: there is a file for each kind of
period and each measure (`cse-annual-percent.csv`), and each has its `.meta.csv`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from refusal import Refusal
from reports.open_data.package import META, as_json, metadata, package
from reports.open_data.places import Areas
from reports.open_data.rows import KINDS, Measure, columns, measure, rows
from reports.open_data.screen import faults, screen
from reports.reading import Figure

__all__ = ["screen", "write_open_data"]
PACKAGE = "datapackage.json"


def write_open_data(
    figures: Iterable[Figure],
    areas: Iterable[Mapping],
    indicators: Iterable[Mapping],
    manifest: Mapping,
    folder: Path,
    *,
    stem: str = "cse",
    licence: Mapping | None = None,
) -> list[Path]:
    """Write the figures as open data into `folder` → the files; the same figures give the same bytes.

    `areas` are rows as in the list of areas, `licence` a licence of the Data Package (name, title) where one was given. Refusal, and nothing is written,
    where there are no figures or the screener's rules do not hold.
    """
    figures = list(figures)
    if not figures:
        raise Refusal("There are no figures to write as open data.")
    if licence and str(manifest.get("protection") or "").startswith("Restricted"):
        raise Refusal("Restricted figures bear no licence: they are not for the public.", 3)
    places, tables, files = Areas.of(areas), {}, {}
    for (kind, measured), members in _files(figures).items():
        name = f"{stem}-{KINDS[kind].word}-{measured.name}"
        told = rows(members, places)
        tables[f"{name}.csv"] = (measured, columns(kind, measured))
        files[f"{name}.csv"] = _csv(columns(kind, measured), told)
        files[f"{name}.meta.csv"] = _csv(META, metadata(measured, told))
    _gate(files)
    span = {
        "start": min(f.start_date for f in figures).isoformat(),
        "end": max(f.end_date for f in figures).isoformat(),
    }
    files[PACKAGE] = as_json(package(files, tables, manifest, _used(indicators, figures), span, licence))
    return _write(files, folder)


def _files(figures: Iterable[Figure]) -> dict[tuple[str, Measure], list[Figure]]:
    found: dict[tuple[str, Measure], list[Figure]] = {}
    for figure in figures:
        if figure.period_kind not in KINDS:
            raise Refusal(f"The open data standard has no time identifier for a {figure.period_kind}.")
        found.setdefault((figure.period_kind, measure(figure.unit)), []).append(figure)
    return found


def _used(indicators: Iterable[Mapping], figures: Iterable[Figure]) -> list[Mapping]:
    told = {(f.indicator_code, f.unit) for f in figures}
    return [row for row in indicators if (row["indicator_code"], row["unit"]) in told]


def _csv(names: Sequence[str], told: Iterable[Mapping[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(told)
    return text.getvalue().encode("utf-8")


def _gate(files: Mapping[str, bytes]) -> None:
    found = faults(files)
    if found:
        raise Refusal(f"The open data would not pass the screener: {'; '.join(found)}", 3)


def _write(files: Mapping[str, bytes], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in sorted(files)]
