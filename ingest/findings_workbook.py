"""The workbook that goes back to an agency: what became of its file, what to mend where, and how to reply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from expectations.workbook import Book, Column, add_sheet, fit_height, open_book, write_cell
from ingest import findings_sheets as sheets
from ingest.explained import latest, same_place
from ingest.findings_words import EXPLANATIONS, fate, how_to_reply
from ingest.scratch import scratch
from refusal import Refusal

MANY = 20_000  # findings or rows above which the sheets are streamed: constant memory, no Excel Tables
ROW_BYTES = (
    700  # of a streamed row; it takes some 2,400 in temporary files, and scratch gives four times this
)
LABELS = (Column("", 30), Column("", 90))


def write_findings(connection, submission_id: int, path: Path, alone: bool = False) -> None:
    """Write the findings of one submission: Summary, How to reply, and a sheet for each thing to look at.

    Reads `landing.submissions`, `.findings`, `.explanations`, `.skipped` and `quarantine.<return>`; raises Refusal
    where there is no such submission. `alone` is the check of a file by itself, which nobody can reply to.
    """
    submission = _submission(connection, submission_id)
    found = _counts(connection, submission_id)
    kept_back = _quarantined(connection, submission)
    title = f"Findings: {submission['file_name']}"
    refused = submission["status"] == "refused"
    with _opened(path, title, submission, sum(found.values()), kept_back) as book:
        _summary(book, submission, connection, title, found)
        _how_to_reply(book, refused, alone)
        sheets.error_summary(book, connection, submission_id)
        if found["to mend"]:
            sheets.rows_to_fix(book, connection, submission_id)
        if found["open"] + found["explained"]:
            sheets.warnings(book, connection, submission_id, not (refused or alone))
        if found["information"]:
            sheets.information(book, connection, submission_id)
        if kept_back:
            sheets.your_rows(book, connection, submission)
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


def _submission(connection, submission_id: int) -> dict:
    result = connection.execute("from landing.submissions where submission_id = ?", [submission_id])
    names = [column[0] for column in result.description]
    row = result.fetchone()
    if row is None:
        raise Refusal(f"There is no submission {submission_id}. `warehouse status` lists them.")
    return dict(zip(names, row, strict=True))


def _counts(connection, submission_id: int) -> dict[str, int]:
    """How many findings there are to mend, of warnings open and explained, and for information."""
    sql = f"""
        select count(*) filter (f.severity in ('file', 'error')),
            count(*) filter (f.severity = 'warning' and e.reason is null),
            count(*) filter (f.severity = 'warning' and e.reason is not null),
            count(*) filter (f.severity = 'information')
        from landing.findings as f left join {latest(connection)} as e on {same_place("e", "f")}
        where f.submission_id = ?"""
    row = connection.execute(sql, [submission_id]).fetchone()
    return dict(zip(("to mend", "open", "explained", "information"), row, strict=True))


def _quarantined(connection, submission: dict) -> int:
    if not submission["return_name"]:
        return 0  # refused before anyone could tell which return it is
    sql = f"select count(*) from quarantine.{submission['return_name']} where submission_id = ?"
    return connection.execute(sql, [submission["submission_id"]]).fetchone()[0]


def _summary(book: Book, submission: dict, connection, title: str, found: dict[str, int]) -> None:
    lines = [*_facts(submission), *_skipped(connection, submission["submission_id"])]
    lines += [
        ("Findings to mend", found["to mend"]),
        ("Warnings open", found["open"]),
        ("Warnings explained", found["explained"]),
        ("For information", found["information"]),
        ("What to do next", _next(submission, found)),
    ]
    if not book.tables:
        lines.append(("Length", f"More than {MANY} lines: the sheets are plain lists, without Excel Tables."))
    _lines(book, "Summary", title, lines)


def _how_to_reply(book: Book, refused: bool, alone: bool) -> None:
    _lines(book, "How to reply", "How to reply", how_to_reply(refused, alone))


def _lines(book: Book, name: str, title: str, lines: list[tuple[str, object]]) -> None:
    """A sheet of labels and what is said of each, below its title."""
    sheet = add_sheet(book, name, LABELS)
    sheet.write_string(0, 0, title, book.heading)
    for row, (label, value) in enumerate(lines, start=1):
        fit_height(sheet, row, LABELS, ("", value))
        sheet.write_string(row, 0, label, book.label)
        write_cell(book, sheet, row, 1, value, book.wrapped)


def _facts(submission: dict) -> list[tuple[str, object]]:
    received = submission["received_at"]
    read, taken, aside, skipped = (
        submission[f"rows_{what}"] for what in ("read", "accepted", "quarantined", "skipped")
    )
    return [
        ("File", submission["file_name"]),
        ("Return", _what(submission)),
        ("Organisation", submission["organisation_code"]),
        ("Period", submission["period"]),
        ("Received", received.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("SHA-256 begins", submission["sha256"][:12]),
        ("Standard version", submission["standard_version"]),
        ("Fate", fate(submission)),
        ("Rows read", read),
        ("Rows accepted", taken),
        ("Rows set aside", aside),
        ("Rows skipped", skipped),
        ("No row is lost", f"{read:,} read = {taken:,} accepted + {aside:,} set aside + {skipped:,} skipped"),
    ]


def _what(submission: dict) -> str:
    if submission["format"] == EXPLANATIONS:
        return "Explanations of warnings"
    return " ".join(filter(None, (submission["return_code"], submission["return_name"])))


def _skipped(connection, submission_id: int) -> list[tuple[str, str]]:
    sql = """
        select reason, sum(rows)::bigint, string_agg(distinct file, ', ' order by file) from landing.skipped
        where submission_id = ? group by reason order by reason"""
    rows = sheets.rows_of(connection, sql, [submission_id])
    return [
        ("Skipped because", f"{reason} ({count:,} {'row' if count == 1 else 'rows'}{_in(files)})")
        for reason, count, files in rows
    ]


def _in(files: str | None) -> str:
    return f", {files}" if files else ""


def _next(submission: dict, found: dict[str, int]) -> str:
    """What to do, in the order to do it."""
    if submission["status"] == "refused":
        return "See Error summary, then Rows to fix. Mend your own system first, so that it stays mended."
    steps = [("See Rows to fix.", found["to mend"])]
    steps.append(
        ("See Warnings: mend what is wrong, explain what is right. How to reply says how.", found["open"])
    )
    return " ".join(says for says, count in steps if count) or "Nothing."
