"""What stands beside the CSV files: the standard's metadata, and a Frictionless Data Package that describes all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from reports.open_data.places import COLUMNS as GEOGRAPHY
from reports.open_data.rows import FILTERS, REMARKS, SNAPSHOT, TIME, TOTAL, Measure, item

META = (
    "col_name",
    "col_type",
    "label",
    "indicator_grouping",
    "indicator_unit",
    "indicator_dp",
    "filter_hint",
    "filter_grouping_column",
    "filter_default",
)
LABELS = {
    "time_period": "Time period",
    "time_identifier": "Time identifier",
    "geographic_level": "Geographic level",
    "country_code": "Country code",
    "country_name": "Country",
    "region_code": "Region code",
    "region_name": "Region",
    "old_la_code": "Local authority number",
    "new_la_code": "Local authority code, as it was in the period",
    "la_name": "Local authority",
    "english_devolved_area_code": "English devolved area code",
    "english_devolved_area_name": "English devolved area",
    SNAPSHOT: "Date of the snapshot",
    "indicator": "Indicator",
    "breakdown_topic": "Broken down by",
    "breakdown": "Breakdown",
    "figure_status": "Status of the figure",
    "not_received": "Returns not received",
    "provisional": "Provisional or final",
    "note": "Note",
}
HINTS = {
    SNAPSHOT: "Choose a day",
    "indicator": "Choose one: indicators do not add up",
    "breakdown": "Choose Total for all, or the parts of one breakdown",
}
SYMBOLS = {
    "c": "hidden, so that nobody can be found",
    "x": "not received: never nothing",
    "z": "does not apply",
    "u": "of too few for a rate or a median",
}


def labels(measured: Measure) -> dict[str, str]:
    """What each column of a file of this measure is called."""
    above, below, figure, lower, upper = measured.columns
    return LABELS | {
        above: "Numerator",
        below: "Denominator",
        figure: measured.label,
        lower: f"{measured.label}, lower end of the 95% interval",
        upper: f"{measured.label}, upper end of the 95% interval",
    }


def metadata(measured: Measure, rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The rows of a file's `.meta.csv`; a filter with one item alone is left out, as the standard has it."""
    said = labels(measured)
    filters = [c for c in (SNAPSHOT, "indicator", "breakdown") if len({r.get(c) for r in rows}) > 1]
    told = [_filter(name, said[name], rows) for name in filters]
    told += [_number(name, said[name], measured) for name in measured.columns]
    return told + [_row(name, "Indicator", said[name], "About the figure", dp="0") for name in REMARKS]


def _filter(name: str, label: str, rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    grouped = "breakdown_topic" if name == "breakdown" else ""
    items = sorted({row[name] for row in rows})
    default = TOTAL if TOTAL in items else items[-1] if name == SNAPSHOT else items[0]
    return _row(name, "Filter", label) | {
        "filter_hint": HINTS[name],
        "filter_grouping_column": grouped,
        "filter_default": default,
    }


def _number(name: str, label: str, measured: Measure) -> dict[str, str]:
    if name.startswith("figure_"):
        return _row(name, "Indicator", label, "Figure", measured.unit, str(measured.places))
    places = measured.places if measured.name == "fte" else 0
    return _row(name, "Indicator", label, "Counts behind the figure", dp=str(places))


def _row(
    name: str, kind: str, label: str, grouping: str = "", unit: str = "", dp: str = ""
) -> dict[str, str]:
    told = {"col_name": name, "col_type": kind, "label": label, "indicator_grouping": grouping}
    return dict.fromkeys(META, "") | told | {"indicator_unit": unit, "indicator_dp": dp}


def package(
    files: Mapping[str, bytes],
    tables: Mapping[str, tuple[Measure, Sequence[str]]],
    manifest: Mapping,
    indicators: Iterable[Mapping],
    temporal: Mapping[str, str],
    licence: Mapping | None,
) -> dict:
    """The Data Package of the files; `tables` are the data files with their measures and columns. No clock."""
    said = list(indicators)
    resources = [_resource(name, files[name], *tables[name]) for name in sorted(tables)]
    resources += [_meta_resource(name, files[name]) for name in sorted(set(files) - set(tables))]
    profile = manifest.get("profile")
    told = {
        "profile": "tabular-data-package",
        "name": re.sub(r"[^a-z0-9._-]", "-", str(manifest["name"]).lower()),
        "title": f"Child sexual exploitation in South Yorkshire: figures of the release {manifest['name']}",
        "description": _description(manifest, licence),
        "release": manifest["name"],
        "as_at": manifest.get("as_at"),
        "vintage": manifest.get("vintage"),
        "protection_profile": profile.get("name") if isinstance(profile, Mapping) else profile,
        "temporal": dict(temporal),
        "symbols": SYMBOLS,
    }
    told |= {"licenses": [dict(licence)]} if licence else {}
    told |= {"breaks": manifest["breaks"]} if manifest.get("breaks") else {}
    returns = sorted({code for row in said for code in (row.get("returns") or "").split(";") if code})
    told |= {"sources": [{"title": f"Return {code}"} for code in returns]} if returns else {}
    return told | {"resources": resources, "indicators": _indicators(said)}


def _description(manifest: Mapping, licence: Mapping | None) -> str:
    words = [str(manifest["protection"])] if manifest.get("protection") else []
    words += [] if licence else ["No licence to use these figures has been given."]
    return " ".join([*words, "Absence of data is not absence of abuse."])


def _indicators(rows: Iterable[Mapping]) -> list[dict]:
    """What each item of the filter `indicator` means."""
    names = ("indicator_code", "name", "unit", "basis", "polarity", "definition", "counted", "of", "returns")
    told = [
        {"item": item(row["indicator_code"], row["name"], row["unit"])}
        | {name: row[name] for name in names if row.get(name)}
        for row in rows
    ]
    return sorted(told, key=lambda row: row["item"])


def _resource(name: str, content: bytes, measured: Measure, columns: Sequence[str]) -> dict:
    said = labels(measured)
    fields = [{"name": c, "type": "string", "title": said[c]} for c in columns]
    for field in fields:
        field |= _constraints(field["name"], measured)
    # A blank is a place's column that does not belong to its level.
    schema = {"fields": fields, "missingValues": ["", *SYMBOLS]}
    return _file(name, content) | {"schema": schema}


def _constraints(name: str, measured: Measure) -> dict:
    if name in measured.columns:
        return {"type": "number"}
    if name == SNAPSHOT:
        return {"type": "date"}
    if name == "time_period":
        return {"constraints": {"required": True, "pattern": r"\d{4}(\d{2})?"}}
    required = (*TIME, *GEOGRAPHY[:3], *FILTERS)
    return {"constraints": {"required": True}} if name in required else {}


def _meta_resource(name: str, content: bytes) -> dict:
    fields = [{"name": column, "type": "string"} for column in META]
    return _file(name, content) | {"schema": {"fields": fields, "missingValues": [""]}}


def _file(name: str, content: bytes) -> dict:
    return {
        "name": name.removesuffix(".csv"),
        "path": name,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def as_json(told: Mapping) -> bytes:
    return (json.dumps(told, indent=2, ensure_ascii=False, default=str) + "\n").encode("utf-8")
