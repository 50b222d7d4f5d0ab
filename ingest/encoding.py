"""Text as sent → clean UTF-8 with LF: the encoding is found from the bytes, never guessed in part."""

from __future__ import annotations

import codecs
from pathlib import Path

from ingest.reading import Sent, Unreadable

BLOCK = 8 << 20


def clean(sent: Sent, out: Path) -> tuple[Path, str, tuple[str, ...]]:
    """The file as UTF-8 with LF and no mark at its head: the very file where it is so already."""
    encoding, start, dirty = _encoding(sent.path)
    with sent.path.open("rb") as f:
        f.seek(max(0, sent.path.stat().st_size - 1))
        ends_with_ctrl_z = f.read() == b"\x1a"
    notes = ("S119",) if ends_with_ctrl_z else ()
    if not (start or dirty or ends_with_ctrl_z or encoding != "utf-8"):
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
        if ends_with_ctrl_z:
            sink.truncate(sink.tell() - 1)
    return target, encoding, notes


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(path: Path) -> tuple[str, int, bool]:
    """Encoding, length of the byte-order mark, and whether a carriage return occurs."""
    with path.open("rb") as f:
        head = f.read(4)
        if not head:
            raise Unreadable("F001", "The file is empty. Send the return again.")
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Unreadable("F006", "The file is UTF-16 (Excel's 'Unicode Text'). Save it as 'CSV UTF-8'.")
        start = 3 if head[:3] == codecs.BOM_UTF8 else 0
        f.seek(start)
        return _sniff(f, start)


def _sniff(f, start: int) -> tuple[str, int, bool]:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, dirty, offset, line = True, False, start, 1
    while chunk := f.read(BLOCK):
        if (at := chunk.find(b"\0")) >= 0:
            line += chunk.count(b"\n", 0, at)
            raise Unreadable("F009", f"Line {line} holds a NUL byte. Save the file as 'CSV UTF-8'.", line)
        dirty = dirty or b"\r" in chunk
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
        if not is_utf8:
            _cp1252_or_refuse(chunk, offset, line)
        offset += len(chunk)
        line += chunk.count(b"\n")
    return ("utf-8" if is_utf8 else "cp1252"), start, dirty


def _cp1252_or_refuse(chunk: bytes, offset: int, line: int) -> None:
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
