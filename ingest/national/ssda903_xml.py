"""The expanded SSDA903 return in XML: each child's elements into the tables the CSV set has."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ingest.national import ssda903
from ingest.national.collection import XmlShape, collection
from ingest.national.ssda903_findings import findings
from ingest.national.xml_records import Element, Record, encoding_of, records
from ingest.reading import Finding, Reading, Sent, Skipped

READ_CSV = """read_csv(?, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
    new_line = '\\n', columns = {{'sheet': 'VARCHAR', 'line': 'BIGINT', {columns}}})"""


@dataclass
class _Tally:
    """How many elements of each table were met; and how many nobody knows, with the first line of each."""

    rows: Counter = field(default_factory=Counter)
    unknown: Counter = field(default_factory=Counter)
    unread: Counter = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def stranger(self, element: Element) -> None:
        """An element that may hold a row, and has no place in the standard."""
        self.unknown[element.tag[:60]] += 1
        self.first.setdefault(element.tag[:60], element.line)

    def values(self, element: Element, known: set[str]) -> None:
        """Note the values of a row that the reader does not know; they are no rows of their own."""
        for child in element.children:
            if child.tag not in known and not child.children:
                self.unread[child.tag[:60]] += 1
                self.first.setdefault(child.tag[:60], child.line)


def read_ssda903_xml(file: Sent, organisation_code: str | None, year: int | None, out: Path) -> Reading:
    """One EXPSSDA903 file → R13 and R14; `year` is the one in which the collection ends.

    Raises Unreadable: F010 where council or year is not known, X501-X505 as `records` does.
    """
    la = ssda903.council_of(organisation_code, year)
    tally = _Tally()
    _to_csv(file, out, tally)
    with ssda903.open_tables(la, out) as con:
        for name in ssda903.JOINED:
            _load(con, file.name, name, _raw(out, name))
        tables = ssda903.write(con, {"episodes", "missing"}, out)
        found = _strangers(file.name, tally) + findings(con, year)
    for name in ssda903.JOINED:
        _raw(out, name).unlink()  # these hold dates of birth; only the canonical files may stay
    with file.path.open("rb") as f:
        encoding = encoding_of(f.read(400))
    return Reading(
        "ssda903 xml",
        encoding,
        None,
        None,
        tables,
        tuple(_set_aside(file.name, year, tally)),
        tuple(found),
    )


def _raw(out: Path, table: str) -> Path:
    return out / f"{table}.raw.csv"


def _to_csv(file: Sent, out: Path, tally: _Tally) -> None:
    """One headless CSV for each joined table: the element's path, its line, and the table's columns."""
    shape = collection("ssda903").xml
    with ExitStack() as stack:
        writers = {}
        for name in ssda903.JOINED:
            sink = stack.enter_context(_raw(out, name).open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for record in records(file.path, shape.root, frozenset({f"{shape.root}/{shape.record}"})):
            if not record.known:
                tally.stranger(record.element)
                continue
            for table, path, element, child in _elements(record, shape, tally):
                if table in writers:
                    writers[table].writerow([path, element.line, *_values(table, element, child, shape)])


def _elements(record: Record, shape: XmlShape, tally: _Tally) -> Iterator[tuple[str, str, Element, str]]:
    """Every row of one child: (table, path, element, the child's id), counted as it passes."""
    child = next((e.value("CHILDID") for e in record.element.all("HEADER")), "")
    nested = [(element.tag, element) for element in record.element.children]
    nested += [(f"HEADER/{e.tag}", e) for h in record.element.all("HEADER") for e in h.children if e.children]
    numbers: Counter = Counter()
    for path, element in nested:
        numbers[path] += 1
        table = shape.elements.get(path)
        if table is None:
            tally.stranger(element)
            continue
        tally.rows[table] += 1
        tally.values(element, _tags(table))
        yield table, f"{record.path}/{path}[{numbers[path]}]", element, child
        if table == "header" and element.value("DUC"):
            yield "uasc", f"{record.path}/{path}[{numbers[path]}]", element, child
    if not nested:
        tally.stranger(record.element)


def _values(table: str, element: Element, child: str, shape: XmlShape) -> list[str]:
    """The element's values in the order of the table's columns; the id stands once, in HEADER."""
    found = {shape.tags.get(e.tag, e.tag): e.text for e in element.children}
    return [
        child if c == "CHILD" else found.get(c, "") for c in collection("ssda903").table(table).column_names
    ]


@cache
def _tags(table: str) -> set[str]:
    """The tags whose values the reader knows in a table's element; HEADER holds other tables' values too."""
    shape = collection("ssda903").xml
    columns = set(collection("ssda903").table(table).column_names)
    of_header = set(shape.of_header) if table == "header" else set()
    return columns | of_header | {tag for tag, column in shape.tags.items() if column in columns}


def _load(con, file: str, table: str, raw: Path) -> None:
    names = collection("ssda903").table(table).column_names
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    values = ["?", "sheet", "line", *(f"c{i}" for i in range(len(names)))]
    ssda903.insert(con, table, values, READ_CSV.format(columns=columns), [file, str(raw)])


def _set_aside(file: str, year: int, tally: _Tally) -> Iterator[tuple[str, Skipped]]:
    known = collection("ssda903")
    for kind in known.tables:
        if kind.reason and tally.rows[kind.name]:
            yield "lac_episode", Skipped(file, None, kind.reason, tally.rows[kind.name])
    for tag, rows in tally.unknown.items():
        yield (
            "lac_episode",
            Skipped(file, None, f"{tag}: the reader has no place for it.", rows),
        )


def _strangers(file: str, tally: _Tally) -> list[tuple[str, Finding]]:
    says = "The reader has no place for {} here; {:,} of them are set aside."
    return [
        (
            "lac_episode",
            Finding(
                "S106",
                "warning",
                says.format(tag, rows),
                file,
                None,
                tally.first[tag],
                tag,
            ),
        )
        for tag, rows in (tally.unknown + tally.unread).items()
    ]
