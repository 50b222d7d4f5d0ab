"""A release, as everything that readers get is drawn from it: its tables, and what its manifest says of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path

import duckdb

from refusal import Refusal
from reports.periods import financial_year

# Of several releases a reader gets the one published last.
PUBLISHED = "publication.json"


@dataclass(frozen=True)
class Figure:
    """One row of a release's figures, as it was released: numbers as text, since a mark may stand for one.

    Marks: c or * hidden, x not received, z does not apply, u of too few.
    """

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
    breakdown_label: str
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
        """The value; None where a mark stands in its place, which is never 0."""
        return number(self.value)


NAMES = tuple(field.name for field in fields(Figure))
FIELDS = ", ".join(
    field.name if field.type == "date" else f"coalesce({field.name}, '') as {field.name}"
    for field in fields(Figure)
)


def at_once(kind: type, values: Mapping | Iterable[tuple[str, object]]):
    """A frozen dataclass of all its fields by name, where there are tens of thousands to make.

    Its own __init__ sets one field after the other, which takes three times as long.
    """
    made = object.__new__(kind)
    made.__dict__.update(values)
    return made


@lru_cache(1 << 16)
def number(text: str) -> float | None:
    """A number as it was released; None where a mark stands in its place."""
    try:
        return float(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Release:
    """A folder of a release: its tables (Parquet), and the manifest that says what they rest on."""

    folder: Path

    @cached_property
    def manifest(self) -> dict:
        """What the release says it is."""
        return json.loads((self.folder / "manifest.json").read_text("utf-8"))

    @property
    def name(self) -> str:
        return self.manifest["name"]

    @property
    def is_restricted(self) -> bool:
        """Whether small numbers stand in it, so that it may not be published."""
        return "protection" in self.manifest

    @property
    def moment(self) -> datetime:
        """When the last receipt behind its figures came: the clock of everything drawn from it."""
        return datetime.fromisoformat(self.manifest["vintage"])

    @property
    def first_year(self) -> str:
        """The first of its financial years."""
        return financial_year(date(int(self.manifest["year"][:4]) - self.manifest["years"] + 1, 4, 1))

    def figures(self, where: str = "true", given: Mapping | None = None) -> list[Figure]:
        """The figures a condition over their columns keeps, in the order of the release."""
        found = self._connection.execute(f"select {FIELDS} from figures where {where}", given or {})
        return [at_once(Figure, zip(NAMES, row, strict=True)) for row in found.fetchall()]

    def table(self, name: str) -> list[dict]:
        """Every row of a table of the release, in its order."""
        if f"{name}.parquet" not in self.manifest["files"]:
            raise Refusal(
                f"The release {self.name} has no table {name}: it is of an older version. Release anew."
            )
        return self.ask(f"from {name}")

    def ask(self, sql: str, given: Mapping | None = None) -> list[dict]:
        """The rows of a query over the release's tables, which are views of its Parquet files."""
        found = self._connection.execute(sql, given or {})
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @cached_property
    def _connection(self):
        connection = duckdb.connect()
        for name, digest in self.manifest["files"].items():
            path = self.folder / name
            if path.suffix != ".parquet" or name == "truth.parquet":
                continue
            if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                raise Refusal(f"{name} in {self.name} is not the one its manifest names. Release anew.", 3)
            literal = str(path).replace("'", "''")
            connection.execute(f"create view {path.stem} as from read_parquet('{literal}')")
        # What reads a release can read nothing else, whatever it is asked.
        connection.execute("set allowed_directories = ['" + str(self.folder).replace("'", "''") + "']")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection


def public(
    releases: Path, year: str | None, as_at: str | None = None, kinds: Sequence[str] = ("year",)
) -> Release | None:
    """The release of a financial year (none: of the last there is) published last, by the moment `as_at`; or None."""
    found = []
    for path in releases.glob(f"public/[!.]*/{PUBLISHED}"):
        told, release = json.loads(path.read_text("utf-8")), Release(path.parent)
        of, at = release.manifest["year"], told["published_at"]
        was_then = as_at in (None, release.manifest.get("as_at")) or _moment(at) <= _moment(as_at)
        if year in (None, of) and was_then and {*kinds} <= {*release.manifest["periods"]}:
            found.append((of, at, release.name, release))
    return max(found, key=lambda f: f[:3])[3] if found else None


def named(releases: Path, name: str) -> Release:
    """The release of that name, public or restricted; Refusal where there is none."""
    for folder in (releases / "public" / name, releases / name):
        if (folder / "manifest.json").exists() and folder.parent in (releases, releases / "public"):
            return Release(folder)
    there = sorted(
        p.parent.name
        for p in [*releases.glob("public/[!.]*/manifest.json"), *releases.glob("[!.]*/manifest.json")]
    )
    raise Refusal(f"There is no release {name}. There are: {', '.join(there) or 'none'}.")


def _moment(text: str) -> datetime:
    """A day means its last second, in UTC."""
    try:
        moment = datetime.fromisoformat(f"{text}T23:59:59.999999" if len(text) == 10 else text)
    except ValueError:
        raise Refusal(f"{text!r} is no moment. Write 2025-07-31 or 2025-07-31T09:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
