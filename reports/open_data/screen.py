"""The screener of the open data standard, so that what leaves here passes it there.

As in the screener itself, the rules come in stages, and a file that fails one stage is not asked about the next.
What the screener only advises is a fault here, but for two things the standard's own text says otherwise or leaves
open: a filter's group has no row of its own, and names need not stand in the department's own dictionary.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from refusal import Refusal
from reports.open_data import reference as known
from reports.open_data.rules_meta import STAGES as OF_COLUMNS
from reports.open_data.rules_meta import Table
from reports.open_data.rules_places import STAGES as OF_PLACES
from reports.open_data.rules_rows import STAGES as OF_ROWS

ENDING, META = ".csv", ".meta.csv"
STAGES = (*OF_COLUMNS, *OF_ROWS, *OF_PLACES)


def screen(folder: Path) -> list[str]:
    """The faults of the open data in a folder, each with its file's name; none where all passes."""
    return faults({path.name: path.read_bytes() for path in sorted(folder.glob(f"*{ENDING}"))})


def faults(files: Mapping[str, bytes]) -> list[str]:
    """The faults of files given by name; files other than CSV are not looked at."""
    found = []
    for name in sorted(n for n in files if n.endswith(ENDING)):
        if not name.endswith(META):
            found += [f"{name}: {fault}" for fault in _of_file(name, files)]
        elif name.removesuffix(META) + ENDING not in files:
            found.append(f"{name}: there is no data file of this name")
    return found


def _of_file(name: str, files: Mapping[str, bytes]) -> list[str]:
    found = list(_of_name(name, files))
    if found:
        return found
    try:
        table = Table(*read(files[name]), *read(files[name.removesuffix(ENDING) + META]))
    except Refusal as refused:
        return [str(refused)]
    for rules in STAGES:
        found = [fault for rule in rules for fault in rule(table)]
        if found:
            break
    return found


def _of_name(name: str, files: Mapping[str, bytes]) -> Iterator[str]:
    stem = name.removesuffix(ENDING)
    if " " in stem:
        yield "the file's name has a space"
    if re.search(r"[^A-Za-z0-9_\- ]", stem):
        yield "the file's name has a sign other than letters, digits, hyphens and underscores"
    if stem != stem.lower():
        yield "the file's name has a capital letter"
    if len(stem) > known.LONGEST["file"]:
        yield f"the file's name is longer than {known.LONGEST['file']} characters"
    if f"{stem}{META}" not in files:
        yield f"there is no metadata {stem}{META}"


def read(content: bytes) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns and rows of a CSV; Refusal where it is not one."""
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise Refusal(f"not a CSV in UTF-8: {wrong}") from None
    if len(lines) < 2:
        raise Refusal("has no rows")
    columns, *rows = lines
    if len(set(columns)) < len(columns):
        raise Refusal("two columns have one name")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise Refusal(f"line {number} has {len(row)} cells, not {len(columns)}")
        if not any(row):
            raise Refusal(f"line {number} is empty")
    return tuple(columns), [dict(zip(columns, row, strict=True)) for row in rows]
