"""Warehouses as older versions of the project left them, as SQL; `python3 -m tests.operations.older HOME` prints one.

Each is of a made-up county of that version's own, at a five-hundredth of its size: what was received, and of what
was made of it the tables that no version makes any more. The rest is made again every night.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

KEPT = ("landing", "accepted", "quarantine")
GONE = (
    "marts.mart_annual_report",
    *("core.fct_total_findings", "core.fct_series_findings"),
    *("reference.published_referrals", "reference.published_factors"),
)
MOST = 3  # rows of a table: enough to show that none is lost
HERE = Path(__file__).parent
VERSIONS = sorted(p.stem for p in HERE.glob("*.sql"))


def load(connection, version: str) -> None:
    """Make an older warehouse in an open connection."""
    connection.execute((HERE / f"{version}.sql").read_text("utf-8"))


def dump(path: Path) -> str:
    """A warehouse file as SQL."""
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute("set timezone = 'UTC'")
    tables = connection.execute(
        "select schema_name, table_name, sql from duckdb_tables() where list_contains(?, schema_name) "
        "or list_contains(?, schema_name || '.' || table_name) order by all",
        [KEPT, GONE],
    ).fetchall()
    lines = [
        f"create schema if not exists {schema};"
        for schema in ("landing", "accepted", "quarantine", "reference")
    ]
    lines += ["create schema if not exists core;", "create schema if not exists marts;"]
    for schema, name, sql in tables:
        lines.append(sql)
        rows = connection.execute(
            f"select columns(*)::varchar from {schema}.{name} order by all limit {MOST}"
        ).fetchall()
        told = ",\n".join("(" + ", ".join(map(_quoted, row)) + ")" for row in rows)
        lines += [f"insert into {schema}.{name} values\n{told};"] if rows else []
    return "\n".join(lines) + "\n"


def _quoted(value: str | None) -> str:
    return "null" if value is None else "'" + value.replace("'", "''") + "'"
