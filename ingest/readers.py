"""Files → readings: one reader for each format, chosen by content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import failpoint
from ingest import headers
from ingest.endings import FOOTNOTE, TOTALS, no_records
from ingest.excel_parts import locked_or_old
from ingest.reading import Finding, Reading, Sent, Skipped, Table, Unreadable

XLSX, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ASIDE = {
    TOTALS: ("S109", "This line holds totals and was left out. Send rows only."),
    FOOTNOTE: ("S110", "This line is a note and was left out. Send rows only."),
}
NOTES = {
    "F007": "The file is Windows-1252; it was read so. Save as 'CSV UTF-8'.",
    "S119": "A Ctrl-Z at the end of the file was left out.",
    "S125": "The last line has no line end; if the file was cut there, send it again.",
}


@dataclass(frozen=True)
class Parcel:
    """Files that make one submission, and what is known of it from outside: who, when for, as what."""

    files: tuple[Sent, ...]
    organisation_code: str | None
    year: int | None
    format: str


def peek(path: Path) -> str:
    """What a file is by its content: csv, xlsx, 'ssda903 csv', …; raises Unreadable for what we never take."""
    from ingest import national, replies

    with path.open("rb") as f:
        head = f.read(1 << 16)
    if head.startswith(XLSX):
        return "xlsx"
    if head.startswith(OLE):
        raise locked_or_old(path)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:5].lower() in (b"<html", b"<tabl") or text[:14].lower() == b"<!doctype html":
        raise Unreadable("F011", "The file is a web page, whatever its name says. Save it as CSV UTF-8.")
    if not text.startswith(b"<"):
        first = text.splitlines()[0] if text else b""
        fields = [f.strip().strip('"') for f in first.decode("utf-8", "replace").split(",")]
        if replies.is_reply(fields):
            return replies.EXPLANATIONS
        return national.recognise(head, fields) or "csv"
    return national.recognise(head, None) or "xml"


def read(parcel: Parcel, out: Path) -> Reading:
    """Read one parcel into `out`; raises Unreadable with the code and sentence that refuse it."""
    from ingest import national, replies

    failpoint.reach("reading")
    first = parcel.files[0]
    match parcel.format:
        case "csv":
            return read_csv(first, out)
        case "xlsx":
            from ingest.excel import open_book, read_book

            book = open_book(first.path)
            if replies.is_findings_book(book):
                return replies.read_book(book, first)
            if national.is_annex_a(book):
                return national.read_annex_a(first, book, parcel.organisation_code, out)
            return read_book(book, first, out)
        case replies.EXPLANATIONS:
            return replies.read_csv(first, out)
        case "ssda903 csv":
            return national.read_ssda903_csv(list(parcel.files), parcel.organisation_code, parcel.year, out)
        case "ssda903 xml":
            return national.read_ssda903_xml(first, parcel.organisation_code, parcel.year, out)
        case "cin census xml":
            return national.read_cin_xml(first, out)
        case "csww xml":
            return national.read_csww_xml(first, out)
    raise Unreadable(
        "X503",
        "The XML is no CIN census, no SSDA903 return and no workforce census (looked at the root and its children).",
    )


def read_csv(sent: Sent, out: Path) -> Reading:
    """A CSV of the standard format."""
    from ingest.scan import scan_csv

    scan = scan_csv(sent, out, headers.looks_like_header, no_records)
    header = headers.identify(scan.header, scan.header_line)
    findings = list(header.findings)
    if scan.encoding != "utf-8":
        findings.append(Finding("F007", "warning", NOTES["F007"]))
    findings += [Finding(note, "warning", NOTES[note]) for note in scan.notes]
    if scan.header_line > 1:
        says = f"The header was found on line {scan.header_line}."
        findings.append(Finding("S108", "warning", says, line=scan.header_line))
    findings += _unlike_rows(scan, header)
    skipped = [Skipped(sent.name, None, "blank line", scan.blank_lines)] if scan.blank_lines else []
    aside = [what for _, what in scan.aside]
    skipped += [Skipped(sent.name, None, what, aside.count(what)) for what in sorted(set(aside))]
    table = Table(
        header.name,
        scan.data,
        header.columns,
        scan.rows,
        sent.name,
        line_of=scan.line_of,
        skip=scan.skip,
        bad=scan.bad,
    )
    return Reading(
        "csv",
        scan.encoding,
        None,
        None,
        (table,),
        tuple((header.name, s) for s in skipped),
        tuple((header.name, f) for f in findings),
    )


def _unlike_rows(scan, header: headers.Header) -> Iterator[Finding]:
    """Totals and footnotes, which are never counted; letters that went through a wrong encoding."""
    for line, what in scan.aside:
        code, says = ASIDE[what]
        yield Finding(code, "warning", says, line=line)
    if spoilt := scan.twice_encoded:
        column = header.columns[spoilt.position] if spoilt.position < len(header.columns) else ""
        says = (
            f"Letters went through a wrong encoding ({spoilt.times} times, first on line {spoilt.line}). "
            "Export the file anew as 'CSV UTF-8'."
        )
        yield Finding("C201", "warning", says, line=spoilt.line, column_name=column or None)
