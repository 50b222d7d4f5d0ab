"""Reads Ofsted's ILACS Annex A workbook: one file of eleven lists, up to five returns, as at one day.

The day is not in the workbook: folder, file name, manifest or --period must say it (agreement.py).
"""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ingest.excel import Book
from ingest.inbox import said_by_name
from ingest.national.annex_a_row import Need, Row, person
from ingest.national.annex_a_rows import COLUMNS, LOCAL_IDS, OF_LIST, children_in_need
from ingest.national.annex_a_sheets import Notes, Sheet, sheets, tell_broken, tell_header
from ingest.national.annex_a_spec import annex_a
from ingest.national.collection import COUNCILS
from ingest.reading import Reading, Sent, Table, Unreadable

FORMAT = "annex_a"
PLACE = ("file", "sheet", "line", "raw")
REFERRALS, CARE = "sc_contact_referral", "lac_episode"
# The return that is told of a list that feeds none.
TOLD = {"List 2": REFERRALS, "List 6": REFERRALS, "List 9": CARE, "List 10": CARE, "List 11": CARE}


@dataclass
class _Work:
    """One workbook being read: List 6 by child and day, the days that List 3 has, the rows written so far."""

    la: str
    epoch: int
    notes: Notes
    writers: dict
    needs: dict[tuple[str, str], Need] = field(default_factory=dict)
    cases: Counter = field(default_factory=Counter)
    joined: set[tuple[str, str]] = field(default_factory=set)
    rows: Counter = field(default_factory=Counter)

    def write(self, name: str, row: Row, values: dict[str, str]) -> None:
        place = (self.notes.file, row.sheet.title, row.line, "")
        self.writers[name].writerow((*place, *(values.get(c, "") for c in COLUMNS[name])))
        self.rows[name] += 1


def read_annex_a(file: Sent, book: Book, organisation_code: str | None, out: Path) -> Reading:
    """One workbook → R09, R10, R11, R13 and R14B, those whose lists are in it.

    Raises Unreadable: F010 where nobody says which council sent it, S104-S115 where a sheet is not one list.
    """
    organisation = organisation_code or said_by_name(file.name).organisation_code
    la = _council(organisation)
    notes = Notes(file.name)
    found = sheets(book, notes, REFERRALS)
    feeding = [one for one in annex_a().lists if one.name in found and one.feeds]
    names = tuple(dict.fromkeys(name for one in feeding for name in one.feeds))
    if not names:
        raise Unreadable(
            "S113", f"No list in it feeds a return of ours; it holds {', '.join(sorted(found))}."
        )
    _tell_absent(found, names, notes)
    with ExitStack() as stack:
        work = _Work(la, book.epoch, notes, {name: _open(stack, out, name) for name in names})
        _read_needs(found, work)
        for one in feeding:
            _read_list(found[one.name], work)
    _set_aside(found, work)
    for name in names:
        notes.say(name, "AXA01", annex_a().not_said[name], "information")
    return _reading(organisation, names, work.rows, notes, out)


def _council(organisation: str | None) -> str:
    if organisation not in COUNCILS.values():
        says = f"An Annex A does not say whose it is: sent from {organisation or 'nobody'}; BAR, DON, ROT or SHE is expected."
        raise Unreadable("F010", says)
    return next(number for number, code in COUNCILS.items() if code == organisation)


def _tell_absent(found: dict[str, Sheet], names: tuple[str, ...], notes: Notes) -> None:
    """A return with only one of its two lists is not whole, and the sender is told."""
    for one in annex_a().lists:
        for name in set(one.feeds) & set(names):
            if one.name not in found:
                says = f"{one.name} ({one.title}) is not in the workbook; the return has nothing of it."
                notes.say(name, "S113", says)


def _open(stack: ExitStack, out: Path, name: str):
    sink = stack.enter_context((out / f"{name}.csv").open("w", encoding="utf-8", newline=""))
    writer = csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow((*PLACE, *COLUMNS[name]))
    return writer


def _read_needs(found: dict[str, Sheet], work: _Work) -> None:
    """List 6, before List 3 is read: what it holds of each child and day, and how many rows hold it."""
    sheet = found.get("List 6")
    if sheet is None:
        return
    tell_header(sheet, work.notes, REFERRALS)
    for line, cells in sheet.rows(work.notes, REFERRALS):
        tell_broken(sheet, line, cells, work.notes, REFERRALS)
        key, need = children_in_need(Row(work.la, work.epoch, sheet, line, cells, work.notes, REFERRALS))
        work.needs[key] = need
        work.cases[key] += 1


def _read_list(sheet: Sheet, work: _Work) -> None:
    """Every row of one list into the returns it feeds."""
    name, to, read, before = sheet.list.name, sheet.list.feeds[0], 0, work.rows.total()
    tell_header(sheet, work.notes, to)
    for line, cells in sheet.rows(work.notes, to):
        tell_broken(sheet, line, cells, work.notes, to)
        row = Row(work.la, work.epoch, sheet, line, cells, work.notes, to, work.needs)
        block, read = person(row), read + 1
        for return_name, values in OF_LIST[name](row):
            work.write(return_name, row, {**block, **values})
        if name == "List 3":
            work.joined.add((row.child, row.day("referral_date")))
    if (made := work.rows.total() - before) != read:
        into = f"{made:,} rows of {len(sheet.list.feeds)} return{'s' if len(sheet.list.feeds) > 1 else ''}"
        says = f"{read:,} rows of {name} ({sheet.list.title}) made {into}."
        work.notes.say(to, "AXA02", says, "information", sheet=sheet.title)


def _set_aside(found: dict[str, Sheet], work: _Work) -> None:
    """The rows of every list that feeds nothing, counted under its reason."""
    for one in annex_a().lists:
        if one.name not in found or not one.reason:
            continue
        title, to = found[one.name].title, TOLD[one.name]
        if one.joined:
            for key, rows in work.cases.items():
                work.notes.skip(to, title, one.joined if key[0] and key in work.joined else one.reason, rows)
        else:
            for _ in found[one.name].rows(work.notes, to):
                work.notes.skip(to, title, one.reason)


def _reading(organisation: str, names: tuple, counts: Counter, notes: Notes, out: Path) -> Reading:
    """What is told of a return that is not in the workbook is told of the first that is."""
    tables = tuple(
        Table(
            name,
            out / f"{name}.csv",
            COLUMNS[name],
            counts[name],
            notes.file,
            local_ids=LOCAL_IDS[name],
            months_back=annex_a().months[name],
            of_a_day=name == "la_missing_count",
        )
        for name in names
    )
    skipped = tuple((to if to in names else names[0], s) for to, s in notes.all_skipped())
    findings = tuple((to if to in names else names[0], f) for to, f in notes.all_findings())
    return Reading(FORMAT, "utf-8", organisation, None, tables, skipped, findings, is_snapshot=True)
