"""The sheets of a findings workbook that list: rules broken, rows to mend, warnings to answer, rows set aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlsxwriter.worksheet import Worksheet

from expectations.workbook import Book, Column, add_sheet, fit_height, mark_table, write_cell, write_table
from ingest.explained import REFERENCE, latest, same_place
from ingest.findings_words import (
    EXPLANATION,
    LONGEST,
    MEANS,
    REASON,
    REASONS,
    RULES,
    WRONG,
    how_to_mend,
)
from ingest.findings_words import REFERENCE as REFERENCES

NOTES = 2_000  # notes on cells are slow to open; beyond these the columns in words alone tell
LAST_ROW = 1_048_000  # an Excel sheet holds no more
SEVERITIES = ["file", "error", "warning", "information"]
PLACE = (Column("File", 34), Column("Sheet", 14), Column("Line", 10), Column("Column", 26))
FOUND = (*PLACE, Column("Value as sent", 24), Column("Code", 12))
ANSWERS = (Column(REASON, 34), Column(EXPLANATION, 60))
IN_ORDER = "f.file, f.sheet, f.line nulls first, f.column_name, f.rule_code, f.says, f.value"
CELLS = "cells to mend"


def rows_of(connection, sql: str, parameters: Sequence) -> Iterator[tuple]:
    """The rows of a query, a thousand at a time; read them all before the next query."""
    result = connection.execute(sql, parameters)
    while batch := result.fetchmany(1000):
        yield from batch


def error_summary(book: Book, connection, submission_id: int) -> None:
    """Each rule broken, the gravest first: how often, how much of it is explained, and how to mend it."""
    columns = [Column("Code", 12), Column("Severity", 34), Column("How many", 10), Column("Explained", 10)]
    columns += [Column("What is wrong", 70), Column("How to mend", 60), Column("Columns", 34)]
    sql = f"""
        select f.rule_code, f.severity, count(*), count(e.reason), f.says,
            string_agg(distinct f.column_name, ', ' order by f.column_name)
        from landing.findings as f left join {latest(connection)} as e on {same_place("e", "f")}
        where f.submission_id = ?
        group by f.rule_code, f.severity, f.says
        order by list_position(?, f.severity), count(*) desc, f.rule_code, f.says"""
    sheet = _sheet(book, "Error summary", columns)
    rows = (
        (code, MEANS[severity], count, explained, says, how_to_mend(code, severity), named)
        for code, severity, count, explained, says, named in rows_of(
            connection, sql, [submission_id, SEVERITIES]
        )
    )
    write_table(book, sheet, 0, "error_summary", columns, rows)


def rows_to_fix(book: Book, connection, submission_id: int) -> None:
    """What must be mended, by the agency's own file, sheet and line."""
    columns = [*FOUND, Column("What is wrong", 70), Column("How to mend", 60)]
    rows = (
        (*row[:-1], how_to_mend(row[5], row[-1]))
        for row in _found(connection, submission_id, ("file", "error"), "f.severity")
    )
    write_table(book, _sheet(book, "Rows to fix", columns), 0, "rows_to_fix", columns, rows)


def information(book: Book, connection, submission_id: int) -> None:
    """What needs nothing done."""
    columns = [*FOUND, Column("What we noticed", 70)]
    rows = _found(connection, submission_id, ("information",))
    write_table(book, _sheet(book, "For information", columns), 0, "for_information", columns, rows)


def _found(connection, submission_id: int, severities: tuple[str, ...], more: str = "") -> Iterator[tuple]:
    told = [
        "f.file",
        "f.sheet",
        "f.line",
        "f.column_name",
        "f.value",
        "f.rule_code",
        "f.says",
        *filter(None, [more]),
    ]
    sql = f"""
        select {", ".join(told)} from landing.findings as f
        where f.submission_id = ? and list_contains(?, f.severity) order by {IN_ORDER} limit {LAST_ROW}"""
    return rows_of(connection, sql, [submission_id, list(severities)])


def warnings(book: Book, connection, submission_id: int, ask: bool) -> None:
    """Each warning; where the sender is to `ask`wer, with room for why, what was said before below what is open."""
    columns = [*FOUND, Column("What to check", 60)]
    if not ask:
        rows = _found(connection, submission_id, ("warning",))
        write_table(book, _sheet(book, "Warnings", columns), 0, "warnings", columns, rows)
        return
    columns += [*ANSWERS, Column("Where it stands", 26), Column(REFERENCES, 26)]
    sheet = _sheet(book, "Warnings", columns)
    for position, column in enumerate(columns):
        sheet.write_string(0, position, column.heading, book.label)
    below = 1
    for row in rows_of(connection, _warnings_sql(connection), [submission_id]):
        fit_height(sheet, below, columns, row)
        for position, value in enumerate(row):
            answer = columns[position] in ANSWERS
            if answer:
                sheet.write_blank(below, position, None, book.to_fill)
            write_cell(book, sheet, below, position, value, book.to_fill if answer else book.wrapped)
        below += 1
    mark_table(book, sheet, 0, max(below - 1, 1), "warnings", columns)
    _to_choose(sheet, columns.index(ANSWERS[0]), max(below - 1, 1))


def _warnings_sql(connection) -> str:
    return f"""
        select f.file, f.sheet, f.line, f.column_name, f.value, f.rule_code, f.says, e.reason, e.explanation,
            case when e.reason is null then 'open'
                else 'explained ' || strftime(e.received_at at time zone 'UTC', '%Y-%m-%d')
                    || coalesce(' for submission ' || e.carried_from_submission_id, '') end,
            {REFERENCE}
        from landing.findings as f
        join landing.submissions as s using (submission_id)
        left join {latest(connection)} as e on {same_place("e", "f")}
        where f.submission_id = ? and f.severity = 'warning'
        order by e.reason is not null, {IN_ORDER} limit {LAST_ROW}"""


def _to_choose(sheet: Worksheet, first: int, last_row: int) -> None:
    """The list of reasons, and the length of an explanation, held by Excel itself."""
    sheet.data_validation(
        1, first, last_row, first,
        {
            "validate": "list", "source": list(REASONS), "ignore_blank": True,
            "input_title": "Reason", "input_message": "Choose why the record is right, or leave it empty.",
            "error_title": "Not on the list", "error_message": "Choose one of the list, or leave it empty.",
        },
    )  # fmt: skip
    sheet.data_validation(
        1, first + 1, last_row, first + 1,
        {
            "validate": "length", "criteria": "<=", "value": LONGEST, "ignore_blank": True,
            "error_title": "Too long", "error_message": f"No more than {LONGEST} characters.",
        },
    )  # fmt: skip


def _sheet(book: Book, name: str, columns: Sequence[Column]) -> Worksheet:
    """A sheet whose headings stay in sight, and stand on every page on paper."""
    sheet = add_sheet(book, name, columns)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    return sheet


def your_rows(book: Book, connection, submission: dict) -> None:
    """The rows set aside, as sent, with what is wrong in words first and the cells at fault shaded and noted."""
    table = f"quarantine.{submission['return_name']}"
    described = connection.execute(f"describe {table}").fetchall()
    names = [row[0] for row in described if row[0] not in ("submission_id", "reasons", "raw")]
    headings = [WRONG, CELLS, RULES, *names, "raw"]
    columns = [Column(WRONG, 60), Column(CELLS, 26), *(Column(h, max(12, len(h) + 2)) for h in headings[2:])]
    sheet = _sheet(book, "Your rows", columns)
    for position, heading in enumerate(headings):
        sheet.write_string(0, position, heading, book.label)
    below, noted = 1, 0
    for row in rows_of(connection, _your_rows_sql(table, names), [submission["submission_id"]] * 2):
        fit_height(sheet, below, columns, row[:2])
        values = dict(zip(headings, row[:-1], strict=True))
        noted += _your_row(book, sheet, below, values, row[-1], noted < NOTES)
        below += 1
    mark_table(book, sheet, 0, below - 1, "your_rows", columns)


def _your_rows_sql(table: str, names: list[str]) -> str:
    """Each row set aside, the sentences about it, and its faults as (column, sentence)."""
    listed = ", ".join(f'q."{name}"' for name in names)
    return f"""
        with faults as (
            select file, sheet, line, list(distinct says order by says) as sentences,
                string_agg(distinct column_name, ', ' order by column_name) as cells,
                list({{'column': column_name, 'says': says}} order by column_name, says) as faults
            from landing.findings
            where submission_id = ? and line is not null and severity in ('error', 'warning')
            group by all
        )
        select array_to_string(f.sentences, ' '), f.cells, array_to_string(q.reasons, ', '), {listed}, q.raw, f.faults
        from {table} q
        left join faults f
            on q.file is not distinct from f.file
            and q.sheet is not distinct from f.sheet
            and q.line = f.line
        where q.submission_id = ?
        order by q.file, q.sheet, q.line limit {LAST_ROW}"""


def _your_row(book: Book, sheet: Worksheet, row: int, values: dict, faults: list | None, note: bool) -> int:
    """Write one row set aside; returns how many notes it took."""
    wrong: dict[str, list[str]] = {}
    for fault in faults or ():
        wrong.setdefault(fault["column"], []).append(fault["says"])
    noted = 0
    for position, (heading, value) in enumerate(values.items()):
        if heading not in wrong:
            write_cell(book, sheet, row, position, value, book.wrapped if position < 2 else book.as_text)
            continue
        sheet.write_blank(row, position, None, book.shaded)  # so that an empty cell shows where it is
        write_cell(book, sheet, row, position, value, book.shaded)
        if note:
            told = {"author": "Findings", "x_scale": 2}
            sheet.write_comment(row, position, "\n".join(wrong[heading]), told)
            noted += 1
    return noted
