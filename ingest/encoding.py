"""Text as sent → clean UTF-8 with LF: the encoding is found from the bytes, never guessed in part."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ingest.reading import Sent, Unreadable

BLOCK = 8 << 20
CTRL_Z = re.compile(rb"(?:\x1a[\r\n]*)+\Z")
UTF_16 = "The file is UTF-16 (Excel's 'Unicode Text'). Save it as 'CSV UTF-8'."


def clean(sent: Sent, out: Path) -> tuple[Path, str, tuple[str, ...]]:
    """The file as UTF-8 with LF and no mark at its head: the very file where it is so already."""
    encoding, start, dirty = _encoding(sent.path)
    left_out = _ctrl_z(sent.path)
    notes = ("S119",) if left_out else ()
    if not (start or dirty or left_out or encoding != "utf-8"):
        return sent.path, encoding, notes
    target = out / f"{sent.path.name}.clean.csv"
    decode = codecs.getincrementaldecoder(encoding)("strict")
    with sent.path.open("rb") as source, target.open("wb") as sink:
        source.seek(start)
        held = ""
        while chunk := source.read(BLOCK):
            text = held + decode.decode(chunk)
            held = "\r" if text.endswith("\r") else ""
            text = text[: len(text) - len(held)]
            sink.write(_line_feeds(text).encode("utf-8"))
        sink.write(_line_feeds(held).encode("utf-8"))
        sink.truncate(sink.tell() - left_out)
    return target, encoding, notes


def _ctrl_z(path: Path) -> int:
    """How many characters the marks of an end of file take, as old systems write them."""
    with path.open("rb") as f:
        f.seek(max(0, path.stat().st_size - 4096))
        found = CTRL_Z.search(f.read())
    return len(_line_feeds(found[0].decode("ascii"))) if found else 0


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(path: Path) -> tuple[str, int, bool]:
    """Encoding, length of the byte-order mark, and whether a carriage return occurs."""
    with path.open("rb") as f:
        head = f.read(4)
        if not head:
            raise Unreadable("F001", "The file is empty. Send the return again.")
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Unreadable("F006", UTF_16)
        start = 3 if head[:3] == codecs.BOM_UTF8 else 0
        f.seek(start)
        return _sniff(f, start)


def _sniff(f, start: int) -> tuple[str, int, bool]:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, dirty, plain, half, line = True, False, True, 0, 1
    while chunk := f.read(BLOCK):
        if (at := chunk.find(b"\0")) >= 0:
            _refuse_nul(chunk, at, line, f.tell() - len(chunk) == start)
        dirty = dirty or b"\r" in chunk
        try:
            is_utf8 = is_utf8 and decoder.decode(chunk) is not None
        except UnicodeDecodeError:
            is_utf8 = False
        half = len(decoder.getstate()[0]) if is_utf8 else 0
        plain = plain and chunk[: len(chunk) - half].isascii()
        line += chunk.count(b"\n")
    if is_utf8 and half and not plain:
        raise Unreadable(
            "F003", f"The file breaks off within a letter in line {line}. Send it again, whole.", line
        )
    if not is_utf8 or half:
        _cp1252_or_refuse(f, start)
    return ("cp1252" if not is_utf8 or half else "utf-8"), start, dirty


def _refuse_nul(chunk: bytes, at: int, line: int, at_head: bool) -> None:
    if at_head and _every_second_is_nul(chunk[:4096]):
        raise Unreadable("F006", UTF_16)
    line += chunk.count(b"\n", 0, at)
    raise Unreadable("F009", f"Line {line} holds a NUL byte. Save the file as 'CSV UTF-8'.", line)


def _every_second_is_nul(head: bytes) -> bool:
    """UTF-16 without its mark: of plain letters every other byte is a NUL, always on the same side."""
    return max(head[0::2].count(0), head[1::2].count(0)) * 4 > len(head)


def _cp1252_or_refuse(f, offset: int) -> None:
    """From its first byte: what was UTF-8 until a later block made it none may hold what Windows has no letter for."""
    f.seek(offset)
    line = 1
    while chunk := f.read(BLOCK):
        try:
            chunk.decode("cp1252")
        except UnicodeDecodeError as problem:
            line += chunk.count(b"\n", 0, problem.start)
            raise Unreadable(
                "F008",
                f"Byte {offset + problem.start} (line {line}) is neither UTF-8 nor Windows-1252. "
                "Save the file as 'CSV UTF-8'.",
                line,
            ) from None
        offset += len(chunk)
        line += chunk.count(b"\n")
