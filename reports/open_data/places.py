"""Where a figure is of, in the codes and names of the open data standard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from refusal import Refusal

COUNTRY = ("E92000001", "England")
YORKSHIRE = ("E12000003", "Yorkshire and The Humber")
# The mayoral authority's area is the four councils', as is the police force's; the standard's level is this one.
SOUTH_YORKSHIRE = ("E47000002", "South Yorkshire")
UNKNOWN = ("x", "Not available")
COLUMNS = (
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
    "english_devolved_area_code",
    "english_devolved_area_name",
)
LEVELS = {
    "district": "Local authority",
    "unknown": "Local authority",
    "force": "English devolved area",
    "region": "Regional",
    "country": "National",
}


@dataclass(frozen=True)
class Areas:
    """The areas by their lasting codes; an area whose official code changed has a row for each."""

    rows: Mapping[str, tuple[Mapping, ...]]

    @classmethod
    def of(cls, rows: Iterable[Mapping]) -> Areas:
        """From rows as in the list of areas: area_code, ons_code, name, level, parent_code, valid_from, valid_to."""
        found: dict[str, tuple[Mapping, ...]] = {}
        for row in rows:
            found[row["area_code"]] = (*found.get(row["area_code"], ()), row)
        return cls(found)

    def order(self, area_code: str) -> tuple[int, str, str]:
        """Councils by name, then the place not known, then South Yorkshire and what is larger: never by value."""
        row = self._row(area_code, date.max)
        return list(LEVELS).index(row["level"]), row["name"], area_code

    def geography(self, area_code: str, on: date) -> dict[str, str]:
        """The columns of a place, with the official code that held on a day."""
        row = self._row(area_code, on)
        told = dict.fromkeys(COLUMNS, "") | {"geographic_level": LEVELS[row["level"]]}
        told |= _pair("country", COUNTRY)
        if row["level"] != "country":
            told |= _pair("region", _region(row))
        if row["level"] == "district":
            told |= {"old_la_code": area_code, "new_la_code": row["ons_code"], "la_name": row["name"]}
        elif row["level"] == "unknown":
            code, name = UNKNOWN
            told |= {"old_la_code": code, "new_la_code": code, "la_name": name}
        elif row["level"] == "force":
            told |= _pair("english_devolved_area", SOUTH_YORKSHIRE)
        return told

    def _row(self, area_code: str, on: date) -> Mapping:
        rows = self.rows.get(area_code, ())
        if not rows or rows[0]["level"] not in LEVELS:
            raise Refusal(f"The open data standard has no place for the area {area_code}.")
        holding = [row for row in rows if _holds(row, on)]
        return (holding or rows)[-1]


def _holds(row: Mapping, on: date) -> bool:
    begins, ends = (str(row.get(name) or "") for name in ("valid_from", "valid_to"))
    return begins <= on.isoformat() and (not ends or on.isoformat() <= ends)


def _region(row: Mapping) -> tuple[str, str]:
    if row["level"] == "region":
        return row["ons_code"], row["name"]
    if row.get("region_code"):
        return row["region_code"], row["region_name"]
    return YORKSHIRE if "SY" in (row["area_code"], row.get("parent_code")) else ("", "")


def _pair(level: str, pair: tuple[str, str]) -> dict[str, str]:
    return dict(zip((f"{level}_code", f"{level}_name"), pair, strict=True))
