"""The SSDA903 CSV set: each file known by its header, all files of a folder one submission."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np

from ingest.national import ssda903
from ingest.national.collection import Kind, collection, in_year, years
from ingest.national.ssda903_findings import findings
from ingest.reading import Finding, Reading, Sent, Skipped, Unreadable
from ingest.scan import Scan, scan_csv

READ_CSV = """lines positional join read_csv(?, header = false, auto_detect = false, skip = {skip},
    delim = ',', quote = '"', escape = '"', new_line = '\\n', columns = {{{columns}}})"""
NOT_KEPT = "{:,} values where the header has {:,}; the line is not kept, for it may hold personal data."


@dataclass
class _Set:
    """What has been read of the set so far."""

    con: duckdb.DuckDBPyConnection
    year: int
    out: Path
    sent: set[str] = field(default_factory=set)
    encodings: set[str] = field(default_factory=set)
    skipped: list[tuple[str, Skipped]] = field(default_factory=list)
    findings: list[tuple[str, Finding]] = field(default_factory=list)


def folded(header: list[str]) -> list[str]:
    """Column names as SSDA903 writes them: upper case, no space at the ends."""
    return [name.replace("\xa0", " ").strip().upper() for name in header]


def kind_of(header: list[str]) -> Kind | None:
    """The SSDA903 table with this header; None where it is no SSDA903 table."""
    names = set(folded(header))
    fits = [
        kind for kind in collection("ssda903").tables if kind.known_by and names.issuperset(kind.known_by)
    ]
    return max(fits, key=lambda kind: len(names.intersection(kind.column_names)), default=None)


def read_ssda903_csv(
    files: list[Sent], organisation_code: str | None, year: int | None, out: Path
) -> Reading:
    """The files of one collection → R13 and R14; `year` is the one in which the collection ends.

    Raises Unreadable, naming the file, where a file is none of the set or cannot be read as a table.
    """
    la = ssda903.council_of(organisation_code, year)
    with ssda903.open_tables(la, out) as con:
        read = _Set(con, year, out)
        for file in sorted(files, key=lambda sent: sent.name):
            _read_file(read, file)
        tables = ssda903.write(con, read.sent, out)
        read.findings += findings(con, year)
    encoding = ", ".join(sorted(read.encodings))
    return Reading(
        "ssda903 csv",
        encoding,
        None,
        None,
        tables,
        tuple(read.skipped),
        tuple(read.findings),
    )


def _read_file(read: _Set, file: Sent) -> None:
    try:
        scan = scan_csv(file, read.out, lambda header: kind_of(header) is not None)
        kind = kind_of(scan.header)
        _check_header(read, file.name, kind, folded(scan.header), scan.header_line)
    except Unreadable as problem:
        raise Unreadable(problem.code, f"{file.name}: {problem.says}", problem.line) from None
    read.sent.add(kind.name)
    read.encodings.add(scan.encoding)
    return_name = kind.feeds or "lac_episode"
    if kind.name in ssda903.JOINED:
        _load(read.con, file.name, kind, scan)
    if kind.reason and scan.rows:
        read.skipped.append((return_name, Skipped(file.name, None, kind.reason, scan.rows)))
    if scan.blank_lines:
        read.skipped.append((return_name, Skipped(file.name, None, "blank line", scan.blank_lines)))
    read.findings += [(return_name, found) for found in _of_bytes(file.name, scan)]
    _broken_lines(read, file.name, kind, scan)


def _of_bytes(file: str, scan: Scan) -> list[Finding]:
    found = []
    if scan.encoding != "utf-8":
        says = "The file is Windows-1252; it was read so. Save as 'CSV UTF-8'."
        found.append(Finding("F007", "warning", says, file))
    if "S119" in scan.notes:
        found.append(Finding("S119", "warning", "A Ctrl-Z at the end of the file was left out.", file))
    if scan.header_line > 1:
        says = f"The header was found on line {scan.header_line}."
        found.append(Finding("S108", "warning", says, file, None, scan.header_line))
    return found


def _check_header(read: _Set, file: str, kind: Kind, header: list[str], line: int) -> None:
    known = collection("ssda903")
    for name in header:
        if name in known.never_send:
            raise Unreadable("S107", f"The column {name} must never be sent. Take it out.", line)
        if header.count(name) > 1:
            raise Unreadable("S104", f"The column {name[:60]!r} stands in the header twice.", line)
    notes = _of_another_year(kind, header, read.year)
    return_name = kind.feeds or "lac_episode"
    read.findings += [
        (return_name, Finding(code, "warning", says, file, None, line, column))
        for code, says, column in notes
    ]


def _of_another_year(kind: Kind, header: list[str], year: int) -> list[tuple[str, str, str | None]]:
    """Tables and columns sent that the year does not collect, and columns it collects that are not sent."""
    notes = []
    if not in_year(kind, year):
        notes.append(("S106", f"The table {kind.name} is collected {years(kind)}.", None))
    collected = {column.name: column for column in kind.columns if in_year(column, year)}
    for name in header:
        if name not in collected:
            notes.append(
                (
                    "S106",
                    f"The column {name[:60]!r} is not one of {kind.name}'s; it is not read.",
                    None,
                )
            )
    for name, column in collected.items():
        if name not in header and not column.optional:
            notes.append(
                (
                    "S105",
                    f"The column {name} is missing; its values are taken as blank.",
                    name,
                )
            )
    return notes


def _load(con: duckdb.DuckDBPyConnection, file: str, kind: Kind, scan: Scan) -> None:
    """The file's good records into the table of its kind, each with its physical line."""
    header = folded(scan.header)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    place = ["?", "null", "line"]
    values = [f"c{header.index(name)}" if name in header else "null" for name in kind.column_names]
    con.register("lines", {"line": np.load(scan.line_of)})
    source = READ_CSV.format(columns=columns, skip=scan.skip)
    rows = ssda903.insert(con, kind.name, place + values, source, [file, str(scan.data)])
    con.unregister("lines")
    if rows != scan.rows:
        raise RuntimeError(f"{file}: {scan.rows} records were scanned and {rows} read")


def _broken_lines(read: _Set, file: str, kind: Kind, scan: Scan) -> None:
    """Lines with too few or too many values: rows of their return where it is mapped, else set aside."""
    says = [(line, NOT_KEPT.format(found, len(scan.header))) for line, _, found in scan.bad]
    if kind.feeds:
        rows = [(kind.feeds, file, line, text) for line, text in says]
        if rows:
            read.con.executemany("insert into broken values (?, ?, ?, ?)", rows)
    elif says:
        reason = f"{kind.name} row that does not split into its columns."
        read.skipped.append(("lac_episode", Skipped(file, None, reason, len(says))))
        read.findings += [
            ("lac_episode", Finding("S103", "warning", text, file, None, line)) for line, text in says
        ]
