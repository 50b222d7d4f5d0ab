"""The tables a return has in the warehouse, derived from the standard."""

from __future__ import annotations

from expectations.standard import Return
from ingest import migration

DUCKDB_TYPES = {
    "string": "VARCHAR",
    "date": "DATE",
    "datetime": "TIMESTAMPTZ",
    "yearmonth": "DATE",
    "integer": "BIGINT",
    "number": "DECIMAL(18, 4)",
    "array": "VARCHAR[]",
}
SCHEMAS = ("landing", "accepted", "quarantine", "reference", "staging", "core", "marts")
# Kept in an encrypted file of its own, never here; its tables stand empty, and take no row.
APART = ("person_identity",)
NO_ROW = ", CHECK (submission_id IS NULL))"
PLACE = "submission_id BIGINT NOT NULL, file VARCHAR, sheet VARCHAR, line BIGINT"

LANDING = """
create table if not exists landing.runs (
    run_id varchar not null, started_at timestamptz not null, finished_at timestamptz, status varchar,
    version varchar);
create table if not exists landing.submissions (
    submission_id bigint not null, organisation_code varchar, return_code varchar, return_name varchar,
    period varchar, period_start date, period_end date, received_at timestamptz not null,
    sha256 varchar not null, file_name varchar not null, format varchar, encoding varchar,
    standard_version varchar, status varchar not null, says varchar,
    rows_read bigint not null, rows_accepted bigint not null, rows_quarantined bigint not null,
    rows_skipped bigint not null, replaces_submission_id bigint, run_id varchar not null,
    provisional boolean not null,
    check (rows_read = rows_accepted + rows_quarantined + rows_skipped));
create table if not exists landing.submission_files (
    submission_id bigint not null, file varchar not null, sha256 varchar not null, bytes bigint not null);
create table if not exists landing.findings (
    submission_id bigint not null, file varchar, sheet varchar, line bigint, column_name varchar,
    value varchar, rule_code varchar not null, severity varchar not null, says varchar not null);
create table if not exists landing.explanations (
    reply_submission_id bigint not null, submission_id bigint not null, organisation_code varchar not null,
    rule_code varchar not null, file varchar, sheet varchar, line bigint, column_name varchar,
    reason varchar not null, explanation varchar, received_at timestamptz not null, run_id varchar not null,
    carried_from_submission_id bigint);
create table if not exists landing.skipped (
    submission_id bigint not null, file varchar, sheet varchar, reason varchar not null, rows bigint not null);
create table if not exists landing.rule_results (
    submission_id bigint not null, rule_code varchar not null, column_name varchar, severity varchar not null,
    rows_checked bigint not null, rows_failed bigint not null);
create table if not exists landing.expected (
    organisation_code varchar not null, return_code varchar not null, period varchar not null,
    period_start date not null, period_end date not null, due_date date not null);
create table if not exists landing.cross_return_findings (
    run_id varchar not null, rule_code varchar not null, severity varchar not null, area_code varchar,
    period varchar, record varchar, says varchar not null);
create table if not exists landing.released_figures (
    release varchar not null, vintage timestamptz, indicator_code varchar not null, unit varchar not null,
    area_code varchar not null, period varchar not null, value decimal(18, 4));
create table if not exists landing.links (
    person_key varchar not null, person_key_scheme varchar not null, child_key varchar not null,
    organisation_code varchar, rule varchar not null, weight double, confidence varchar not null,
    reason varchar, linked_at timestamptz not null, run_id varchar not null);
create table if not exists landing.link_reviews (
    left_scheme varchar not null, left_key varchar not null, left_organisation varchar,
    right_scheme varchar not null, right_key varchar not null, right_organisation varchar,
    weight double, why varchar not null, forenames varchar, surnames varchar, birth_dates varchar,
    sexes varchar, postcodes varchar, nhs_numbers varchar, upns varchar, run_id varchar not null);
create table if not exists landing.linkages (
    run_id varchar not null, tried_at timestamptz not null, status varchar not null, says varchar,
    basis varchar not null, keys bigint, changed bigint, reviews bigint);
create table if not exists landing.built (code varchar not null, received varchar not null, built_at timestamptz);
create table if not exists landing.purged (
    submission_id bigint not null, table_name varchar not null, rows bigint not null, reason varchar not null,
    run_id varchar not null, purged_at timestamptz not null);
create table if not exists landing.erased (
    person_key_scheme varchar, digest varchar not null, return_name varchar, instruction varchar not null,
    run_id varchar not null, erased_at timestamptz not null);
"""


def accepted(r: Return) -> str:
    """The DDL of `accepted.<return>`: the row's place, then its columns, typed."""
    columns = ", ".join(f'"{f.name}" {DUCKDB_TYPES[f.type]}' for f in r.fields)
    return f"create table if not exists accepted.{r.name} ({PLACE}, {columns})"


def quarantine(r: Return) -> str:
    """The DDL of `quarantine.<return>`: the row's place, its text as sent, and every reason."""
    columns = ", ".join(f'"{f.name}" VARCHAR' for f in r.fields)
    return (
        f"create table if not exists quarantine.{r.name} ({PLACE}, {columns}, reasons VARCHAR[], raw VARCHAR)"
    )


def create(connection, returns: dict[str, Return], apart: bool = False) -> None:
    """Make every schema and table that is not there yet, in an open DuckDB connection; what is older is upgraded.

    Only a connection that is itself `apart`, in memory, takes the rows that never come into the warehouse.
    """
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    migration.upgrade(connection)
    connection.execute(LANDING)
    for r in returns.values():
        for schema, ddl in (("accepted", accepted(r)), ("quarantine", quarantine(r))):
            ddl = ddl.removesuffix(")") + NO_ROW if r.name in APART and not apart else ddl
            connection.execute(ddl)
            _widen(connection, schema, r, ddl)


def _widen(connection, schema: str, r: Return, ddl: str) -> None:
    """Give a table of an earlier version the columns its return has gained, in the return's order."""
    described = connection.execute(f"describe {schema}.{r.name}").fetchall()
    have = [column for column, *_ in described]
    wanted = ["submission_id", "file", "sheet", "line", *(f.name for f in r.fields)]
    if have[: len(wanted)] == wanted:
        return
    connection.execute(f"alter table {schema}.{r.name} rename to before_it_grew")
    connection.execute(ddl)
    connection.execute(f"insert into {schema}.{r.name} by name from {schema}.before_it_grew")
    connection.execute(f"drop table {schema}.before_it_grew")
