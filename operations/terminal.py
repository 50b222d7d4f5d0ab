"""What is shown: tables for people, JSON and CSV for machines; no animation where nobody watches."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from dataclasses import asdict

import plain
from operations.readonly import Answer

NUMBERS = ("rows in", "accepted", "quarantined", "skipped", "refused", "seconds")
COLUMNS = ("return", "organisation", "period", *NUMBERS, "fate", "file")
MUST_ACT = ("refused", "accepted with findings", "held")
NO_AGREEMENT = "F030"
# Findings of one kind in one column of a file that `check` shows one by one: a screen holds no more.
SHOWN = 20
ALL = "--workbooks writes all of them into a workbook, --json prints them."


def step(what: str, done: int, of: int) -> None:
    """Tell one step of the night, on stderr: rewritten in place where someone watches, else nothing."""
    if sys.stderr.isatty():
        share = f" {done + 1}/{of}" if of > 1 else ""
        print(f"\r\033[K{plain.text(what)}{share}", end="", file=sys.stderr, flush=True)


def _console(width: int):
    """A console that takes no part of a value for markup or an emoji; as wide as it is, or `width` in a pipe."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else width, markup=False, emoji=False)


def exit_code(outcomes) -> int:
    """0 all well; 1 someone must act; 3 a submission was refused because no sharing agreement covers it."""
    if any(
        o.fate.status == "refused" and (o.fate.says or "").startswith(f"{NO_AGREEMENT} ") for o in outcomes
    ):
        return 3
    return int(any(o.fate.status in MUST_ACT for o in outcomes))


def _row(o) -> dict:
    return {
        "return": o.return_code,
        "organisation": o.organisation_code,
        "period": o.period,
        "submission_id": o.submission_id,
        "file": o.file_name,
        "seconds": round(o.seconds, 3),
        **asdict(o.fate),
    }


def _cells(o) -> list[str]:
    """The row of one submission; the good rows of a refused file stand under `refused`, not `skipped`."""
    f = o.fate
    skipped, refused = (0, f.rows_skipped) if f.status == "refused" else (f.rows_skipped, 0)
    counts = (f.rows_read, f.rows_accepted, f.rows_quarantined, skipped, refused)
    words = [plain.text(word or "") for word in (o.return_code, o.organisation_code, o.period)]
    return [*words, *(f"{n:,}" for n in counts), f"{o.seconds:.2f}"]


def show_night(outcomes, as_json: bool) -> None:
    """The closing table: every submission and what became of its rows; why, where it was refused."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if as_json:
        print(json.dumps({"schema_version": 1, "submissions": [_row(o) for o in outcomes]}, indent=1))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in NUMBERS else "left", overflow="fold")
    for o in outcomes:
        table.add_row(*_cells(o), o.fate.status, Text(plain.text(o.file_name.rpartition("/")[2])))
    console = _console(160)
    console.print(table if outcomes else "Nothing new lay in the inbox.")
    for o in outcomes:
        if o.fate.says and o.fate.status in ("refused", "held", "deferred", "duplicate"):
            console.print(f"{plain.text(o.file_name)}: {plain.text(o.fate.says)}", highlight=False)


def show_check(outcomes, findings: list[dict], as_json: bool) -> None:
    """What is wrong, line by line, then how it would end; of one kind in one column of a file the first few."""
    if as_json:
        told = {"schema_version": 1, "submissions": [_row(o) for o in outcomes], "findings": findings}
        print(json.dumps(told, indent=1, default=str))
        return
    met = Counter()
    for f in findings:
        kind = f["severity"], f["rule_code"], f["file"], f["column_name"]
        met[kind] += 1
        if met[kind] <= SHOWN:
            print(plain.text(sentence(f)))
    for (severity, code, file, column), count in met.items():
        if count > SHOWN:
            where = f"{file or ''} column {column}" if column else file or ""
            print(plain.text(f"{severity} {code} {where}: {count - SHOWN:,} more. {ALL}"))
    for o in outcomes:
        f = o.fate
        words = " ".join(w for w in (o.return_code or "no return", o.organisation_code, o.period) if w)
        print(
            f"{plain.text(o.file_name)}: {plain.text(words)}: {f.status}; "
            f"{f.rows_read:,} rows read, {f.rows_accepted:,} good, {f.rows_quarantined:,} in error, {f.rows_skipped:,} skipped"
        )


def sentence(f: dict) -> str:
    """`C205 missing.csv line 214 column start_date: 31/02/2026. start_date is not a real date. …`"""
    place = [
        f["file"] or "",
        f"sheet {f['sheet']}" if f["sheet"] else "",
        f"line {f['line']}" if f["line"] else "",
    ]
    place.append(f"column {f['column_name']}" if f["column_name"] else "")
    value = f" {f['value']!r}." if f["value"] else ""
    return f"{f['severity']} {f['rule_code']} {' '.join(p for p in place if p)}:{value} {f['says']}"


def show_rows(answer: Answer, as_json: bool, as_csv: bool = False) -> None:
    """Rows as a table, as JSON (a list of objects), or as CSV."""
    if as_json:
        print(
            json.dumps(
                [dict(zip(answer.columns, row, strict=True)) for row in answer.rows], indent=1, default=str
            )
        )
    elif as_csv:
        write = csv.writer(sys.stdout, lineterminator="\n")
        write.writerows([plain.cell(cell) for cell in row] for row in (answer.columns, *answer.rows))
    else:
        _show_table(answer)


def _show_table(answer: Answer) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in answer.columns:
        table.add_column(plain.text(name), overflow="fold")
    for row in answer.rows:
        table.add_row(*("" if v is None else plain.text(v) for v in row))
    _console(200).print(table)
