"""What the council and the police are each to look at again: two workbooks, and in each nothing of the other side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import xlsxwriter

from reports.reconciliation import OTHER_KEYS, STATUSES, Reconciliation

AUTHOR = "South Yorkshire core data set"
# A reference such as =HYPERLINK(…) must come back as the text it is; the clock would make two copies differ.
TEXT_IS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NO_DATE = datetime(2000, 1, 1)
HEADINGS = {"Your reference": 24, "Began": 18, "Ended": 18, "Status": 14, "What to check": 90}
OTHERS = {"council": "the police", "police": "the council"}
HAVE = {"council": ("have", "were"), "police": ("has", "was")}  # of the other side
ALONE = {
    "LA_ONLY": "The police have no episode of this child that began this month. "
    "Check that it was reported to them, and the child's pseudonym.",
    "POL_ONLY": "The council has no episode of this child that began this month. "
    "Check which council looks after the child, that it was told, and the child's pseudonym.",
}


def write_worklists(found: Reconciliation, out: Path) -> list[Path]:
    """Write both worklists into the folder `out` → the council's, the police's; the same release, the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    return [_write(found, side, out) for side in ("council", "police")]


def _write(found: Reconciliation, side: str, out: Path) -> Path:
    path = out / f"{found.manifest['name']}-for-{found.manifest['sides'][side]['organisation']}.xlsx"
    workbook = xlsxwriter.Workbook(str(path), TEXT_IS_TEXT)
    workbook.set_properties({"title": found.title, "author": AUTHOR, "created": NO_DATE})
    _about(workbook, found, side)
    _list(workbook, list(worklist(found, side)) or [("", "", "", "", _nothing(found, side))])
    workbook.close()
    return path


def _about(workbook, found: Reconciliation, side: str) -> None:
    bold = workbook.add_format({"bold": True, "valign": "top"})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet = _sheet(workbook, "About", (24, 100))
    sheet.write_string(0, 0, found.title, workbook.add_format({"bold": True, "font_size": 16}))
    for row, (label, says) in enumerate(about(found, side), start=1):
        sheet.write_string(row, 0, label, bold)
        sheet.write_string(row, 1, says, wrapped)


def _list(workbook, lines: list[tuple[str, ...]]) -> None:
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet = _sheet(workbook, "Worklist", HEADINGS.values())
    sheet.freeze_panes(1, 0)
    for row, line in enumerate(lines, start=1):
        for position, value in enumerate(line):
            sheet.write_string(row, position, value, wrapped)
    columns = [{"header": heading} for heading in HEADINGS]
    look = {"name": "worklist", "columns": columns, "style": "Table Style Light 1", "autofilter": False}
    sheet.add_table(0, 0, len(lines), len(HEADINGS) - 1, look)


def _sheet(workbook, name: str, widths):
    """A sheet with its columns' widths; on paper A4, landscape, one page wide."""
    sheet = workbook.add_worksheet(name)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for position, width in enumerate(widths):
        sheet.set_column(position, position, width)
    return sheet


def about(found: Reconciliation, side: str) -> Iterator[tuple[str, str]]:
    """What stands on the first sheet, as label and words; of counts the side's own alone."""
    count = found.council_count if side == "council" else found.police_count
    yield "Protection", found.manifest["protection"]
    yield "For", found.manifest["sides"][side]["name"]
    yield (
        "Your absences",
        "Your return has not come." if count is None else f"{count:,} of more than 24 hours",
    )
    if not found.compared:
        yield "Not received", f"{', '.join(found.manifest['not_received'])}. Nothing is compared."
    if alone := _unmatched_count(found, side):
        yield "Cannot be compared", f"{alone:,} of your absences. {OTHER_KEYS}"
    yield "Last return received", found.manifest["vintage"] or "nothing received"
    yield "Release", found.manifest["name"]
    shown = {line["status"] for line in _of(found, side)}
    for status, means in STATUSES.items():
        if status in shown:
            yield status, f"{means[0].upper()}{means[1:]}."
    for told in found.manifest["breaks"]:
        yield "Break in the series", f"{told['break_date'] or 'Day not known'}: {told['note']}"


def worklist(found: Reconciliation, side: str) -> Iterator[tuple[str, ...]]:
    """Reference, start, end, status and what to check of each episode of one side, each line once."""
    order = list(STATUSES)
    lines = {
        (line["episode_ref"], line["started"], line["ended"] or "open", line["status"], _check(line))
        for line in _of(found, side)
    }
    yield from sorted(lines, key=lambda line: (order.index(line[3]), line[1], line))


def _of(found: Reconciliation, side: str) -> list[dict]:
    return [line for line in found.lines if line["side"] == side]


def _unmatched_count(found: Reconciliation, side: str) -> int:
    """How many of a side's own absences stand under a key the other does not use."""
    own = "council_ref" if side == "council" else "police_counted_refs"
    return sum(bool(row[own]) for row in found.unmatched)


def _nothing(found: Reconciliation, side: str) -> str:
    """What an empty list says: that nothing was found where not all was looked at would not be true."""
    return f"Nothing to check{' among what can be compared' if _unmatched_count(found, side) else ''}."


def _check(line: dict) -> str:
    """What to look at, in words that say nothing of the other side's reference, times or other children."""
    other, (have, were) = OTHERS[line["side"]], HAVE[line["side"]]
    begins = f"{other[0].upper()}{other[1:]} {have}"
    if line["status"] in ALONE:
        return ALONE[line["status"]]
    if line["is_own_absence"] != "True":
        return f"{begins} another absence of this child this month. Check for one not recorded, or merged."
    if line["status"] == "CHILD_ONLY":
        return (
            f"{begins} another episode of this child this month, not this one. "
            f"Check its dates, and that {other} {were} told."
        )
    says = [f"Check when it began: {other} {have} another time."] if line["is_start_close"] == "False" else []
    says += [f"Check when it ended: {other} {have} another time."] if line["is_end_close"] == "False" else []
    if line["is_counted"] != line["is_counted_by_other"]:
        who = "you alone have" if line["is_counted"] == "True" else f"{other} alone {have}"
        says.append(
            f"Check how long it lasted and whether the child was missing: {who} it as missing over 24 hours."
        )
    return " ".join(says)
