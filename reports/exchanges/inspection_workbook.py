"""Lists for an inspectorate, as a workbook that says on every sheet and page whom it is for, and a CSV for each list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from reports.cutting import read_manifest, read_table
from reports.exchanges.files import write_csv

AUTHOR = "South Yorkshire core data set"
# A value such as =HYPERLINK(…) must come back as the text it is; the clock would make two copies differ.
HOW = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
NO_DATE = datetime(2000, 1, 1)
RED = "#B10E1E"
MINE_ALONE = 0o600
COUNTS = 5  # digits: a count or an age is shorter, a pseudonym longer; a code is none


def write_lists(release: Path, lists: Sequence, out: Path) -> list[Path]:
    """Write every list of a release into the folder `out` → the workbook, then the CSVs; only their owner may read them."""
    manifest = read_manifest(release)
    out.mkdir(parents=True, exist_ok=True)
    rows = {one.name: read_table(release, one.table) for one in lists if one.is_held}
    book = out / f"{manifest['name']}.xlsx"
    book.touch(MINE_ALONE)
    workbook = xlsxwriter.Workbook(str(book), HOW)
    workbook.set_properties({"title": manifest["title"], "author": AUTHOR, "created": NO_DATE})
    _about(workbook, manifest, lists, rows)
    for one in lists:
        _list(workbook, manifest, one, rows.get(one.name, []))
    workbook.close()
    return [book, *(_csv(out, manifest, one, rows[one.name]) for one in lists if one.is_held)]


def _csv(out: Path, manifest: dict, one, rows: list[dict]) -> Path:
    path = out / f"{manifest['name']}-{one.table.replace('_', '-')}.csv"
    path.touch(MINE_ALONE)
    return write_csv(path, [h.heading for h in one.headings], _cells(one, rows))


def _cells(one, rows: list[dict]) -> Iterator[list[str]]:
    """The rows of a list, a cell for each heading: empty for what is not held."""
    yield from ([row[h.field] if h.field else "" for h in one.headings] for row in rows)


def _about(workbook, manifest: dict, lists: Sequence, rows: dict[str, list[dict]]) -> None:
    bold = workbook.add_format({"bold": True, "valign": "top", "text_wrap": True})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet = _sheet(workbook, "About", manifest, (46, 100))
    sheet.write_string(0, 0, manifest["title"], workbook.add_format({"bold": True, "font_size": 16}))
    for row, (label, says) in enumerate(about(manifest, lists, rows), start=1):
        sheet.write_string(row, 0, label, bold)
        sheet.write_string(row, 1, says, wrapped)
        sheet.set_row(row, 15 * (1 + max(len(says) // 100, len(label) // 46)))


def about(manifest: dict, lists: Sequence, rows: dict[str, list[dict]]) -> Iterator[tuple[str, str]]:
    """What stands on the first sheet: whom it is for, the day, what each list has, and what is not held."""
    yield "Protection", manifest["protection"]
    yield "As at", f"{_day(manifest['day'])}, looking back to {_day(manifest['since'])}"
    yield "Last return received", manifest["vintage"]
    missing = manifest["not_received"]
    yield (
        "Not received",
        f"{'; '.join(missing)}. What is not here has not come; it does not mean none."
        if missing
        else "Nothing.",
    )
    yield "Absence of data", "Absence of data is not absence of abuse."
    yield "Release", manifest["name"]
    for one in lists:
        told = f"{len(rows[one.name]):,} rows" if one.is_held else f"Not held. {one.headings[0].note}"
        yield f"{one.name}: {one.title}" if one.name != one.title else one.title, told
    for one in lists:
        for heading in one.headings if one.is_held else ():
            if not heading.field:
                yield f"{one.name}, not held: {heading.heading}", heading.note
            elif heading.note:
                yield f"{one.name}: {heading.heading}", heading.note


def _day(text: str) -> str:
    return "/".join(reversed(text.split("-")))


def _list(workbook, manifest: dict, one, rows: list[dict]) -> None:
    """A list under its headings, as an Excel Table; of one that is not held the headings alone."""
    widths = [max(14, min(40, len(h.heading) + 2)) for h in one.headings]
    sheet = _sheet(workbook, one.name, manifest, widths)
    text = workbook.add_format({"num_format": "@", "valign": "top"})
    head = workbook.add_format({"bold": True, "valign": "top", "text_wrap": True})
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for position, heading in enumerate(one.headings):
        sheet.write_string(0, position, heading.heading, head)
    for below, cells in enumerate(_cells(one, rows), start=1):
        for position, value in enumerate(cells):
            if value.isdigit() and len(value) < COUNTS and not one.headings[position].codes:
                sheet.write_number(below, position, int(value))
            elif value:
                sheet.write_string(below, position, value, text)
    columns = [{"header": h.heading, "header_format": head} for h in one.headings]
    look = {"name": one.table, "columns": columns, "style": "Table Style Light 1", "autofilter": False}
    sheet.add_table(0, 0, max(len(rows), 1), len(columns) - 1, look)


def _sheet(workbook, name: str, manifest: dict, widths: Sequence[int]):
    """A sheet that says on every page, above and below, that it is restricted and to whom it belongs."""
    sheet = workbook.add_worksheet(name)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_tab_color(RED)
    sheet.set_header(
        f"&C&14&B{manifest['protection'].partition(':')[0].upper()}&B&10\n{manifest['protection']}"
    )
    sheet.set_footer(
        f"&L{manifest['area']}, {_day(manifest['day'])}&C&P of &N&R{manifest['title'].partition(',')[0]}"
    )
    for position, width in enumerate(widths):
        sheet.set_column(position, position, width)
    return sheet
