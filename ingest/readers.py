"""Files → readings: one reader for each format, chosen by content.

Files from outside are parsed in a child process that holds neither key nor database; a file that brings it
down is refused, and the night goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from ingest import headers
from ingest.reading import Finding, Reading, Sent, Skipped, Table, Unreadable
from refusal import Refusal

XLSX, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MEMORY = 6 << 30
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
        raise Unreadable(
            "F015", "The workbook is locked or of an old kind (XLS). Save it as XLSX without a password."
        )
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

    scan = scan_csv(sent, out, headers.looks_like_header)
    header = headers.identify(scan.header)
    findings = list(header.findings)
    if scan.encoding != "utf-8":
        findings.append(Finding("F007", "warning", NOTES["F007"]))
    findings += [Finding(note, "warning", NOTES[note]) for note in scan.notes]
    if scan.header_line > 1:
        says = f"The header was found on line {scan.header_line}."
        findings.append(Finding("S108", "warning", says, line=scan.header_line))
    skipped = [Skipped(sent.name, None, "blank line", scan.blank_lines)] if scan.blank_lines else []
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


def _limit() -> None:
    """The child's start: little memory to burst, nothing secret in its environment, and no life after its parent's."""
    Thread(target=_end_with_parent, daemon=True).start()
    for name in list(os.environ):
        if "KEY" in name or "SECRET" in name:
            del os.environ[name]
    try:
        import resource
    except ImportError:  # Windows has no such limits; the reader there is the same, its ceiling is not
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _end_with_parent() -> None:
    parent_process().join()
    os._exit(1)


def _ready() -> bool:
    return True


def _pool() -> ProcessPoolExecutor:
    """Readers that have answered once: one that cannot even start is our fault, never a file's."""
    pool = ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_limit)
    try:
        pool.submit(_ready).result()
    except BrokenProcessPool:
        raise Refusal("The reader of files could not be started on this machine.", 4) from None
    return pool


def read_all(parcels: list[Parcel], outs: list[Path]) -> Iterator[Reading | Unreadable]:
    """Read parcels side by side in child processes, answering in the order given."""
    if not parcels:
        return
    pool = _pool()
    try:
        futures: list[Future] = [pool.submit(read, p, o) for p, o in zip(parcels, outs, strict=True)]
        for number, future in enumerate(futures):
            try:
                yield future.result()
            except Unreadable as refused:
                yield refused
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                yield _alone(parcels[number], outs[number])
                pool = _pool()
                rest = zip(parcels[number + 1 :], outs[number + 1 :], strict=True)
                futures[number + 1 :] = [pool.submit(read, p, o) for p, o in rest]
    finally:
        pool.shutdown(cancel_futures=True)


def _alone(parcel: Parcel, out: Path) -> Reading | Unreadable:
    """A child died while several files were read: this one again, by itself, to know whether it was this."""
    with _pool() as pool:
        try:
            return pool.submit(read, parcel, out).result()
        except Unreadable as refused:
            return refused
        except BrokenProcessPool:
            return Unreadable(
                "F017", "The file broke the reader. Save it again as CSV UTF-8, or send a smaller one."
            )
