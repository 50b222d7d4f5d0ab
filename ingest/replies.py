"""A findings workbook that came back, or a CSV of its sheet Warnings → what the sender says of each warning.

It is from outside like any other file: this runs where files are read, and knows nothing of the warehouse.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ingest.findings_words import EXPLANATION, EXPLANATIONS, REASON, REFERENCE, RULES, WRONG
from ingest.headers import fold
from ingest.reading import Explained, Reading, Sent, Unreadable

MOST = 100_000  # answers of one file; no submission that was taken has so many warnings
OURS = {"Error summary", "How to reply"}
ANSWERS = [fold(heading) for heading in (REFERENCE, REASON, EXPLANATION)]
ROWS_BACK = {fold(WRONG), fold(RULES)}


def is_reply(fields: Sequence[str]) -> bool:
    """Whether a CSV's first line is that of the sheet Warnings; raises Unreadable for that of the rows set aside.

    Those rows alone would pass for the whole return, and take its place.
    """
    if {fold(f) for f in fields} >= ROWS_BACK:
        raise Unreadable(
            "F041",
            "This is the sheet 'Your rows' of a findings workbook. Mend the rows in your own system, "
            "and send the whole file.",
        )
    return _is_header(fields)


def is_findings_book(book) -> bool:
    """Whether an open workbook is one of findings, whatever was done in it."""
    return set(book.values.sheetnames) >= OURS


def _is_header(fields: Sequence[str]) -> bool:
    return {fold(f) for f in fields} >= set(ANSWERS)


def read_book(book, sent: Sent) -> Reading:
    """The answers in a findings workbook that came back, whatever its sheets are called now."""
    from ingest.excel import rows_of

    for sheet, formulas in book.sheets:
        _, first = next(rows_of(sheet, None), (1, []))
        if _is_header(first):
            return _reading(sheet.title, rows_of(sheet, formulas))
    return _reading(None, [])


def read_csv(sent: Sent, out: Path) -> Reading:
    """The answers in its sheet Warnings, saved as CSV."""
    import numpy as np

    from ingest.scan import scan_csv

    scan = scan_csv(sent, out, _is_header)
    lines = np.load(scan.line_of).tolist()
    with scan.data.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, strict=True)
        for _ in range(scan.skip):
            next(rows)
        numbered = [(scan.header_line, scan.header), *zip(lines, rows, strict=True)]
        numbered += [(line, [text]) for line, text, _ in scan.bad]
        return _reading(None, numbered)


def _reading(sheet: str | None, rows: Iterable[tuple[int, list[str]]]) -> Reading:
    answers, empty = [], 0
    for answer in _answers(rows):
        if answer.reason or answer.words:
            answers.append(answer)
        else:
            empty += 1
        if len(answers) > MOST:
            raise Unreadable(
                "F042", f"There are more than {MOST:,} explanations in this file. Send it in parts."
            )
    return Reading(
        EXPLANATIONS, "utf-8", None, None, (), explained=tuple(answers), unexplained=empty, sheet=sheet
    )


def _answers(rows: Iterable[tuple[int, list[str]]]) -> Iterator[Explained]:
    """Each row below the headings; one too short to hold a reference has an empty one."""
    places = None
    for line, cells in rows:
        if places is None:
            folded = [fold(c) for c in cells]
            places = [folded.index(name) for name in ANSWERS] if _is_header(cells) else None
        elif any(cells):
            reference, reason, words = (cells[p].strip() if p < len(cells) else "" for p in places)
            yield Explained(line, reference, reason, words)
