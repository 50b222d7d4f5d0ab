"""Who may see what: roles and their grants, read from the seeds, and the file built for one of them.

DuckDB has no users, so a role's view of the warehouse is a file of its own, made new, into which only the
granted columns of the granted rows are written. What no grant names is granted to nobody.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from refusal import Refusal

ALL, BUT = "all", "all but "


@dataclass(frozen=True)
class Names:
    """Names of tables or columns as a seed says them: `all`, `all but a;b*`, or `a;b`."""

    says: str

    @property
    def listed(self) -> tuple[str, ...]:
        return () if self.says == ALL else tuple(self.says.removeprefix(BUT).split(";"))

    def among(self, there: list[str]) -> list[str]:
        """Those of the names that are there which are meant, in their order."""
        wanted = self.says == ALL or self.says.startswith(BUT)
        named = {n for n in there for pattern in self.listed if fnmatchcase(n, pattern)}
        return [n for n in there if (n in named) != wanted]


@dataclass(frozen=True)
class Grant:
    """Columns of tables of a schema, and the SQL a row must meet; empty where every row is granted."""

    schema_name: str
    tables: Names
    columns: Names
    row_filter: str

    def takes(self, option: str) -> bool:
        return bool(re.search(rf"\${option}\b", self.row_filter))

    def needs(self, option: str) -> bool:
        return self.takes(option) and f"${option} is null" not in self.row_filter


@dataclass(frozen=True)
class Role:
    """What somebody is here for, in words and in grants."""

    name: str
    sees: str
    never_sees: str
    grants: tuple[Grant, ...]

    def check(self, given: dict[str, str | None]) -> None:
        """Refusal where what the role's rows depend on was not said, or is said of a role it means nothing to."""
        if not self.grants:
            raise Refusal(
                f"{self.name} has nothing to export. It sees: {self.sees}. Never: {self.never_sees}.", 3
            )
        for option, value in given.items():
            if value is None and any(g.needs(option) for g in self.grants):
                raise Refusal(f"{self.name} sees one {option} only. Give --{option}.")
            if value is not None and not any(g.takes(option) for g in self.grants):
                raise Refusal(f"{self.name} is not held to one {option}. Leave --{option} out.")


def may_see(seeds: Path, name: str, table: str, columns: tuple[str, ...]) -> bool:
    """Whether a role may see these columns of every row of a table of core."""
    return any(
        g.schema_name == "core"
        and not g.row_filter
        and g.tables.among([table]) == [table]
        and g.columns.among([*columns]) == [*columns]
        for g in find(seeds, name).grants
    )


def read(seeds: Path) -> dict[str, Role]:
    """Every role with its grants, by name; Refusal (exit 4) where a grant is of a role there is none of."""
    grants: dict[str, list[Grant]] = {row["role"]: [] for row in _rows(seeds / "roles.csv")}
    for row in _rows(seeds / "role_grants.csv"):
        if row["role"] not in grants:
            raise Refusal(f"seeds/role_grants.csv grants to {row['role']}, which is no role. Mend it.", 4)
        names = Names(row["table_name"]), Names(row["columns"])
        grants[row["role"]].append(Grant(row["schema_name"], *names, row["row_filter"]))
    return {
        r["role"]: Role(r["role"], r["sees"], r["never_sees"], tuple(grants[r["role"]]))
        for r in _rows(seeds / "roles.csv")
    }


def find(seeds: Path, name: str) -> Role:
    """The role of that name; Refusal telling which there are."""
    known = read(seeds)
    if name not in known:
        raise Refusal(f"There is no role {name}. There are: {', '.join(known)}.")
    return known[name]


def _rows(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def whose(connection, area: str | None, organisation: str | None) -> dict[str, str | None]:
    """The codes of an area and an organisation as they were given; Refusal telling which there are."""
    known_areas = connection.execute(
        "select distinct area_code, short_code from reference.areas where level in ('district', 'force') order by all"
    ).fetchall()
    known = connection.execute("select organisation_code from reference.agencies order by all").fetchall()
    areas = {word.upper(): code for code, short in known_areas for word in (code, short)}
    if area is not None and area.upper() not in areas:
        raise Refusal(f"There is no area {area}. There are: {', '.join(short for _, short in known_areas)}.")
    if organisation is not None and (organisation.upper(),) not in known:
        raise Refusal(
            f"{organisation} is no organisation we know. There are: {', '.join(c for (c,) in known)}."
        )
    return {"area": area and areas[area.upper()], "organisation": organisation and organisation.upper()}
