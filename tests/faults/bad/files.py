"""Files that are no table, broken off, in another tongue of bytes, or not files at all (A of the matrix)."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import zipfile
from pathlib import Path

from expectations.standard import standard
from tests.faults.bad import COLUMNS, PLANTED, makes, put, rows, text

MANIFEST = standard()["manifest"]


def lines(n: int, **change: str) -> list[str]:
    """Good rows as lines, the header first."""
    return text(rows(n, **change)).splitlines()


def joined(told: list[str], end: str = "\n") -> str:
    return end.join([*told, ""])


@makes("1")
def empty(inbox: Path) -> None:
    put(inbox, b"")


@makes("2")
def header_alone(inbox: Path) -> None:
    put(inbox, text([]))


@makes("3")
def cut_in_the_last_line(inbox: Path) -> None:
    whole = text(rows(3))
    put(inbox, whole[: whole.rindex(",2024") if ",2024" in whole else -40])


@makes("4")
def cut_within_a_quote(inbox: Path) -> None:
    put(inbox, joined(lines(3))[:-1].replace("R1,", 'R1,"', 1))


@makes("5-manifest")
def fewer_rows_than_the_manifest_says(inbox: Path) -> None:
    """Cut exactly at the end of a row: nothing of the file itself tells."""
    cut = put(inbox, joined(lines(3)[:-1])).read_bytes()
    told = {f.name: str(v) for f in MANIFEST.fields if (v := MANIFEST.accepted.get(f.name)) is not None}
    told |= {"return_code": "R04", "submitting_org": "SYP", "period_start": "2024-05-01", "status": "FINAL"}
    told |= {"period_end": "2024-05-31", "period_type": "M", "row_count": "3", "file_name": "bad.csv"}
    told |= {"sha256": hashlib.sha256(cut).hexdigest()}
    known = [name for name in MANIFEST.column_names if name in told]
    put(inbox, text([told], known), "good-manifest.csv")


@makes("6-semicolon")
def parted_by_semicolons(inbox: Path) -> None:
    put(inbox, text(rows(2), delimiter=";"))


@makes("6-tab")
def parted_by_tabs(inbox: Path) -> None:
    put(inbox, text(rows(2), delimiter="\t"))


@makes("6-pipe")
def parted_by_pipes(inbox: Path) -> None:
    put(inbox, text(rows(2), delimiter="|"))


@makes("7")
def with_a_mark(inbox: Path) -> None:
    put(inbox, text(rows(2)).encode("utf-8-sig"))


@makes("8-little")
def utf_16_little(inbox: Path) -> None:
    put(inbox, b"\xff\xfe" + text(rows(2)).encode("utf-16-le"))


@makes("8-big")
def utf_16_big(inbox: Path) -> None:
    put(inbox, b"\xfe\xff" + text(rows(2)).encode("utf-16-be"))


@makes("9-little")
def utf_16_without_a_mark(inbox: Path) -> None:
    put(inbox, text(rows(2)).encode("utf-16-le"))


@makes("9-big")
def utf_16_big_without_a_mark(inbox: Path) -> None:
    put(inbox, text(rows(2)).encode("utf-16-be"))


@makes("10")
def windows_1252(inbox: Path) -> None:
    put(inbox, text(rows(2, nsir_qualifiers="O\u2019Neill;caf\u00e9")).encode("cp1252"))


@makes("11")
def neither_utf_8_nor_windows(inbox: Path) -> None:
    put(inbox, text(rows(2, nsir_qualifiers="*")).encode().replace(b"*", b"\x81", 1))


@makes("12")
def encoded_twice(inbox: Path) -> None:
    put(inbox, text(rows(2, nsir_qualifiers="O\u2019NEILL")).encode().decode("cp1252"))


ENDS = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}
for name, end in ENDS.items():
    makes(f"13-{name}")(lambda inbox, end=end: put(inbox, joined(lines(3), end)) and None)


@makes("13-mixed")
def lines_end_in_every_way(inbox: Path) -> None:
    """And the line of an error below them is the line as a person counts it."""
    header, *told = lines(40)
    told[5] = told[5].replace(",2A,", ",ZZ,")
    put(inbox, header + "\r\n" + "".join(row + ("\r\n", "\n", "\r")[i % 3] for i, row in enumerate(told)))


@makes("14")
def anything_within_quotes(inbox: Path) -> None:
    put(inbox, text(rows(3, nsir_qualifiers='A,B;"C";\nD')))


@makes("14-error")
def an_error_below_lines_within_quotes(inbox: Path) -> None:
    told = rows(40, nsir_qualifiers="A\nB")
    told[3]["source"] = "ZZ"
    put(inbox, text(told))


@makes("15")
def a_stray_quote(inbox: Path) -> None:
    put(inbox, joined(lines(3)).replace("R1,", '"R1"x,', 1))


@makes("16")
def a_nul_byte(inbox: Path) -> None:
    put(inbox, joined(lines(3)).replace("R1,", "R\0,", 1))


@makes("17")
def ctrl_z_at_the_end(inbox: Path) -> None:
    put(inbox, text(rows(2)).encode() + b"\x1a\x1a\r\n")


@makes("18-long")
def longer_than_allowed(inbox: Path) -> None:
    put(inbox, text([*rows(40), {**rows(1)[0], "record_ref": "RX", "incident_ref": "I" * 70}]))


@makes("18-131072")
def longer_than_the_csv_reader_of_python_takes(inbox: Path) -> None:
    put(inbox, text([*rows(40), {**rows(1)[0], "record_ref": "RX", "incident_ref": "I" * 131_073}]))


@makes("18-megabyte")
def longer_than_a_megabyte(inbox: Path) -> None:
    put(inbox, text([*rows(40), {**rows(1)[0], "incident_ref": "I" * (1 << 20)}]))


@makes("19-few")
def too_few_fields(inbox: Path) -> None:
    put(inbox, joined([*lines(40), "R99,N"]))


@makes("19-many")
def too_many_fields(inbox: Path) -> None:
    put(inbox, joined([*lines(40), lines(1)[1].replace("R0,", "R99,") + ",,,more"]))


@makes("19-often")
def too_few_fields_too_often(inbox: Path) -> None:
    put(inbox, joined([*lines(20), "R98,N", "R99,N"]))


@makes("20")
def blank_lines(inbox: Path) -> None:
    header, *told = lines(3)
    put(inbox, joined([header, "", *told, "," * (len(COLUMNS) - 1), "", ""]))


@makes("21")
def a_column_twice(inbox: Path) -> None:
    put(inbox, text(rows(2), [*COLUMNS, "incident_ref"]))


@makes("22")
def columns_in_another_order(inbox: Path) -> None:
    put(inbox, text(rows(2), COLUMNS[::-1]))


@makes("23-required")
def without_a_required_column(inbox: Path) -> None:
    put(inbox, text(rows(2), [c for c in COLUMNS if c != "incident_ref"]))


@makes("23-optional")
def without_an_optional_column(inbox: Path) -> None:
    put(inbox, text(rows(2), [c for c in COLUMNS if c != "nsir_qualifiers"]))


@makes("24")
def a_column_of_its_own(inbox: Path) -> None:
    put(inbox, text([{**r, "colour": PLANTED} for r in rows(2)], [*COLUMNS, "colour"]))


for never in ("name", "address", "phone", "NHS Number"):
    makes(f"25-{never.lower().replace(' ', '-')}")(
        lambda inbox, never=never: (
            put(inbox, text([{**r, never: PLANTED} for r in rows(2)], [*COLUMNS, never])) and None
        )
    )


def headed(inbox: Path, **names: str) -> None:
    """A file whose header has other names for some columns."""
    _, *told = lines(2)
    put(inbox, joined([",".join(names.get(c, c) for c in COLUMNS), *told]))


@makes("26-case")
def a_header_in_capitals(inbox: Path) -> None:
    headed(inbox, incident_ref="INCIDENT_REF")


@makes("26-spaces")
def a_header_with_spaces(inbox: Path) -> None:
    headed(inbox, incident_ref="  Incident  Ref ")


@makes("26-nbsp")
def a_header_with_a_space_that_does_not_break(inbox: Path) -> None:
    headed(inbox, incident_ref="incident\u00a0ref")


@makes("26-alias")
def a_header_by_another_name(inbox: Path) -> None:
    headed(inbox, incident_ref="Incident reference")


@makes("27-title")
def title_rows(inbox: Path) -> None:
    put(inbox, joined(["South Yorkshire return", "", "May 2024", *lines(3)]))


@makes("27-deep")
def too_many_title_rows(inbox: Path) -> None:
    put(inbox, joined([*(f"Title {i}" for i in range(20)), *lines(3)]))


@makes("27-merged")
def a_header_of_two_rows(inbox: Path) -> None:
    _, *told = lines(3)
    first = ",".join(c.split("_")[0] for c in COLUMNS)
    second = ",".join(c.partition("_")[2] for c in COLUMNS)
    put(inbox, joined([first, second, *told]))


@makes("28")
def totals(inbox: Path) -> None:
    put(inbox, joined([*lines(3), "Total,3" + "," * (len(COLUMNS) - 2)]))


@makes("28-grand")
def grand_totals(inbox: Path) -> None:
    put(inbox, joined([*lines(3), "", ",Grand total,3" + "," * (len(COLUMNS) - 3)]))


@makes("28-nameless")
def totals_without_a_word(inbox: Path) -> None:
    put(inbox, joined([*lines(40), ",,40" + "," * (len(COLUMNS) - 3)]))


@makes("29")
def footnotes(inbox: Path) -> None:
    put(inbox, joined([*lines(3), "* Figures are provisional", "Source: the crime system, May 2024"]))


@makes("29-wide")
def a_footnote_as_wide_as_the_table(inbox: Path) -> None:
    put(inbox, joined([*lines(3), "Please do not pass on" + "," * (len(COLUMNS) - 1)]))


@makes("30-agency")
def of_nobody_we_know(inbox: Path) -> None:
    put(inbox, text(rows(2)), place="NOBODY/2024-05")


@makes("30-return")
def of_no_return(inbox: Path) -> None:
    put(inbox, "a,b\n1,2\n")


@makes("30-xlsx")
def a_csv_named_as_a_workbook(inbox: Path) -> None:
    put(inbox, text(rows(2)), "bad.xlsx")


@makes("30-xls")
def a_web_page_named_as_a_workbook(inbox: Path) -> None:
    put(inbox, f"<html><table><tr><td>{PLANTED}</td></tr></table></html>", "bad.xls")


@makes("30-csv")
def a_zip_named_as_a_csv(inbox: Path) -> None:
    put(inbox, b"PK\x03\x04" + bytes(64), "bad.csv")


NAMES = {
    "quotes": "bad 'a' \"b\" `c`.csv",
    "newline": "bad\nname.csv",
    "bidi": "bad\u202egpj.csv",
    "escape": "bad\x1b[31m.csv",
    "emoji": "bad\U0001f600.csv",
    "dash": "--bad.csv",
    "con": "CON",
    "long": "b" * 251 + ".csv",
    "dots": "bad..%2e%2e%2fx.csv",
}
for name, named in NAMES.items():
    makes(f"31-{name}")(lambda inbox, named=named: put(inbox, text(rows(2)), named) and None)


@makes("31-bytes")
def a_name_that_is_no_text(inbox: Path) -> None:
    put(inbox, text(rows(2)), os.fsdecode(b"bad\xff\xfe.csv"))


@makes("32-symlink")
def a_link(inbox: Path) -> None:
    secret = inbox.parent / "secret.csv"
    secret.write_text(text(rows(2)))
    put(inbox, "", ".none")
    (inbox / "SYP" / "bad.csv").symlink_to(secret)


@makes("32-outside")
def a_link_beside_the_senders(inbox: Path) -> None:
    secret = inbox.parent / "secret.csv"
    secret.write_text(text(rows(2)))
    (inbox / "bad.csv").symlink_to(secret)


@makes("32-folder")
def a_link_to_a_folder(inbox: Path) -> None:
    elsewhere = inbox.parent / "elsewhere"
    put(elsewhere, text(rows(2)), place="2024-05")
    (inbox / "SYP").symlink_to(elsewhere, target_is_directory=True)


@makes("32-fifo")
def a_pipe(inbox: Path) -> None:
    put(inbox, "", ".none")
    os.mkfifo(inbox / "SYP" / "bad.csv")


@makes("32-socket")
def a_socket(inbox: Path) -> None:
    put(inbox, "", ".none")
    here = Path.cwd()
    os.chdir(inbox / "SYP")  # the name of a socket may be no longer than a hundred bytes
    try:
        socket.socket(socket.AF_UNIX).bind("bad.csv")
    finally:
        os.chdir(here)


@makes("32-directory")
def a_directory_named_as_a_file(inbox: Path) -> None:
    put(inbox, text(rows(2)), place="SYP/2024-05/bad.csv")


@makes("32-day")
def a_folder_of_no_real_day(inbox: Path) -> None:
    put(inbox, text(rows(2)), place="SYP/2024-05/received-2024-13-45")


def packed(files: dict[str, bytes]) -> bytes:
    """A zip archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


@makes("35-slip")
def a_zip_that_would_write_elsewhere(inbox: Path) -> None:
    put(inbox, packed({"../../../SYP/slipped.csv": text(rows(2)).encode()}), "bad.zip")


@makes("35-nested")
def a_zip_within_a_zip(inbox: Path) -> None:
    put(inbox, packed({"inner.zip": packed({"a.csv": text(rows(2)).encode()})}), "bad.zip")


@makes("35-encrypted")
def a_locked_zip(inbox: Path) -> None:
    """The bit that says so is set in both of the places where it stands."""
    content = bytearray(packed({"a.csv": text(rows(2)).encode()}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    put(inbox, bytes(content), "bad.zip")


@makes("35-bomb")
def a_zip_that_unpacks_to_a_gigabyte(inbox: Path) -> None:
    put(inbox, packed({"a.csv": bytes(1 << 26)}), "bad.zip")
