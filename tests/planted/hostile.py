"""Text that would run, steer or deceive where it is shown: in names, headings, cells, titles of sheets, and a reply."""

from __future__ import annotations

import csv
import io
import zlib
from pathlib import Path

import openpyxl
import xlsxwriter

from expectations.standard import Return, standard
from tests.faults.bad import rows
from tests.planted.children import Planted

MARK = "hst"  # stands in each, so that it can be told where one came to
FORMULAS = ("=hst|' /C calc'!A0", "+hst", "-hst", "@hst(1)", "\t=hst", "\r=hst", "＝hst")
TAGS = ("<script>alert('hst')</script>", "\"><img src=x onerror=alert('hst')>", "</title><svg onload=hst()>")
STEERING = (
    *(
        "\x1b[31mhst\x1b]0;hst\x07",
        "\x9b2Jhst\x85",
        "\x08\x7fhst",
        "\u202ehst\u2066",
        "hst\u200b\u200d\ufeff",
    ),
    *("hst\u2028hst", "hst\nhst", "a\r=hst"),
)
BEGIN = (*FORMULAS, *TAGS)
HOSTILE = (*BEGIN, *STEERING)
ALL = " ".join(HOSTILE)
LONG = MARK + "w" * 200
RETURNS = ("pol_crime", "pol_missing_episode", "sc_contact_referral", "la_missing", "wkf_post")
AS_IT_IS = ("record_action", "ethnicity_code", "forenames", "surname")
APRIL, MAY = "2024-04/received-2024-05-01", "2024-05/received-2024-06-07"
EARLY = {"received_at": "2024-04-14T21:40:00+01:00", "vcop_informed_date": "2024-04-15"}


def hostile(value: str) -> str:
    """A reference made hostile at both ends: the same one the same way wherever it stands, and no other like it."""
    n = zlib.crc32(value.encode())
    return f"{BEGIN[n % len(BEGIN)]}{value}{STEERING[n % len(STEERING)]}"


def name(words: str) -> str:
    """Words as a file or a folder can be called."""
    return words.replace("/", "∕")


def incidents(inbox: Path) -> None:
    """A month of incidents with hostile references: warnings to reply to, rows in error, a line that has come apart."""
    sent = [row | EARLY for row in rows(120)]
    for row in sent[:4]:
        row["shared_with_csc_date"] = "2024-04-13"  # before it was received: R04.03, a warning
    sent[4] |= {"source": ALL, "dedupe_group": LONG}
    sent[5] |= {"received_at": ALL, "nsir_open_category": TAGS[0]}
    apart = f"{STEERING[0]},{FORMULAS[0]},{TAGS[0]}\n"
    told = _csv(standard()["pol_incident"], sent, (FORMULAS[0], TAGS[1], STEERING[3]))
    put(inbox / "SYP" / APRIL / name(f"{FORMULAS[0]}{TAGS[0]}{STEERING[0]}.csv"), told + apart)


def others(inbox: Path) -> None:
    """Rows that come to reports and lists, a file to be held, files that are none, and one of a sender nobody knows."""
    for code in RETURNS:
        r = standard()[code]
        council = "ROT" if "ROT" in r.organisations else "SYP"
        period = MAY.replace("2024-05", "2024-03") if code in MOVED else MAY
        put(inbox / council / period / f"{code}.csv", _csv(r, [_moved(r.accepted, code)]))
    put(inbox / "SYP" / MAY / name(f"{FORMULAS[0]}{TAGS[1]}.csv"), _csv(standard()["pol_incident"], rows(2)))
    twins(inbox)
    workbook(inbox / "VOL" / MAY / name(f"{STEERING[3]}.xlsx"))
    strange = f"{STEERING[0]}{FORMULAS[0]}{STEERING[3]},<b>{MARK},b\n1,2,3\n"
    put(inbox / "VOL" / name(STEERING[0]) / name(f"{STEERING[6]}{LONG}.csv"), strange)
    put(inbox / name(TAGS[0] + STEERING[3]) / "list.csv", "a,b\n1,2\n")


def twins(inbox: Path) -> None:
    """Twins with hostile names, of whom two agencies know one each: a pair that waits for a person."""
    r = standard()["person_identity"]
    same = {"surname": f"+{MARK}\u2066", "birth_date": "2009-01-14", "sex": "F", "postcode": "S99 9ZZ"}
    for sender, number, forename in (("SYP", "a" * 16, "=testa\u202e"), ("ROT", "b" * 16, "-clarabel\u200b")):
        row = same | {"record_ref": f"{sender}-1", "person_key": number, "forenames": forename}
        row |= {"person_key_scheme": "SY1" if sender == "SYP" else "ROT1", "valid_from": "2024-01-01"}
        put(inbox / sender / MAY / "twin.csv", _csv(r, [row]))


def strange(folder: Path) -> Path:
    """A file to be checked and received by hand, as its sender called it."""
    sent = [row | EARLY for row in rows(40)]
    sent[4] |= {"source": ALL, "dedupe_group": LONG}
    path = folder / name(f"{STEERING[0]}{TAGS[0]}.csv")
    put(path, _csv(standard()["pol_incident"], sent, (STEERING[3],)))
    return path


MOVED = ("pol_crime", "pol_missing_episode", "la_missing")  # to a month of their own: May is another's here


def _moved(row: dict, code: str) -> dict:
    told = {k: "" if v is None else str(v) for k, v in row.items()}
    return {k: v.replace("2024-05", "2024-03") for k, v in told.items()} if code in MOVED else told


def put(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def _csv(r: Return, sent: list[dict], more: tuple[str, ...] = ()) -> str:
    """Rows of a return, what may be any text made hostile; `more` are columns no return has."""
    free = {f.name for f in r.fields if f.type == "string" and not (f.codes or f.pattern or f.enum)}
    written = io.StringIO()
    write = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n")
    write.writerow([*r.column_names, *more])
    for row in sent:
        cells = [(c, str(row.get(c) or "")) for c in r.column_names]
        told = [hostile(v) if v and c in free and c not in AS_IT_IS else v for c, v in cells]
        write.writerow([*told, *more])
    return written.getvalue()


def workbook(path: Path) -> None:
    """A workbook of a return whose sheets, headings and cells are hostile; Excel itself takes no control characters."""
    r = standard()["vol_service"]
    row = r.accepted | {"record_ref": STEERING[3]}
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(f"{FORMULAS[3]} {STEERING[3]}")
        page.write_row(0, 0, [*r.column_names, TAGS[0], STEERING[3]])
        page.write_row(1, 0, [str(row.get(c) or "") for c in r.column_names])
        book.add_worksheet(f"<b>{MARK}").write_string(0, 0, FORMULAS[3] + STEERING[3])


def reply(book: Path, inbox: Path, child: Planted) -> None:
    """A findings workbook sent back: hostile words, what must not be kept of a child, and a reference that is none."""
    sent = openpyxl.load_workbook(book)
    sheet = sent["Warnings"]
    place = {cell.value: cell.column for cell in sheet[1]}
    telling = f"{child.forename.title()} {child.surname.title()}, {child.nhs_number}, {child.postcode}"
    for row, words in enumerate((" ".join((*FORMULAS, *TAGS, STEERING[3], STEERING[4])), telling), start=2):
        sheet.cell(row, place["Explanation"]).value = words
        sheet.cell(row, place["Explanation"]).data_type = "s"
    sheet.cell(4, place["Reason"]).value = TAGS[0]
    sheet.cell(5, place["Reference"]).value = f"1-{TAGS[1]}"
    sheet.cell(5, place["Explanation"]).value = telling
    sheet.title = f"{FORMULAS[1]} {STEERING[3]}"
    (inbox / "SYP").mkdir(exist_ok=True)
    sent.save(inbox / "SYP" / name(f"{STEERING[3]}{TAGS[0]}.xlsx"))
