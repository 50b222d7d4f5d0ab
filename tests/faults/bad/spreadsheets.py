"""Workbooks with what Excel does to values, with sheets that are not what they seem, or no workbooks (B of the matrix).

Each is written by code into a whole return of forty good rows, so that one bad row does not refuse the file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import xlsxwriter

from tests.faults.bad import COLUMNS, PLANTED, makes, put, rows

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_IS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
AT = {name: place for place, name in enumerate(COLUMNS)}
SHARED, GROUP = AT["shared_with_csc_date"], AT["dedupe_group"]
DOCTYPE = f'<!DOCTYPE x [<!ENTITY a "{PLANTED}">]>'

# What is done to the sheet of good rows; a variant is sent for a month of its own, so that all come in one night.
Change = Callable[[xlsxwriter.Workbook, object], None]
VARIANTS: dict[str, Callable[[str], bytes]] = {}


def workbook(change: Change | None = None, month: str = "2024-05", **options) -> bytes:
    """Forty good rows on the sheet Data, row 2 on, and what is done to them."""
    made = BytesIO()
    day = {"received_at": f"{month}-14T21:40:00+00:00", "shared_with_csc_date": f"{month}-15"}
    with xlsxwriter.Workbook(made, {**TEXT_IS_TEXT, **options}) as book:
        sheet = book.add_worksheet("Data")
        fill(sheet, rows(40, **day, vcop_informed_date=""))
        if change:
            change(book, sheet)
    return made.getvalue()


def fill(sheet, sent: list[dict[str, str]]) -> None:
    """The header and the rows, all as text."""
    sheet.write_row(0, 0, COLUMNS)
    for line, row in enumerate(sent, start=1):
        for name, value in row.items():
            sheet.write_string(line, AT[name], value) if value else None


def sends(name: str, judged: bool = False, **options) -> Callable[[Change], Change]:
    """Register a workbook by what is done to its sheet: to be judged alone, or in the one night of the variants."""

    def keep(change: Change) -> Change:
        if judged:
            makes(name)(lambda inbox: put(inbox, workbook(change, **options), "bad.xlsx"))
        else:
            VARIANTS[name] = lambda month: workbook(change, month, **options)
        return change

    return keep


def reworked(content: bytes, **parts: str | bytes) -> bytes:
    """A workbook with parts of its archive put in the place of others, or added; by name, `/` written `__`."""
    made, new = BytesIO(), {name.replace("__", "/"): text for name, text in parts.items()}
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in old.namelist():
            if name not in new:
                out.writestr(name, old.read(name))
        for name, text in new.items():
            out.writestr(name, text)
    return made.getvalue()


def part(content: bytes, name: str) -> str:
    """A part of a workbook's archive as text."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return parts.read(name).decode()


def value(row: int, place: int, sent, **form) -> Change:
    """Write one cell anew, as whatever kind of cell the value makes."""

    def change(book, sheet) -> None:
        if isinstance(sent, str) and sent.startswith("="):
            sheet.write_formula(row, place, sent, None, form.get("result", ""))
        else:
            sheet.write(row, place, sent, book.add_format(form) if form else None)

    return change


sends("37", judged=True)(value(1, SHARED, 45428))
sends("37-text")(value(1, SHARED, "40271"))
sends("37-out-of-range")(value(1, SHARED, 99))
sends("37-a-time-too")(value(1, SHARED, 45428.5))
sends("37-month")(value(1, AT["birth_month"], 39873, num_format="yyyy-mm-dd"))
sends("37-day-of-birth")(value(1, AT["birth_month"], 39886, num_format="yyyy-mm-dd"))
sends("38", judged=True, date_1904=True)(value(1, SHARED, 43966, num_format="yyyy-mm-dd"))
sends("38-number", date_1904=True)(value(1, SHARED, 43966))


@sends("39", judged=True)
def both_orders(book, sheet) -> None:
    sheet.write_string(1, SHARED, "05/25/2024")
    sheet.write_string(2, SHARED, "25/05/2024")


@sends("39-none-day-first")
def ambiguous_beside_month_first(book, sheet) -> None:
    sheet.write_string(1, SHARED, "06/05/2024")
    sheet.write_string(2, SHARED, "06/25/2024")


@sends("39-all-month-first")
def all_month_first(book, sheet) -> None:
    for row in range(1, 41):
        sheet.write_string(row, SHARED, f"05/{10 + row % 20:02}/2024")


sends("39-alone")(value(1, SHARED, "04/25/2024"))
sends("39-ambiguous")(value(1, SHARED, "04/06/2024"))
sends("40", judged=True)(value(1, SHARED, "31/02/2024"))
sends("40-two-digit-year")(value(1, SHARED, "15/05/24"))
sends("40-word")(value(1, SHARED, "unknown"))
sends("40-default")(value(1, SHARED, "01/01/1900"))
sends("41", judged=True)(value(1, GROUP, "=NA()", result="#N/A"))
sends("41-in-a-date")(value(1, SHARED, "=A0", result="#REF!"))
sends("41-as-text")(value(1, AT["source"], "#N/A"))
sends("41-date-of-no-calendar")(value(1, SHARED, 99_999_999, num_format="yyyy-mm-dd"))
sends("42", judged=True)(value(1, GROUP, f'="{PLANTED}"'))
VARIANTS["42-empty-result"] = lambda month: _with_an_empty_result(month)
sends("43", judged=True)(value(1, AT["incident_ref"], 123, num_format="000000"))
sends("43-of-a-form")(value(1, AT["person_key"], 3912345678))
sends("44", judged=True)(value(1, GROUP, "9.43477E+09"))
sends("44-number")(value(1, GROUP, 9434765.0))
sends("44-nhs-number")(value(1, GROUP, 9990000018.0))
sends("45", judged=True)(value(1, GROUP, 1234567890123456789))
sends("46", judged=True)(value(1, GROUP, "999 000 0018"))
sends("46-check-digit")(value(1, GROUP, "9990000019"))


@sends("47", judged=True)
def yes_and_no_in_every_dress(book, sheet) -> None:
    for row, sent in enumerate(("Y", "N", "Yes", "1", "TRUE", "Y ", "no", 1, 0, True, False), start=1):
        sheet.write(row, AT["disability_any"], sent)


sends("47-other")(value(1, AT["disability_any"], "perhaps"))


@sends("48", judged=True)
def hidden_rows(book, sheet) -> None:
    sheet.set_row(2, None, None, {"hidden": True})


@sends("48-filter")
def an_active_filter(book, sheet) -> None:
    sheet.autofilter(0, 0, 40, len(COLUMNS) - 1)
    sheet.filter_column(AT["record_ref"], "x == R0")
    for row in range(2, 41):
        sheet.set_row(row, None, None, {"hidden": True})


def _second(book, title: str = "More"):
    sheet = book.add_worksheet(title)
    fill(sheet, rows(2, dedupe_group=PLANTED))
    return sheet


sends("48-hidden-sheet")(lambda book, sheet: _second(book).hide())
sends("48-very-hidden-sheet")(lambda book, sheet: _second(book).very_hidden())


@sends("48-only-hidden")
def nothing_in_sight(book, sheet) -> None:
    book.add_worksheet("Notes").activate()
    sheet.hide()
    book.worksheets_objs[1].set_first_sheet()


@makes("49")
def no_sheet_of_ours(inbox: Path) -> None:
    made = BytesIO()
    with xlsxwriter.Workbook(made, TEXT_IS_TEXT) as book:
        for title in ("Summary", PLANTED):
            book.add_worksheet(title).write_row(0, 0, ["Month", "Reports"])
    put(inbox, made.getvalue(), "bad.xlsx")


sends("49-two-of-one")(lambda book, sheet: _second(book))
sends("50", judged=True)(lambda book, sheet: sheet.merge_range(1, GROUP, 3, GROUP, PLANTED))
sends("50-above-the-rows")(lambda book, sheet: sheet.merge_range(0, 60, 0, 62, ""))


@makes("51")
def under_a_password(inbox: Path) -> None:
    put(inbox, OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(512), "bad.xlsx")


@makes("52")
def of_an_old_kind(inbox: Path) -> None:
    put(inbox, OLE + bytes(512) + "Workbook".encode("utf-16-le") + bytes(512), "bad.xls")


def archive(**parts: str) -> bytes:
    """A zip archive of these parts alone."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in parts.items():
            out.writestr(name.replace("__", "/"), text)
    return made.getvalue()


VARIANTS["52-xlsb"] = lambda month: archive(**{"xl__workbook.bin": month})
VARIANTS["52-ods"] = lambda month: archive(
    mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": f"<{month}/>"}
)


@makes("53")
def with_macros(inbox: Path) -> None:
    put(inbox, reworked(workbook(), **{"xl/vbaProject.bin": PLANTED}), "bad.xlsm")


VARIANTS["53-links"] = lambda month: reworked(
    workbook(None, month), **{"xl/externalLinks/externalLink1.xml": f"<ddeLink>{PLANTED}</ddeLink>"}
)


@makes("54")
def a_bomb(inbox: Path) -> None:
    put(inbox, reworked(workbook(), **{"xl/worksheets/sheet2.xml": bytes(64 << 20)}), "bad.xlsx")


sends("55", judged=True)(lambda book, sheet: sheet.write(1_048_575, 16_383, PLANTED))
sends("55-empty-but-coloured")(
    lambda book, sheet: sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
)


@makes("56")
def cut(inbox: Path) -> None:
    put(inbox, (whole := workbook())[: len(whole) // 2], "bad.xlsx")


SHEET = "xl/worksheets/sheet1.xml"
VARIANTS["56-broken-sheet"] = lambda month: _sheet_with(month, "</row>", "</rov>")
VARIANTS["56-row-twice"] = lambda month: _sheet_with(month, '<row r="3"', '<row r="2"')
VARIANTS["56-no-such-text"] = lambda month: _sheet_with(month, "<v>0</v>", "<v>99999</v>")


@makes("57")
def an_entity_in_a_sheet(inbox: Path) -> None:
    put(inbox, _sheet_with("2024-05", "<worksheet", f"{DOCTYPE}<worksheet"), "bad.xlsx")


VARIANTS["57-utf-16"] = lambda month: reworked(
    (whole := workbook(None, month)),
    **{
        SHEET: part(whole, SHEET)
        .replace("UTF-8", "UTF-16")
        .replace("<worksheet", f"{DOCTYPE}<worksheet")
        .encode("utf-16")
    },
)
VARIANTS["57-strings"] = lambda month: reworked(
    workbook(None, month), **{"xl/sharedStrings.xml": f"<!-- --> {DOCTYPE}<sst/>"}
)


def _sheet_with(month: str, old: str, new: str) -> bytes:
    """A workbook in whose sheet a piece of its XML is another, the first time it stands there."""
    whole = workbook(None, month)
    return reworked(whole, **{SHEET: part(whole, SHEET).replace(old, new, 1)})


def _with_an_empty_result(month: str) -> bytes:
    """As Excel writes `=IF(A1="","",A1)` where A1 is empty: worked out, and an empty text."""
    whole = workbook(value(1, GROUP, '=""', result="x"), month)
    return reworked(whole, **{SHEET: part(whole, SHEET).replace("<v>x</v>", "<v></v>")})
