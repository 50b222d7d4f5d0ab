"""The workbook that goes back to an agency: what became of its file, and what to mend where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from xlsxwriter.worksheet import Worksheet

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
from ingest.scratch import scratch
from refusal import Refusal

MANY = 20_000  # findings or rows above which the sheets are streamed: constant memory, no Excel Tables
NOTES = 2_000  # notes on cells are slow to open; beyond these the column of reasons alone tells
ROW_BYTES = (
    700  # of a streamed row; it takes some 2,400 in temporary files, and scratch gives four times this
)
LAST_ROW = 1_048_000  # an Excel sheet holds no more
FATES = {
    "accepted": "Accepted.",
    "accepted with findings": "Accepted. Rows in error are set aside: mend them and send the whole file again.",
    "refused": "Refused. Nothing of it counts. Mend the file and send it again.",
    "nil": "Received as a nil return: nothing to count.",
    "superseded": "Accepted, and since replaced by a later submission.",
    "duplicate": "Received before, byte for byte. Nothing was changed.",
}
MEANS = {
    "file": "the file is refused",
    "error": "must be mended: the row is set aside",
    "warning": "please check: the row was taken",
    "information": "for your information",
}


def write_findings(connection, submission_id: int, path: Path) -> None:
    """Write the findings of one submission: Summary, Error summary, Rows to fix, Your rows.

    Reads `landing.submissions`, `.findings`, `.skipped` and `quarantine.<return>`; raises Refusal where
    there is no such submission.
    """
    submission = _submission(connection, submission_id)
    findings = _count(connection, "landing.findings", submission_id)
    kept_back = _quarantined(connection, submission)
    title = f"Findings: {submission['file_name']}"
    with _opened(path, title, submission, findings, kept_back) as book:
        _summary(book, submission, connection, title, findings)
        _error_summary(book, connection, submission_id)
        _rows_to_fix(book, connection, submission_id)
        if kept_back:
            _your_rows(book, connection, submission)
        book.workbook.close()


@contextmanager
def _opened(path: Path, title: str, submission: dict, findings: int, kept_back: int) -> Iterator[Book]:
    """The workbook to write; a streamed one's temporary files lie where the files being read do, and go with it.

    Without a memory disk that is beside the workbook itself, which holds the same rows.
    """
    stream = max(findings, kept_back) > MANY
    known = {
        "submission_id": str(submission["submission_id"]),
        "standard_version": submission["standard_version"] or "",
    }
    book = open_book(path, title, f"{submission['return_code']}", known, stream=stream)
    if not stream:
        yield book
        return
    with scratch(path.resolve().parent, (findings + kept_back) * ROW_BYTES, must=False) as folder:
        book.workbook.tmpdir = str(folder)
        yield book


def _rows(connection, sql: str, parameters: list) -> Iterator[tuple]:
    """The rows of a query, a thousand at a time; read them all before the next query."""
    result = connection.execute(sql, parameters)
    while batch := result.fetchmany(1000):
        yield from batch


def _submission(connection, submission_id: int) -> dict:
    result = connection.execute("from landing.submissions where submission_id = ?", [submission_id])
    names = [column[0] for column in result.description]
    row = result.fetchone()
    if row is None:
        raise Refusal(f"There is no submission {submission_id}. `warehouse status` lists them.")
    return dict(zip(names, row, strict=True))


def _count(connection, table: str, submission_id: int) -> int:
    sql = f"select count(*) from {table} where submission_id = ?"
    return connection.execute(sql, [submission_id]).fetchone()[0]


def _quarantined(connection, submission: dict) -> int:
    if not submission["return_name"]:
        return 0  # refused before anyone could tell which return it is
    return _count(connection, f"quarantine.{submission['return_name']}", submission["submission_id"])


def _summary(book: Book, submission: dict, connection, title: str, findings: int) -> None:
    columns = [Column("", 30), Column("", 90)]
    sheet = add_sheet(book, "Summary", columns)
    sheet.write_string(0, 0, title, book.heading)
    lines = [*_facts(submission), *_skipped(connection, submission["submission_id"])]
    lines += [("Findings", findings), ("What to do next", _next(submission["status"], findings))]
    if not book.tables:
        lines.append(("Length", f"More than {MANY} lines: the sheets are plain lists, without Excel Tables."))
    for row, (label, value) in enumerate(lines, start=1):
        fit_height(sheet, row, columns, ("", value))
        sheet.write_string(row, 0, label, book.label)
        write_cell(book, sheet, row, 1, value, book.wrapped)


def _facts(submission: dict) -> list[tuple[str, object]]:
    received = submission["received_at"]
    fate = FATES.get(submission["status"], submission["status"])
    return [
        ("File", submission["file_name"]),
        ("Return", " ".join(filter(None, (submission["return_code"], submission["return_name"])))),
        ("Organisation", submission["organisation_code"]),
        ("Period", submission["period"]),
        ("Received", received.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("SHA-256 begins", submission["sha256"][:12]),
        ("Standard version", submission["standard_version"]),
        ("Fate", " ".join(filter(None, (fate, submission["says"])))),
        ("Rows read", submission["rows_read"]),
        ("Rows accepted", submission["rows_accepted"]),
        ("Rows quarantined", submission["rows_quarantined"]),
        ("Rows skipped", submission["rows_skipped"]),
    ]


def _skipped(connection, submission_id: int) -> list[tuple[str, str]]:
    sql = """
        select reason, sum(rows)::bigint, string_agg(distinct file, ', ' order by file) from landing.skipped
        where submission_id = ? group by reason order by reason"""
    rows = _rows(connection, sql, [submission_id])
    return [("Skipped because", f"{reason} ({count} rows{_in(files)})") for reason, count, files in rows]


def _in(files: str | None) -> str:
    return f", {files}" if files else ""


def _next(status: str, findings: int) -> str:
    if status == "refused":
        return "See Error summary, then Rows to fix. Mend your own system first, so that it stays mended."
    return "See Rows to fix." if findings else "Nothing."


def _error_summary(book: Book, connection, submission_id: int) -> None:
    columns = [Column("Code", 12), Column("Severity", 14), Column("Count", 10)]
    columns += [Column("What is wrong", 90), Column("Columns", 40)]
    sql = """
        select rule_code, severity, count(*), says, string_agg(distinct column_name, ', ' order by column_name)
        from landing.findings where submission_id = ?
        group by rule_code, severity, says
        order by list_position(['file', 'error', 'warning', 'information'], severity), count(*) desc,
            rule_code, says"""
    sheet = add_sheet(book, "Error summary", columns)
    write_table(book, sheet, 0, "error_summary", columns, _rows(connection, sql, [submission_id]))


def _rows_to_fix(book: Book, connection, submission_id: int) -> None:
    columns = [Column("File", 34), Column("Sheet", 14), Column("Line", 10), Column("Column", 26)]
    columns += [Column("Value as sent", 24), Column("Code", 12), Column("What is wrong", 70)]
    columns += [Column("What it means", 40)]
    sql = f"""
        select file, sheet, line, column_name, value, rule_code, says, severity from landing.findings
        where submission_id = ?
        order by file, sheet, line nulls first, column_name, rule_code, says, value limit {LAST_ROW}"""
    sheet = add_sheet(book, "Rows to fix", columns)
    rows = ((*row[:-1], MEANS[row[-1]]) for row in _rows(connection, sql, [submission_id]))
    write_table(book, sheet, 0, "rows_to_fix", columns, rows)


def _your_rows(book: Book, connection, submission: dict) -> None:
    """The rows set aside, as sent, with what is wrong in words first and the cells at fault shaded and noted."""
    table = f"quarantine.{submission['return_name']}"
    described = connection.execute(f"describe {table}").fetchall()
    names = [row[0] for row in described if row[0] not in ("submission_id", "reasons", "raw")]
    headings = ["what is wrong", "reasons", *names, "raw"]
    columns = [Column("what is wrong", 60), *(Column(h, max(12, len(h) + 2)) for h in headings[1:])]
    sheet = add_sheet(book, "Your rows", columns)
    for position, heading in enumerate(headings):
        sheet.write_string(0, position, heading, book.label)
    below, noted = 1, 0
    for row in _rows(connection, _your_rows_sql(table, names), [submission["submission_id"]] * 2):
        fit_height(sheet, below, columns, row[:1])
        noted += _your_row(
            book, sheet, below, dict(zip(headings, row[:-1], strict=True)), row[-1], noted < NOTES
        )
        below += 1
    mark_table(book, sheet, 0, below - 1, "your_rows", columns)


def _your_rows_sql(table: str, names: list[str]) -> str:
    """Each row set aside, the sentences about it, and its faults as (column, sentence)."""
    listed = ", ".join(f'q."{name}"' for name in names)
    return f"""
        with faults as (
            select file, sheet, line, list(distinct says order by says) as sentences,
                list({{'column': column_name, 'says': says}} order by column_name, says) as faults
            from landing.findings
            where submission_id = ? and line is not null and severity in ('error', 'warning')
            group by all
        )
        select array_to_string(f.sentences, ' '), array_to_string(q.reasons, ', '), {listed}, q.raw, f.faults
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
            write_cell(book, sheet, row, position, value, book.wrapped if position == 0 else book.as_text)
            continue
        sheet.write_blank(row, position, None, book.shaded)  # so that an empty cell shows where it is
        write_cell(book, sheet, row, position, value, book.shaded)
        if note:
            sheet.write_comment(
                row, position, "\n".join(wrong[heading]), {"author": "Findings", "x_scale": 2}
            )
            noted += 1
    return noted
