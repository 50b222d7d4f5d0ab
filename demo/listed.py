"""Warnings true of the county as it is, so that a file with them is accepted with findings."""

from __future__ import annotations

import duckdb

from demo.returns import NATIONAL, TWO_CODES, WINDOWS_1252, Sent, made
from expectations.standard import find

# A late conference in the council's own return, in the year's file it happened in.
CONFERENCES = """(sort // 10) in (
    select r from m_referral where conference - strategy > 21 and fy(strategy) = fy(conference))
    and event_type = 'ICPC'"""
LATE_LICENCES = """decision_date - coalesce(referral_from_csc_date, opened_date) > 28
    and "trigger" in ('CSE', 'CSC_REFERRAL')"""
# The rows a rule warns of, by return, rule and column.
ROWS = (
    ("R13", "R13.16", "area_la_notified_date", "pl_location = 'OUT' and area_la_notified_date is null"),
    ("R11", "R11.08", "event_date", CONFERENCES),
    ("R22", "R22.07", "decision_date", LATE_LICENCES),
    ("R31", "R31.03", "protects", "protects = 'SERVICE'"),
)
LINES = """
select org, y, line, "{column}"::varchar from (
    select *, row_number() over (partition by org, y order by sort) + 1 as line from r_{name})
where {where} order by all"""
# Files too small for chance to even them out: most of their rows have no known ethnic group.
UNKNOWN = "More than half of the rows have no known ethnic group."
MOSTLY_UNKNOWN = """
select org, y, first(ethnicity_code order by sort) from r_{name} group by all
having avg((ethnicity_code in ('REFU', 'NOBT', 'NS', 'UN'))::int) > 0.5"""


def warnings(connection: duckdb.DuckDBPyConnection, sent: list[Sent]) -> list[dict]:
    """Every warning of the county's five years: an odd encoding, two codes of one council, and single rows."""
    file = {
        (s.organisation_code, s.return_code, s.y): s.files[0][0]
        for s in sent
        if s.files and not s.said_period
    }
    whole = [
        {"file": file[which], "rule_code": code, "severity": "warning", "line": None, "column_name": column}
        for which, code, column in ((WINDOWS_1252, "F007", None), (TWO_CODES, "X22", "la"))
    ]
    return [*whole, *_rows(connection, file), *_mostly_unknown(connection, file)]


def _rows(connection: duckdb.DuckDBPyConnection, file: dict[tuple, str]) -> list[dict]:
    found = []
    for code, rule_code, column, where in ROWS:
        rule = next(rule for rule in find(code).rules if rule.code == rule_code)
        query = LINES.format(name=find(code).name, column=column, where=where)
        for org, y, line, value in connection.execute(query).fetchall():
            if (org, code) not in NATIONAL:
                found.append(_finding(file[org, code, y], line, rule, column, value))
    return found


def _mostly_unknown(connection: duckdb.DuckDBPyConnection, file: dict[tuple, str]) -> list[dict]:
    return [
        {**_finding(file[org, r.code, y], 2, rule, "ethnicity_code", value), "sensitive": True}
        for r in made(connection)
        for rule in r.rules
        if rule.says == UNKNOWN
        for org, y, value in connection.execute(MOSTLY_UNKNOWN.format(name=r.name)).fetchall()
        if (org, r.code) not in NATIONAL
    ]


def _finding(file: str, line: int, rule, column: str, value: str | None) -> dict:
    return {
        "file": file,
        "sheet": None,
        "line": line,
        "rule_code": rule.code,
        "severity": rule.severity,
        "says": rule.says,
        "column_name": column,
        "value": value,
    }
