"""What identifies a person reaches neither core nor marts, no finding, and nothing dbt writes down."""

from __future__ import annotations

from pathlib import Path

import yaml

from expectations.standard import standard

HERE = Path(__file__).parent
SENSITIVE = {
    f.name for r in standard().values() if r.name != "person_identity" for f in r.fields if f.sensitive
}
# What linkage's own tables call them; only core's own hash of a pseudonym may go on.
SENSITIVE |= {
    "person_key",
    "left_key",
    "right_key",
    "local_id",
    "forenames",
    "surname",
    "postcode",
    "nhs_number",
    "upn",
}
CASE = "children-known-to-several"


def test_no_model_of_core_or_marts_has_a_sensitive_column(after_case):
    home = after_case(CASE)
    with home.reading() as connection:
        columns = connection.execute(
            "select schema_name || '.' || table_name || '.' || column_name, column_name from duckdb_columns() "
            "where schema_name in ('core', 'marts')"
        ).fetchall()
        assert len(columns) > 500
        assert [where for where, name in columns if name in SENSITIVE] == []
        assert keys_in_findings(connection) == []
    keys = sent_keys()
    assert keys
    written = [p for p in home.parsed.rglob("*") if p.is_file()]
    assert len(written) > 200
    assert [p.name for p in written if any(key.encode() in p.read_bytes() for key in keys)] == []


def keys_in_findings(connection) -> list:
    """No finding repeats what identifies or what describes a person."""
    withheld = {f.name for r in standard().values() for f in r.fields if f.withheld}
    return connection.execute(
        "select rule_code, column_name from landing.findings where list_contains(?, column_name) "
        "and value is not null and value <> '(withheld)'",
        [sorted(withheld)],
    ).fetchall()


def sent_keys() -> set[str]:
    """Every pseudonym of the case's files."""
    import csv

    found = set()
    for path in (HERE / "cases" / CASE / "sent").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row["person_key"] for row in csv.DictReader(file) if row.get("person_key")}
    return found


def test_no_model_declares_one():
    declared = []
    for path in sorted((HERE.parent / "dbt_project" / "models").glob("[cm]*/*.yml")):
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", []):
            declared += [(path.name, c["name"]) for c in model.get("columns", []) if c["name"] in SENSITIVE]
    assert declared == []
