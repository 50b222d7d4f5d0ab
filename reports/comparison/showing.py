"""A comparison as people and programs read it: a table in the terminal, CSV, JSON, or a page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields

import plain
from refusal import Refusal
from reports import words
from reports.comparison.told import OURS, Comparison, Row

SCHEMA_VERSION = 1
TOLD_FIRST = ("indicator_code", "indicator")
TOLD_LAST = ("across_breaks", "without_coverage", "release")
GAP = "  "


def show(comparison: Comparison, format: str = "table") -> None:
    """Print a comparison as `written` writes it."""
    print(written(comparison, format), end="")


def written(comparison: Comparison, format: str) -> str:
    """A comparison as text: `table`, `csv`, `json` or `html`; the same comparison gives the same text."""
    forms = {"table": _table, "csv": _csv, "json": _json, "html": _html}
    if format not in forms:
        raise Refusal(f"There is no format {format}. The formats are {', '.join(forms)}.")
    return forms[format](comparison)


def columns(comparison: Comparison) -> list[str]:
    """The headings of a table for people; `cells` fills them."""
    against = [f"Against {comparison.benchmark}"] if comparison.is_share else []
    part = [comparison.breakdown.partition("=")[0].capitalize()] if comparison.breakdown != "all" else []
    head = ["Area", "Figures", "Period", *part, comparison.unit, "Numerator", "Denominator", "95 % interval"]
    return [*head, *against, "Change on the year before", "Coverage", "Note"]


def cells(comparison: Comparison, row: Row) -> list[str]:
    """One row for people: numbers rounded, marks in brackets."""
    against = [_against(comparison, row)] if comparison.is_share else []
    part = [row.breakdown_label] if comparison.breakdown != "all" else []
    numbers = [
        words.shown(row.value, row.unit),
        words.shown(row.numerator, ""),
        words.shown(row.denominator, ""),
    ]
    head = [row.area, _whose(comparison, row), row.period, *part, *numbers, words.interval(row)]
    return [*head, *against, _change(row), _coverage(row), _note(row)]


def _whose(comparison: Comparison, row: Row) -> str:
    return row.whose if row.unit == comparison.unit else f"{row.whose} ({row.unit})"


def _against(comparison: Comparison, row: Row) -> str:
    if row.whose != OURS or not row.benchmark or row.compared == "the benchmark":
        return row.compared
    return f"{row.compared} ({words.shown(row.benchmark, comparison.unit)})"


def _change(row: Row) -> str:
    return f"{row.change} (from {words.shown(row.year_before, row.unit)})" if row.year_before else row.change


def _coverage(row: Row) -> str:
    missing = [f"not received: {row.not_received}"] if row.not_received else []
    status = [] if missing and row.status == "not received" else [row.status]
    return ", ".join([*status, *missing, *[row.provisional] * (row.provisional == "provisional")])


def _note(row: Row) -> str:
    return "; ".join(filter(None, [row.note, row.differs]))


def title(comparison: Comparison) -> str:
    part = f", by {comparison.breakdown}" if comparison.breakdown != "all" else ""
    return (
        f"{comparison.indicator_code} {comparison.indicator}{part}, {comparison.since} to {comparison.until}"
    )


def facts(comparison: Comparison) -> list[tuple[str, str]]:
    """What stands above the rows, as label and words."""
    return [
        ("Unit", comparison.unit),
        ("Basis", comparison.basis),
        ("Definition", comparison.definition or "none written down"),
        ("Benchmark", comparison.benchmark),
        ("Release", comparison.release),
        ("Last return received", comparison.vintage or "none"),
    ]


def _table(comparison: Comparison) -> str:
    lines = [columns(comparison), *(cells(comparison, row) for row in comparison.rows)]
    said = [comparison.protection] if comparison.protection else []
    said += [title(comparison), *(f"{label}: {says}" for label, says in facts(comparison)), ""]
    return "\n".join([*said, *aligned(lines), "", *comparison.notices]) + "\n"


def aligned(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of cells under one another, the first of them headings."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _csv(comparison: Comparison) -> str:
    names = [*TOLD_FIRST, *(field.name for field in fields(Row)), *TOLD_LAST]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    same = {name: _plain(getattr(comparison, name)) for name in (*TOLD_FIRST, *TOLD_LAST)}
    writer.writerows(same | {k: _plain(v) for k, v in vars(row).items()} for row in comparison.rows)
    return out.getvalue()


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(plain.cell(value))


def _json(comparison: Comparison) -> str:
    told = {"schema_version": SCHEMA_VERSION} | asdict(comparison)
    return json.dumps(told, indent=1, default=str, ensure_ascii=False) + "\n"


def _html(comparison: Comparison) -> str:
    from reports.comparison.pictures import pictures
    from reports.pages import render

    return render(
        "comparison.html",
        title=title(comparison),
        facts=facts(comparison),
        notices=comparison.notices,
        columns=columns(comparison),
        rows=[cells(comparison, row) for row in comparison.rows],
        pictures=pictures(comparison),
        watermark=comparison.protection or None,
        footer=f"Release {comparison.release}. Last return received: {comparison.vintage or 'none'}.",
    )
