"""What lies in the folder of a proposed release, and what of it may ever leave it.

figures.csv, figures.parquet   the protected figures; beside them, as `beside` makes them, what they mean
manifest.json                  what they are, what they rest on, and the hash of every file
truth.parquet                  the figures as they are: never published, for its owner's eyes only
approval.json                  who approved which manifest
told.parquet                   once published: what it lets be known of every count, for the releases after it
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow.parquet

from refusal import Refusal
from reports.cutting import Table, write
from reports.releases.publication import Publication
from reports.releases.rows import COLUMNS

TRUTH, MANIFEST, FIGURES = "truth.parquet", "manifest.json", "figures"
APPROVAL, PUBLICATION, TOLD = "approval.json", "publication.json", "told.parquet"
SIDES = ("numerator", "denominator")


def proposed(releases: Path, name: str) -> Path:
    """The folder of a proposed release; Refusal where there is none of that name."""
    folder = releases / "proposed" / name
    if not re.fullmatch(r"[\w][\w.+-]*", name) or not (folder / MANIFEST).exists():
        there = sorted(p.parent.name for p in (releases / "proposed").glob("[!.]*/manifest.json"))
        raise Refusal(f"There is no proposed release {name}. There are: {', '.join(there) or 'none'}.")
    return folder


def manifest(folder: Path) -> dict:
    """What the release says it is."""
    return read_json(folder / MANIFEST)


def read_json(path: Path) -> dict:
    """What a JSON file says."""
    return json.loads(path.read_text("utf-8"))


def digest(path: Path) -> str:
    """The sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def new_folder(folder: Path, mode: int = 0o700) -> Iterator[Path]:
    """A folder that takes its name only once everything is in it; Refusal (exit 3) where the name is taken."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        yield draft
        draft.chmod(mode)
        refuse_taken(folder)
        try:
            draft.rename(folder)
        except OSError:  # another took the name between the look and the move
            refuse_taken(folder)
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def refuse_taken(folder: Path) -> None:
    """Refusal (exit 3) where there is a release of that name already."""
    if folder.exists():
        raise Refusal(
            f"There is a release {folder.name} in {folder.parent.name} already. A release is never overwritten.",
            3,
        )


def write_figures(folder: Path, rows: list[dict], columns: Mapping[str, str] = COLUMNS) -> None:
    """The figures, as CSV and as Parquet; numbers as text, since a mark may stand in a number's place."""
    write(folder, Table(FIGURES, columns, rows))


def read_rows(folder: Path) -> list[dict]:
    """The rows of the published table, as text; Refusal (exit 3) where the Parquet says something else."""
    with (folder / f"{FIGURES}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    beside = pyarrow.parquet.read_table(folder / f"{FIGURES}.parquet").to_pylist()
    if [{k: "" if v is None else str(v) for k, v in row.items()} for row in beside] != rows:
        raise Refusal("figures.csv and figures.parquet do not say the same. Propose the release again.", 3)
    return rows


def write_manifest(folder: Path, told: dict) -> None:
    """The manifest, with the hash of every file that lies beside it."""
    files = {p.name: digest(p) for p in sorted(folder.iterdir()) if p.name != MANIFEST}
    write_json(folder / MANIFEST, told | {"files": files})


def write_json(path: Path, told: dict) -> None:
    """Write JSON through to the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def check_files(folder: Path) -> dict:
    """The manifest, where every file is the one it names and no other lies there; else Refusal (exit 3)."""
    told = manifest(folder)
    files = {p.name for p in folder.iterdir()} - {MANIFEST, APPROVAL, TOLD}
    wrong = sorted(
        name
        for name in files | set(told["files"])
        if name not in files or told["files"].get(name) != digest(folder / name)
    )
    if wrong:
        raise Refusal(
            f"{', '.join(wrong)} in {folder.name} is not what its manifest names. Nothing is published. "
            "Find out who changed it, and propose the release again.",
            3,
        )
    return told


def shown_of(found: Publication, rows: list[dict], at: np.ndarray, mark: str) -> np.ndarray:
    """What the published rows show of each cell; Refusal (exit 3) where two rows say different things of one.

    `at`: which of the frozen figures each row is.
    """
    shown = np.full(len(found.problem.counts), np.nan)
    seen: dict[int, str] = {}
    for row, place in zip(rows, at.tolist(), strict=True):
        for side, cell in zip(SIDES, (found.numerators[place], found.denominators[place]), strict=True):
            if cell < 0:
                continue
            if seen.setdefault(int(cell), row[side]) != row[side]:
                raise Refusal("Two rows of the release tell one count differently. Propose it again.", 3)
            shown[cell] = np.nan if row[side] == mark else float(row[side])
    return shown
