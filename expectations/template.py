"""The blank workbook an agency fills in, derived from the declaration of its return."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from xlsxwriter.worksheet import Worksheet

from expectations.standard import Field, Return
from expectations.workbook import (
    Book,
    Column,
    add_sheet,
    fit_height,
    mark_table,
    open_book,
    write_cell,
    write_table,
)

LAST_ROW = 1_048_575  # Excel's last, counted from 0: the formats and drop-downs hold for any number of rows
DROP_DOWN_LENGTH = 255  # the longest list Excel takes in the cell itself
KINDS = {
    "string": "text",
    "date": "date, YYYY-MM-DD",
    "datetime": "date and time with offset, YYYY-MM-DDTHH:MM:SS+00:00",
    "yearmonth": "month, YYYY-MM",
    "integer": "whole number",
    "number": "number",
    "array": "several values, separated by ;",
}
WEIGHTS = {
    "file": "the file is refused",
    "error": "the row is set aside",
    "warning": "the row is taken, and listed",
    "information": "listed only",
}
HOW_TO_FILL_IN = (
    "Fill in the sheet Data, one row for each record, from row 2 down. Leave no row blank.",
    "Keep the headings in row 1 as they are. Their order does not matter.",
    "Paste as values, so that dates and references stay text: 2024-05-01, not 01/05/2024.",
    "Leave a cell empty where there is nothing to say. Write no names, addresses or NHS numbers anywhere.",
    "Where a column has codes, choose from the drop-down. The sheet Code lists says what each code means.",
    "Save as .xlsx, or save the sheet Data as CSV UTF-8. Then check it: warehouse check FILE",
)


def write_template(r: Return, path: Path, codes: Path) -> None:
    """Write the blank workbook of a return: Instructions, Data, Code lists.

    `codes` is the CSV of every code list (`list, code, label, valid_from, valid_to, …`).
    The same declaration and codes give the same bytes.
    """
    title = f"{r.code} {r.title}: return template, version {r.version}"
    known = {"return": r.name, "return_code": r.code, "standard_version": r.version}
    book = open_book(path, title, r.description, known)
    add_return(book, r, codes)
    book.workbook.close()


def add_return(book: Book, r: Return, codes: Path, rows: Sequence[dict[str, str]] = ()) -> None:
    """Add the sheets of a return to an open workbook; `rows` stand filled in already, by column."""
    lists = _code_rows(r, codes)
    _instructions(book, r, f"{r.code} {r.title}: return template, version {r.version}")
    _data(book, r, _places(lists), rows)
    _code_lists(book, r, lists)


def write_csv_template(r: Return, path: Path) -> None:
    """Write the blank CSV of a return: its header row and nothing else."""
    path.write_text(",".join(r.column_names) + "\r\n", encoding="utf-8", newline="")


def _instructions(book: Book, r: Return, title: str) -> None:
    columns = [Column("Column", 26), Column("What it is", 70), Column("How it is written", 34)]
    columns += [Column("Must be filled in", 16), Column("Codes", 30), Column("Example", 24)]
    sheet = add_sheet(book, "Instructions", columns)
    sheet.write_string(0, 0, title, book.heading)
    below = 1
    for label, value in _facts(r):
        fit_height(sheet, below, columns, ("", value))
        sheet.write_string(below, 0, label, book.label)
        sheet.write_string(below, 1, value, book.wrapped)
        below += 1
    book.workbook.define_name("standard_version", "=Instructions!$B$4")
    below = _heading(book, sheet, below + 1, "How to fill it in")
    for sentence in HOW_TO_FILL_IN:
        fit_height(sheet, below, columns, ("", sentence))
        sheet.write_string(below, 1, sentence, book.wrapped)
        below += 1
    below = _heading(book, sheet, below + 1, "Columns")
    below = write_table(book, sheet, below, f"{r.name}_columns", columns, [_column(f) for f in r.fields])
    below = _heading(book, sheet, below + 1, "Rules")
    headings = [Column("Rule", 26), Column("What is said when it is broken", 70), Column("What follows", 34)]
    write_table(book, sheet, below, f"{r.name}_rules", headings, _rules(r))


def _heading(book: Book, sheet: Worksheet, row: int, text: str) -> int:
    sheet.write_string(row, 0, text, book.heading)
    return row + 1


def _facts(r: Return) -> list[tuple[str, str]]:
    """What, version, who, for when, by when. The version is third: the name `standard_version` points there."""
    return [
        ("What", r.description),
        ("Return", f"{r.code} {r.name}"),
        ("Version", r.version),
        ("Sent by", ", ".join(r.organisations)),
        ("For", " or ".join(p.replace("_", " ") for p in r.periods)),
        ("Which rows", f"Rows whose {r.event_date or r.primary_key[0]} falls in the period."),
        ("Due", f"{r.due_days} days after the end of the period"),
        ("One row is known by", ", ".join(r.primary_key)),
        (
            "Nothing to send",
            "Send a manifest (R00) with status NIL. What is not sent shows as not received, never 0.",
        ),
        ("Too many errors", f"More than {r.refuse_above:.0%} of rows in error: the file is refused."),
    ]


def describe_codes(f: Field) -> str:
    """What a column may hold, in words: its list and the date it is held against, or the values themselves."""
    if f.codes and f.codes.on:
        return f"list {f.codes.list}, valid on {f.codes.on}"
    return f"list {f.codes.list}" if f.codes else ", ".join(f.enum)


def _column(f: Field) -> tuple[str, ...]:
    needed = "yes" if f.required else "no"
    what = f.description + (f" Also taken as: {', '.join(f.aliases)}." if f.aliases else "")
    return f.name, what, KINDS[f.type], needed, describe_codes(f), f.example or ""


def _rules(r: Return) -> list[tuple[str, str, str]]:
    """Every rule across columns with its sentence; the rules of one column stand with the columns."""
    stands = "stands" if len(r.primary_key) == 1 else "together stand"
    key = ("R301", f"{', '.join(r.primary_key)} {stands} in more than one row.", WEIGHTS["error"])
    parents = [
        ("R304", f"{', '.join(k.fields)} has no row in {k.resource}.", WEIGHTS[k.severity])
        for k in r.foreign_keys
    ]
    return [key, *parents, *((rule.code, rule.says, WEIGHTS[rule.severity]) for rule in r.rules)]


def _code_rows(r: Return, codes: Path) -> list[dict[str, str]]:
    wanted = {f.codes.list for f in r.fields if f.codes}
    with codes.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["list"] in wanted]
    return sorted(rows, key=lambda row: row["list"])  # stable: codes keep the order of the file


def _places(lists: list[dict[str, str]]) -> dict[str, str]:
    """Where each code list will stand on the sheet Code lists, for the drop-downs."""
    lines: dict[str, list[int]] = {}
    for line, row in enumerate(lists, start=2):
        lines.setdefault(row["list"], []).append(line)
    return {name: f"='Code lists'!$B${min(at)}:$B${max(at)}" for name, at in lines.items()}


def _code_lists(book: Book, r: Return, lists: list[dict[str, str]]) -> None:
    columns = [Column("List", 26), Column("Code", 14), Column("Meaning", 80)]
    columns += [Column("Valid from", 14), Column("Valid to", 14)]
    keys = ("list", "code", "label", "valid_from", "valid_to")
    sheet = add_sheet(book, "Code lists", columns)
    write_table(book, sheet, 0, f"{r.name}_codes", columns, [[row[k] for k in keys] for row in lists])


def _data(book: Book, r: Return, places: dict[str, str], rows: Sequence[dict[str, str]]) -> None:
    """The sheet to fill in: one Table whose columns are text, but for numbers."""
    columns = [Column(f.name, max(14, len(f.name) + 2)) for f in r.fields]
    sheet = add_sheet(book, "Data")
    sheet.activate()
    for position, (f, column) in enumerate(zip(r.fields, columns, strict=True)):
        form = None if f.type in ("integer", "number") else book.as_text
        sheet.set_column(position, position, column.width, form)
        sheet.write_string(0, position, f.name, book.label)
        sheet.write_comment(0, position, _note(f), {"x_scale": 2.5, "y_scale": 2, "author": "Standard"})
        allowed = _allowed(f, places)
        if allowed:
            sheet.data_validation(1, position, LAST_ROW, position, allowed)
        for below, row in enumerate(rows, start=1):
            write_cell(book, sheet, below, position, row.get(f.name), book.as_text)
    mark_table(book, sheet, 0, max(1, len(rows)), r.name, columns)


def _note(f: Field) -> str:
    needed = "Must be filled in." if f.required else "May be empty."
    codes = describe_codes(f)
    parts = [f.title, f.description, f"Written as: {KINDS[f.type]}.", needed]
    parts += [f"Codes: {codes}."] if codes else []
    parts += [f"Example: {f.example}"] if f.example else []
    return "\n".join(parts)


def _allowed(f: Field, places: dict[str, str]) -> dict | None:
    """The drop-down of a column; it warns and does not forbid, since other spellings of a code are taken too."""
    if f.type == "array":
        return None  # a drop-down would let only one of several values in
    source: str | list[str] | None = places.get(f.codes.list) if f.codes else list(f.enum)
    if not source or len(",".join(source)) > DROP_DOWN_LENGTH:
        return None
    return {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": "Not on the list",
        "error_message": f"{f.name}: choose from the list ({describe_codes(f)})."[:255],
    }
