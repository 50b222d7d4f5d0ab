"""A long XML file cut into parts that are read side by side: each a whole to Expat, with the lines and numbers of the file.

A part begins with what stands before all records, and ends with the ends of what is open there. Where that is not
well-formed (a cut within a comment, say) a part is refused, and the file is read whole, which tells what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 18  # so much is read at a time: its records are all in memory at once
FIRST_WITHIN = 1 << 16


@dataclass(frozen=True)
class Span:
    """Bytes of a file from `begin` to `end`, one of so many `parts`; `passed` records and `lines` stand before them.

    It is read after the `head`, all that stands before any record, and before the ends of what is open: `after`.
    """

    begin: int = 0
    end: int | None = None
    head: bytes = b""
    after: bytes = b""
    passed: int = 0
    lines: int = 0
    parts: int = 1

    def chunks(self, f: BinaryIO) -> Iterator[bytes]:
        """What Expat is given, piece by piece; the last is empty. Lines passed over are line feeds: Expat counts them."""
        if self.head:
            yield self.head + b"\n" * self.lines
        f.seek(self.begin)
        left = self.end - self.begin if self.end is not None else -1
        while left and (chunk := f.read(CHUNK if left < 0 else min(CHUNK, left))):
            left -= len(chunk) if left > 0 else 0
            yield chunk
        if self.after:
            yield self.after
        yield b""


WHOLE = Span()


def spans(path: Path, many: str, parts: int, least: int) -> list[Span]:
    """So many parts of a file, cut before records of the path of which there are `many`; one where that will not do.

    `least` is the size in bytes of a part worth a process.
    """
    tag = f"<{many.rsplit('/', 1)[1]}>".encode()
    size = path.stat().st_size
    if size < parts * least:
        return [WHOLE]
    with path.open("rb") as f:
        head = f.read(FIRST_WITHIN)
        first = head.find(tag)
        cuts = sorted({_next(f, tag, max(first, size * n // parts)) for n in range(1, parts)} - {-1})
        if first < 0 or not cuts:
            return [WHOLE]
        told = [_passed(f, tag, begin, end) for begin, end in zip([0, *cuts], cuts, strict=False)]
    if any(odd for _, _, odd in told):
        return [WHOLE]
    return _between(head[:first], ends(many), told, cuts)


def _between(head: bytes, after: bytes, told: list[tuple[int, int, bool]], cuts: list[int]) -> list[Span]:
    of = len(cuts) + 1
    found, passed, lines = [Span(0, cuts[0], b"", after, parts=of)], 0, -head.count(b"\n")
    for (records, feeds, _), begin, end in zip(told, cuts, [*cuts[1:], None], strict=True):
        passed, lines = passed + records, lines + feeds
        found.append(Span(begin, end, head, b"" if end is None else after, passed, lines, of))
    return found


def ends(path: str) -> bytes:
    """The ends of all that is open around records of a path."""
    return "".join(f"</{tag}>" for tag in reversed(path.split("/")[:-1])).encode()


def _next(f: BinaryIO, tag: bytes, place: int) -> int:
    """Where the tag stands next; -1 where it stands nowhere near."""
    f.seek(place)
    found = f.read(CHUNK).find(tag)
    return found if found < 0 else place + found


def _passed(f: BinaryIO, tag: bytes, begin: int, end: int) -> tuple[int, int, bool]:
    """How often the tag and a line feed stand there, and whether lines end in another way, which Expat counts otherwise."""
    records = feeds = 0
    held, odd = b"", False
    f.seek(begin)
    while begin < end:
        if not (chunk := f.read(min(CHUNK, end - begin))):
            return records, feeds, True  # it is shorter than it was
        begin, feeds = begin + len(chunk), feeds + chunk.count(b"\n")
        held += chunk
        records += held.count(tag)
        odd = odd or held.count(b"\r") != held.count(b"\r\n") + held.endswith(b"\r")
        held = held[1 - len(tag) :]
    return records, feeds, odd or held.endswith(b"\r")
