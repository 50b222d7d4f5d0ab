"""What stands in a CSV and is no record, or not as it was written: totals, footnotes, letters encoded twice."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BLOCK = 8 << 20
csv.field_size_limit(2 << 20)  # Python's own is 131,072; the scan has refused rows over a megabyte before
TOTALS, FOOTNOTE = "totals row", "footnote"
TOTAL = re.compile(r"(grand|sub|overall)?[ -]?totals?\b", re.IGNORECASE)
NOTE = re.compile(
    r"\*|\(?\d\)|(notes?|source|n\.?b\.?|figures|produced|prepared|printed|end of|please)\b", re.IGNORECASE
)
# UTF-8 read as Windows-1252 and written as UTF-8 again: the apostrophe's, the accents' and the pound's first letters.
TWICE = (b"\xc3\xa2\xe2\x82\xac", b"\xc3\x83\xc2", b"\xc3\x82\xc2")


@dataclass(frozen=True)
class Spoilt:
    """Letters encoded twice: where they first stand (the line, and which value of it counting from 0), and how often."""

    line: int
    position: int
    times: int


def no_records(texts: list[str], width: int, cut: bool) -> list[tuple[int, str]]:
    """Of the last records of a file, those from its end that are totals or footnotes: (which, what).

    Nothing above the last record counts. Where the file may be `cut`, its last line must say that it is one.
    """
    found = []
    for i in reversed(range(len(texts))):
        if not (what := _what(texts[i], width, cut and i == len(texts) - 1)):
            break
        found.append((i, what))
    return found[::-1]


def _what(text: str, width: int, must_say_so: bool) -> str | None:
    cells = next(csv.reader([text.replace("\n", " ")]), [])
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or width < 2:
        return None
    if TOTAL.match(filled[0]) and len(cells) <= width:
        return TOTALS
    if len(filled) > 1 and (len(cells) == width or not NOTE.match(filled[0])):
        return None
    return FOOTNOTE if NOTE.match(filled[0]) or (" " in filled[0] and not must_say_so) else None


def spoilt(path: Path, ends, record: Callable[[int], tuple[int, str, int]]) -> Spoilt | None:
    """Letters encoded twice in clean UTF-8; `ends` are the ends of its records, `record` tells (line, text, fields)."""
    first, times, offset, held = None, 0, 0, b""
    with path.open("rb") as f:
        while chunk := f.read(BLOCK):
            block = held + chunk
            for mark in TWICE:
                times += (n := block.count(mark))
                if n:
                    first = min(first or 1 << 62, offset + block.find(mark))
            held = block[-4:] if len(block) > 4 else b""
            offset += len(block) - len(held)
    if first is None or not len(ends) or (i := bisect_right(ends, first)) >= len(ends):
        return None
    line, text, _ = record(i)
    cells = next(csv.reader([text]), [])
    marks = [mark.decode("utf-8", "ignore") for mark in TWICE]
    position = next((n for n, cell in enumerate(cells) if any(m in cell for m in marks)), 0)
    return Spoilt(line, position, times)
