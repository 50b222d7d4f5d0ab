"""What dbt knows of the returns: `models/staging/_sources.yml`, derived from the standard alone."""

from __future__ import annotations

from typing import Any

import yaml

from expectations.standard import Return

HEADER = "# Derived by `warehouse sync`. Do not edit.\n"
PLACE = {
    "submission_id": "The submission the row came with.",
    "file": "The file it stood in.",
    "sheet": "The sheet it stood on, where the file has sheets.",
    "line": "The physical line in the file or sheet.",
}
LANDING = {
    "submissions": "One row for each submission: who, what, for when, when received, and its fate.",
    "submission_files": "One row for each file of a submission, with the hash of its bytes.",
    "findings": "One row for each thing found wrong: file, line, column, value as sent, rule, sentence.",
    "skipped": "One row for each reason rows of a file were set aside that is nobody's fault.",
    "rule_results": "One row for each rule held against a submission: rows checked, rows failed.",
    "expected": "One row for each return an organisation was to send for a period.",
    "released_figures": "One row for each figure of each release that was cut.",
    "links": "One row for each time a pseudonym was linked, or linked anew; the latest counts.",
}


def dbt_sources(returns: dict[str, Return]) -> str:
    """The YAML of the sources `accepted` (a table for each return) and `landing`."""
    accepted = {
        "name": "accepted",
        "schema": "accepted",
        "description": "Rows that kept to the standard, typed, under the submission they came with.",
        "tables": [_table(r) for r in returns.values()],
    }
    landing = {
        "name": "landing",
        "schema": "landing",
        "description": "What was received, and what became of it.",
        "tables": [{"name": name, "description": says} for name, says in LANDING.items()],
    }
    document = {"version": 2, "sources": [accepted, landing]}
    return HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def _table(r: Return) -> dict[str, Any]:
    columns = PLACE | {f.name: " ".join(f.description.split()) for f in r.fields}
    return {
        "name": r.name,
        "description": " ".join(r.description.split()),
        "config": {"meta": {"return_code": r.code, "restates": _restates(r)}},
        "columns": [{"name": name, "description": says} for name, says in columns.items()],
    }


def _restates(r: Return) -> dict[str, Any]:
    """How staging finds the latest word on one record; absent keys are written out as null or empty."""
    return {
        "identity": list(r.restates.identity),
        "start": r.restates.start,
        "end": r.restates.end,
        "one_open_for": list(r.restates.one_open_for),
    }
