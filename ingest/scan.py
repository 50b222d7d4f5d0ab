"""Where every record of a CSV file begins, ends and breaks, found without parsing a row in Python.

DuckDB reads a CSV fast but merges short rows, drops blank lines and counts records, not lines. So the bytes are first
walked in blocks with NumPy: clean UTF-8 with LF, the quotes strict (RFC 4180), line and number of fields of each known.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from ingest.encoding import BLOCK, clean
from ingest.endings import Spoilt, spoilt
from ingest.headers import unknown
from ingest.reading import Sent, Unreadable

LONGEST_RECORD = 1 << 20
HEADER_WITHIN = 20
QUOTE, COMMA, NEWLINE = 34, 44, 10


@dataclass(frozen=True)
class Scan:
    """A CSV file as scanned.

    `data` holds the `rows` good records (UTF-8, LF, after `skip` lines of header); `line_of` is a NumPy
    file with the physical line of each; `bad` the records with another number of fields than the
    header: (line, text, fields). `header_line` counts from 1. `aside` are records at the end that are none:
    totals and footnotes, (line, what it is).
    """

    header: list[str]
    header_line: int
    data: Path
    skip: int
    line_of: Path
    rows: int
    bad: tuple[tuple[int, str, int], ...]
    blank_lines: int
    encoding: str = "utf-8"
    notes: tuple[str, ...] = ()
    aside: tuple[tuple[int, str], ...] = ()
    twice_encoded: Spoilt | None = None


def scan_csv(
    sent: Sent,
    out: Path,
    is_header: Callable[[list[str]], bool] = lambda fields: len(fields) > 1,
    no_records: Callable[[list[str], int, bool], list[tuple[int, str]]] = lambda *_: [],
) -> Scan:
    """Scan one CSV file into `out`; raises Unreadable, naming code and line, where it is not a table.

    `is_header` tells the header from title rows above it, of which there may be nineteen; `no_records` what at the
    end is no record (`endings.no_records`).
    """
    path, encoding, notes = clean(sent, out)
    header, header_line, header_end = _header(path, is_header)
    records = _walk(path, header_end, header_line + 1)
    found = partial(_raw, path, *records.places(header_end))
    at_end = np.flatnonzero(~records.joined("blank").astype(bool))[-HEADER_WITHIN:]
    told = list(found(at_end))
    none = no_records([text for _, text, _ in told], len(header), records.cut)
    aside = tuple((told[i][0], what) for i, what in none)
    scan = _sift(path, out, header, header_line, header_end, records, at_end[[i for i, _ in none]])
    places = spoilt(path, records.joined("ends"), lambda i: next(found([i])))
    notes = (*notes, *(("S125",) if records.cut else ()))
    return replace(scan, encoding=encoding, notes=notes, aside=aside, twice_encoded=places)


def _header(path: Path, is_header: Callable[[list[str]], bool]) -> tuple[list[str], int, int]:
    """The header's fields, its physical line, and the byte at which the first record begins."""
    with path.open("rb") as f:
        lines = [f.readline(LONGEST_RECORD) for _ in range(HEADER_WITHIN)]
    offset = 0
    for number, raw in enumerate(lines, start=1):
        offset += len(raw)
        fields = _split(raw)
        if is_header(fields):
            return [field.strip() for field in fields], number, offset
    raise _no_header(lines)


def _split(raw: bytes) -> list[str]:
    try:
        return next(csv.reader([raw.decode("utf-8", "replace").rstrip("\n")], strict=True), [])
    except csv.Error:
        return []


def _no_header(lines: list[bytes]) -> Unreadable:
    first = next((line for line in lines if line.strip()), b"")
    for mark, name in ((b";", "';'"), (b"\t", "a tab"), (b"|", "'|'")):
        if first.count(mark) > first.count(b","):
            return Unreadable(
                "S101", f"Columns are parted by {name}; a comma is expected. Save it as 'CSV UTF-8'.", 1
            )
    return unknown(_split(first))


@dataclass
class _Records:
    """Ends (byte after the line feed), physical lines and field counts of every record, in order."""

    ends: list[np.ndarray] = field(default_factory=list)
    lines: list[np.ndarray] = field(default_factory=list)
    fields: list[np.ndarray] = field(default_factory=list)
    blank: list[np.ndarray] = field(default_factory=list)
    cut: bool = False

    def joined(self, name: str) -> np.ndarray:
        parts = getattr(self, name)
        parts[:] = [np.concatenate(parts) if parts else np.zeros(0, np.int64)]
        return parts[0]

    def places(self, header_end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Of every record its start, its end, its line and its number of fields."""
        ends = self.joined("ends")
        starts = np.concatenate(([header_end], ends[:-1])) if len(ends) else ends
        return starts, ends, self.joined("lines"), self.joined("fields")


def _blocks(path: Path, start: int, found: _Records) -> Iterator[tuple[int, np.ndarray]]:
    """Blocks of whole records: (byte offset, bytes); a missing last line feed is added and noted."""
    with path.open("rb") as f:
        f.seek(start)
        held = b""
        while chunk := f.read(BLOCK):
            block = held + chunk
            end = _last_record_end(block)
            if end:
                yield start, np.frombuffer(block, np.uint8, end)
            held, start = block[end:], start + end
            if len(held) > 8 * BLOCK:
                break
        if held.strip(b"\n"):
            found.cut = True
            yield start, np.frombuffer(held + b"\n", np.uint8)


def _last_record_end(block: bytes) -> int:
    if b'"' not in block:
        return block.rfind(b"\n") + 1
    b = np.frombuffer(block, np.uint8)
    outside = np.flatnonzero((b == NEWLINE) & ~_inside(b))
    return int(outside[-1]) + 1 if len(outside) else 0


def _inside(b: np.ndarray) -> np.ndarray:
    return np.logical_xor.accumulate(b == QUOTE)


def _walk(path: Path, start: int, line: int) -> _Records:
    found = _Records()
    for offset, b in _blocks(path, start, found):
        newlines = np.flatnonzero(b == NEWLINE)
        commas = np.flatnonzero(b == COMMA)
        ends = newlines
        if (b == QUOTE).any():
            inside = _inside(b)
            _refuse_stray_quotes(b, inside, newlines, line)
            ends = newlines[~inside[newlines]]
            commas = commas[~inside[commas]]
        starts = np.concatenate(([0], ends[:-1] + 1))
        _refuse_long(ends - starts, starts, newlines, line)
        n_commas = np.diff(np.searchsorted(commas, ends), prepend=0)
        found.ends.append(ends + 1 + offset)
        found.lines.append(line + np.searchsorted(newlines, starts))
        found.fields.append(n_commas + 1)
        found.blank.append(ends - starts == n_commas)
        line += len(newlines)
    return found


def _refuse_stray_quotes(b: np.ndarray, inside: np.ndarray, newlines: np.ndarray, line: int) -> None:
    """RFC 4180: a quote opens a value, closes it, or stands doubled within it."""
    quotes = np.flatnonzero(b == QUOTE)
    opens = inside[quotes]
    before = np.where(quotes > 0, b[quotes - 1], NEWLINE)
    after = b[np.minimum(quotes + 1, len(b) - 1)]
    beside = np.where(opens, before, after)
    stray = np.flatnonzero(~np.isin(beside, (COMMA, NEWLINE, QUOTE)))
    lines = line + np.searchsorted(newlines, quotes)
    first = int(stray[0]) if len(stray) else None
    never_closed = first is None and inside[-1]
    if never_closed or (first and not opens[first] and lines[first - 1] != lines[first]):
        at = int(lines[-1] if never_closed else lines[first - 1])
        raise Unreadable("F004", f"The quote opened on line {at} is never closed. Send it again, whole.", at)
    if first is not None:
        at = int(lines[first])
        raise Unreadable("S102", f'Line {at} has a quote inside a value. Write it twice ("").', at)


def _refuse_long(lengths: np.ndarray, starts: np.ndarray, newlines: np.ndarray, line: int) -> None:
    if len(lengths) and lengths.max() > LONGEST_RECORD:
        at = line + int(np.searchsorted(newlines, starts[lengths.argmax()]))
        raise Unreadable(
            "F020",
            f"The row that begins on line {at} is longer than 1 MB. Look for a missing line end or quote.",
            at,
        )


def _sift(path, out, header, header_line, header_end, records, none) -> Scan:
    """The good records apart from the blank, the broken and `none` that are no records."""
    starts, ends, lines, fields = records.places(header_end)
    blank = records.joined("blank").astype(bool)
    n_blank = int(blank.sum())
    blank[none] = True
    wrong = (fields != len(header)) & ~blank
    if records.cut and len(wrong) and wrong[-1]:
        at = int(lines[-1])
        raise Unreadable("F003", f"The file breaks off in line {at}. Send it again, whole.", at)
    good = ~(blank | wrong)
    line_of = out / f"{path.name}.lines.npy"
    np.save(line_of, lines[good])
    bad = tuple(_raw(path, starts, ends, lines, fields, np.flatnonzero(wrong)))
    data, skip = path, header_line
    if not good.all() or records.cut:
        data, skip = _copy_good(path, out, starts, ends, good), 0
    return Scan(header, header_line, data, skip, line_of, int(good.sum()), bad, n_blank)


def _raw(path, starts, ends, lines, fields, which) -> Iterator[tuple[int, str, int]]:
    with path.open("rb") as f:
        for i in which:
            f.seek(int(starts[i]))
            text = f.read(int(ends[i] - starts[i])).decode("utf-8").rstrip("\n")
            yield int(lines[i]), text, int(fields[i])


def _copy_good(path: Path, out: Path, starts, ends, good) -> Path:
    """Only the good records, copied in runs so that a clean stretch costs one read."""
    target = out / f"{path.name}.good.csv"
    edges = np.flatnonzero(np.diff(np.concatenate(([0], good.view(np.int8), [0]))))
    with path.open("rb") as source, target.open("wb") as sink:
        for first, after in edges.reshape(-1, 2):
            source.seek(int(starts[first]))
            left = int(ends[after - 1] - starts[first])
            while left > 0 and (chunk := source.read(min(left, BLOCK))):
                sink.write(chunk)
                left -= len(chunk)
            if left > 0:
                sink.write(b"\n")
    return target
