"""Reads a children in need census file: whose and when by its Header, then child by child into CSV."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ingest.national.cin_census import COLUMNS, LOCAL_IDS, SAME, person, rows
from ingest.national.cin_checks import Tally, check_child, stranger
from ingest.national.collection import COUNCILS, collection, financial_year, require_known_year
from ingest.national.values import repeatable
from ingest.national.xml_parts import WHOLE, Span, spans
from ingest.national.xml_records import Element, encoding_of, records
from ingest.reading import Finding, Reading, Sent, Skipped, Table, Unreadable, as_csv

ROOT = "Message"
HEADER, CHILD = "Message/Header", "Message/Children/Child"
REFERRALS = "sc_contact_referral"
PARTS, LEAST = 2, 4 << 20  # two processes read; starting one takes as long as a part of a few megabytes
PLACE = ("file", "sheet", "line", "raw")


@dataclass(frozen=True)
class Census:
    """Whose census it is and of which year, as its Header says."""

    lea: str
    year: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Part:
    """What was read of a part of a census, but for its rows."""

    census: Census
    tally: Tally
    children: int


def read_cin_xml(file: Sent, out: Path) -> Reading:
    """One census file → R09, R10 and R11; council and year come from its Header.

    Raises Unreadable: X501-X505 as `records` does, X503 too where the Header says no council or year.
    """
    return _reading(file, out, read_cin_part(file, out, WHOLE))


def cin_parts(file: Sent) -> list[Span]:
    """The parts of a census that are worth a process each; one where it is small, or not to be cut."""
    return spans(file.path, CHILD, PARTS, LEAST)


def read_cin_part(file: Sent, out: Path, span: Span) -> Part:
    """The rows of a part of a census, into `out`; raises what `read_cin_xml` does."""
    out.mkdir(exist_ok=True)
    with ExitStack() as stack:
        sinks = {name: _open(stack, out, name, headed=not span.begin) for name in COLUMNS}
        return _read(file, sinks, span)


def joined_cin(file: Sent, outs: list[Path], cut: list[Span], parts: list[Part]) -> Reading | None:
    """Parts read side by side as one reading, in the first's folder; None where they are not the whole, once each."""
    met = [span.passed + part.children for span, part in zip(cut, parts, strict=True)]
    if met[:-1] != [span.passed for span in cut[1:]]:
        return None
    for name in COLUMNS:
        with (outs[0] / f"{name}.csv").open("ab") as whole:
            for out in outs[1:]:
                with (out / f"{name}.csv").open("rb") as more:
                    shutil.copyfileobj(more, whole, 1 << 20)
                (out / f"{name}.csv").unlink()
    for part in parts[1:]:
        parts[0].tally.add(part.tally)
    return _reading(file, outs[0], parts[0])


def _reading(file: Sent, out: Path, whole: Part) -> Reading:
    census, tally = whole.census, whole.tally
    tables = tuple(
        Table(
            name,
            out / f"{name}.csv",
            columns,
            tally.rows[name],
            local_ids=LOCAL_IDS[name],
            same=SAME[name],
        )
        for name, columns in COLUMNS.items()
    )
    with file.path.open("rb") as f:
        encoding = encoding_of(f.read(400))
    skipped = tuple(
        (REFERRALS, Skipped(file.name, None, reason, count)) for reason, count in tally.skipped.items()
    )
    found = tuple(
        (REFERRALS, finding) for finding in (*census.findings, *tally.findings, *tally.notes(file.name))
    )
    organisation, period = COUNCILS.get(census.lea, census.lea), financial_year(census.year)
    return Reading("cin census xml", encoding, organisation, period, tables, skipped, found)


def _open(stack: ExitStack, out: Path, name: str, headed: bool) -> TextIO:
    sink = stack.enter_context((out / f"{name}.csv").open("w", encoding="utf-8", newline=""))
    if headed:
        sink.write(as_csv((*PLACE, *COLUMNS[name])))
    return sink


def _read(file: Sent, sinks: dict, span: Span) -> Part:
    census, tally, children = None, Tally(), 0
    for record in records(file.path, ROOT, frozenset({HEADER, CHILD}), CHILD, span):
        if not record.known:
            if span.head and not children:
                continue  # what stands before all records is told of by the first part
            stranger(record.element, tally)
        elif record.element.tag == "Header":
            census = census or _census(record.element, file.name)
        elif census is None:
            raise Unreadable(
                "X503",
                "No Header before the first Child; it must say council and year.",
                1,
            )
        else:
            children += 1
            _child(record.path, record.element, census, file.name, sinks, tally)
    if census is None:
        raise Unreadable("X503", "The file has no Header; it must say council and year.", 1)
    return Part(census, tally, children)


def _census(header: Element, file: str) -> Census:
    details = header.all("CollectionDetails")
    found = details[0].value("Year") if details else ""
    if not (found.isascii() and found.isdigit()):
        says = f"Header/CollectionDetails/Year is {repeatable(found)}; a year is expected."
        raise Unreadable("X503", says, header.line)
    year = require_known_year(collection("cin_census"), int(found[:6]))
    numbers = {source.value("LEA") for source in header.all("Source")} - {""}
    if len(numbers) != 1:
        shown = ", ".join(sorted(repeatable(n) for n in numbers)) or "nothing"
        raise Unreadable(
            "X503",
            f"Header/Source/LEA says {shown}; one council is expected.",
            header.line,
        )
    lea = numbers.pop()
    return Census(lea, year, tuple(_of_header(details[0], lea, year, file)))


def _of_header(details: Element, lea: str, year: int, file: str) -> list[Finding]:
    found, expected = (
        [],
        ", ".join(f"{number} ({code})" for number, code in COUNCILS.items()),
    )
    if lea not in COUNCILS:
        says = f"The census is of LEA {repeatable(lea)}; one of {expected} is expected."
        found.append(Finding("X503", "warning", says, file, None, details.line, "LEA", repeatable(lea)))
    reference = details.value("ReferenceDate")
    if reference and reference != f"{year}-03-31":
        says = f"ReferenceDate is {repeatable(reference)}; {year}-03-31 is expected of the census of {year}."
        found.append(
            Finding(
                "X503",
                "warning",
                says,
                file,
                None,
                details.line,
                "ReferenceDate",
                repeatable(reference),
            )
        )
    return found


def _child(path: str, child: Element, census: Census, file: str, sinks: dict, tally: Tally) -> None:
    met = False
    for name, where, element, values in rows(child, person(child, census.lea)):
        met = True
        sinks[name].write(as_csv((file, f"{path}/{where}", str(element.line), "", *values)))
        tally.rows[name] += 1
    if not met:
        tally.skipped["Child without CINdetails."] += 1
    check_child(child, census.year, file, path, tally)
