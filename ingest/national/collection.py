"""A national collection as data: its tables, their columns and the years in which each is collected.

Read from `ssda903.yml` and `cin_census.yml` beside this file; an unknown key there is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

import yaml

from ingest.reading import Unreadable

# DfE's numbers of the four councils. Any other council's file is read too, and then refused by name.
COUNCILS = {"370": "BAR", "371": "DON", "372": "ROT", "373": "SHE"}


@dataclass(frozen=True)
class Column:
    """A column, with the first and the last collection year in which it is sent."""

    name: str
    since: int | None = None
    until: int | None = None
    optional: bool = False


@dataclass(frozen=True)
class Kind:
    """A table of the collection; one with a `reason` is set aside, one that `feeds` a return is mapped.

    A CSV table is known by its header (`known_by`), an element by the one it stands `within`.
    """

    name: str
    columns: tuple[Column, ...]
    feeds: str | None = None
    reason: str | None = None
    known_by: tuple[str, ...] = ()
    within: str | None = None
    since: int | None = None
    until: int | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class CodeChange:
    """The codes a column takes from one collection year to another, both included."""

    table: str
    column: str
    codes: tuple[str, ...]
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class XmlShape:
    """Where the rows of each table stand in the XML form of a collection."""

    root: str
    record: str
    elements: dict[str, str]
    tags: dict[str, str]
    of_header: tuple[str, ...]


@dataclass(frozen=True)
class Collection:
    """One national collection over all the years we read."""

    title: str
    first_year: int
    last_year: int
    tables: tuple[Kind, ...]
    codes: tuple[CodeChange, ...] = ()
    never_send: tuple[str, ...] = ()
    xml: XmlShape | None = field(default=None)

    def table(self, name: str) -> Kind:
        """The table of that name; KeyError where there is none."""
        for kind in self.tables:
            if kind.name == name:
                return kind
        raise KeyError(name)


def _only(given: dict, kind: type, where: str) -> dict:
    unknown = set(given) - {f.name for f in fields(kind)}
    if unknown:
        raise ValueError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    return {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}


def _column(given: str | dict, where: str) -> Column:
    return Column(given) if isinstance(given, str) else Column(**_only(given, Column, where))


def _kind(given: dict, where: str) -> Kind:
    columns = tuple(_column(column, where) for column in given["columns"])
    return Kind(**{**_only(given, Kind, where), "columns": columns})


@cache
def collection(name: str) -> Collection:
    """The collection declared in `<name>.yml`: `ssda903` or `cin_census`."""
    path = Path(__file__).with_name(f"{name}.yml")
    given = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    plain = _only(given, Collection, path.name)
    xml = given.get("xml")
    return Collection(
        **{
            **plain,
            "tables": tuple(_kind(table, path.name) for table in given["tables"]),
            "codes": tuple(
                CodeChange(**_only(code, CodeChange, path.name)) for code in given.get("codes", ())
            ),
            "xml": XmlShape(**_only(xml, XmlShape, path.name)) if xml else None,
        }
    )


def in_year(thing: Column | Kind | CodeChange, year: int) -> bool:
    """Whether a table, column or code is collected in the year (the one in which the collection ends)."""
    return (thing.since or year) <= year <= (thing.until or year)


def years(thing: Column | Kind | CodeChange) -> str:
    """The years of a table, column or code in words: `from 2024-25`, `until 2023-24`."""
    since = [f"from {financial_year(thing.since)}"] if thing.since else []
    until = [f"until {financial_year(thing.until)}"] if thing.until else []
    return " ".join(since + until)


def financial_year(year: int) -> str:
    """2018 → `2017-18`."""
    return f"{year - 1}-{year % 100:02d}"


def codes_in(known: Collection, table: str, column: str, year: int) -> Iterable[str]:
    """The codes a column takes in that year; empty where the collection's own dates do not tell."""
    changes = (c for c in known.codes if (c.table, c.column) == (table, column))
    return next((c.codes for c in changes if in_year(c, year)), ())


def require_known_year(known: Collection, year: int | None) -> int:
    """The year, if it is one we read; raises Unreadable X503 naming what was found and expected."""
    if year is None or not known.first_year <= year <= known.last_year:
        raise Unreadable(
            "X503",
            f"The collection year is {year}; one from {known.first_year} to {known.last_year} is expected.",
        )
    return year
