"""What a file that says it is a workbook is made of, looked at before any of it is opened."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from ingest.reading import Finding, Unreadable

UNPACKED_MAX, RATIO_MAX, PARTS_MAX = 1 << 30, 100, 1000
CHUNK = 1 << 20
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
STRINGS = "xl/sharedStrings.xml"
# How a compound file (OLE) names the part that a password locks.
LOCKED = "EncryptedPackage".encode("utf-16-le")


def locked_or_old(path: Path) -> Unreadable:
    """What to say of a compound file: a workbook under a password, or one of a kind before XLSX."""
    if _holds(path, LOCKED):
        says = "The workbook has a password. Remove it and send the workbook by the agreed secure route."
        return Unreadable("F014", says)
    return Unreadable("F015", "The workbook is of an old kind (XLS). Save it as XLSX and send it again.")


def _holds(path: Path, wanted: bytes) -> bool:
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if wanted in before + chunk:
                return True
            before = chunk[-len(wanted) :]
    return False


def refuse_unsafe(path: Path) -> None:
    """Raise Unreadable F015-F019 where a file is no workbook we take, or is not safe to open."""
    try:
        with zipfile.ZipFile(path) as parts:
            _refuse_other_kinds(parts)
            _refuse_bombs(parts.infolist())
            _refuse_doctypes(parts)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError, zlib.error):
        says = "The file is named or marked as a workbook but is damaged. Save it again."
        raise Unreadable("F017", says) from None


def _refuse_other_kinds(parts: zipfile.ZipFile) -> None:
    names = set(parts.namelist())
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise Unreadable("F015", "The workbook is of the kind XLSB. Save it as XLSX and send it again.")
    if "mimetype" in names and parts.read("mimetype")[:32].startswith(b"application/vnd.oasis."):
        raise Unreadable("F015", "The file is an OpenDocument (ODS). Save it as XLSX and send it again.")
    says = "The file is a zip archive, not a workbook. Send the files themselves, unzipped."
    raise Unreadable("F018", says)


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    """By what the parts say of their size; one that unpacks to more than it says is cut there by the unpacker."""
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts) or 1
    if unpacked > UNPACKED_MAX or unpacked / packed > RATIO_MAX or len(parts) > PARTS_MAX:
        says = "The workbook unpacks to far more than its size; it was not opened. Send it as CSV."
        raise Unreadable("F016", says)


def _refuse_doctypes(parts: zipfile.ZipFile) -> None:
    """No program writes one into a workbook; what it declares could name files of this machine, or swell."""
    for name in parts.namelist():
        with parts.open(name) as file:
            if _has_doctype(file):
                says = (
                    "A part of the workbook has a DOCTYPE, which no workbook needs. Save it again in Excel."
                )
                raise Unreadable("F019", says)


def _has_doctype(file) -> bool:
    """Whether a DOCTYPE stands before the first element; what is no XML has none."""
    met: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: met.append(True)
    parser.StartElementHandler = lambda *_: met.append(False)
    try:
        while not met and (chunk := file.read(4096)):
            parser.Parse(chunk)
    except (expat.ExpatError, ValueError, LookupError):
        pass
    return bool(met) and met[0]


def has_formulas(path: Path) -> bool:
    """A formula without a stored result would read as an empty cell: look whether there is any."""
    with zipfile.ZipFile(path) as parts:
        return any(_has_formula(parts, name) for name in parts.namelist() if name != STRINGS)


def _has_formula(parts: zipfile.ZipFile, name: str) -> bool:
    if not name.lower().endswith(".xml"):
        return False
    before = b""
    with parts.open(name) as file:
        while chunk := file.read(CHUNK):
            text = before + chunk
            # To look for two letters takes a tenth of what an expression takes.
            if (b"<f" in text or b":f" in text) and FORMULA.search(text):
                return True
            before = chunk[-64:]
    return False


def remarks(path: Path) -> Iterator[Finding]:
    """What a workbook brings along that was not looked at: macros, and links to other files."""
    with zipfile.ZipFile(path) as parts:
        names = [name.lower() for name in parts.namelist()]
    for what, found in (
        ("macros", any("vbaproject" in name for name in names)),
        ("links to other files", any(name.startswith("xl/externallinks/") for name in names)),
    ):
        if found:
            says = f"The workbook holds {what}; only the values of its cells were read. Send it without them."
            yield Finding("S130", "warning", says)
