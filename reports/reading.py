"""A release as its readers see it: each figure as it was released, with the mark that stands where a number may not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb

from refusal import Refusal

HIDDEN, NOT_RECEIVED, NOT_APPLICABLE, TOO_FEW = "c", "x", "z", "u"


@dataclass(frozen=True)
class Figure:
    """One figure of a release: numbers as text, just as they were released, or the mark in their place."""

    indicator_code: str
    indicator: str
    unit: str
    basis: str
    area_code: str
    area: str
    period: str
    period_kind: str
    start_date: date
    end_date: date
    breakdown: str
    breakdown_value: str
    numerator: str
    denominator: str
    value: str
    lower: str
    upper: str
    status: str
    not_received: str
    provisional: str
    note: str

    @property
    def number(self) -> float | None:
        """The value; None where a mark stands in its place."""
        return number(self.value)


def number(text: str) -> float | None:
    """A number as it was released; None where a mark stands in its place, which is never 0."""
    try:
        return float(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Release:
    """A folder of `releases/`: its tables as Parquet, and the manifest that says what they rest on."""

    folder: Path

    @cached_property
    def manifest(self) -> dict:
        return json.loads((self.folder / "manifest.json").read_text("utf-8"))

    @property
    def name(self) -> str:
        return self.manifest["name"]

    def figures(self, where: str = "true", given: Mapping | None = None) -> list[Figure]:
        """The figures a condition over their columns keeps, in the order of the release."""
        columns = ", ".join(field.name for field in fields(Figure))
        return [Figure(*row) for row in self._ask(f"select {columns} from figures where {where}", given)]

    def table(self, name: str) -> list[dict]:
        """Every row of a table of the release."""
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            raise Refusal(
                f"The release {self.name} has no table {name}. It is of an older version: release anew."
            )
        with closing(duckdb.connect()) as connection:
            found = connection.execute("from read_parquet(?)", [str(path)])
            columns = [column[0] for column in found.description]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def _ask(self, sql: str, given: Mapping | None) -> list[tuple]:
        with closing(duckdb.connect()) as connection:
            connection.execute(
                "create view figures as from read_parquet('"
                + str(self.folder / "figures.parquet").replace("'", "''")
                + "')"
            )
            return connection.execute(sql, given or {}).fetchall()
