"""Figures as a file: the very text of the release, row by row, so that nothing is lost by rounding."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields

import plain
from reports.reading import Figure

NAMES = [field.name for field in fields(Figure)]


def figures_csv(figures: Iterable[Figure]) -> bytes:
    """Figures as CSV in UTF-8, in the columns of a release: numbers as released, marks where a number may not stand."""
    return rows_csv(NAMES, ([getattr(f, name) for name in NAMES] for f in figures))


def rows_csv(columns: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """Rows as CSV in UTF-8; nothing where there is nothing."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if cell is None else plain.cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")
