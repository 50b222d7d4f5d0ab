"""What a warehouse must make of the county: the oracle, reckoned from the model by SQL of its own.

`truth.json` holds rows by file, the fate of each submission, the findings planted, the indicators, the seven
counts of the annual report and the discrepancies between returns. It says nothing of rows in error that
nobody planted: there are none. Events of the year of faults (2025-26) are in no figure here.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb

from demo import listed
from demo.examples import Planted
from demo.returns import AREA, DUE, LATE, YEARS, Sent, received
from expectations.standard import find, standard

ORACLE = Path(__file__).parent / "oracle"
SEEDS = Path(__file__).parent.parent / "seeds"
SEVEN = {
    "complaints": ("I01", "complaint"),
    "investigations": ("I02", "crime"),
    "prosecutions": ("I03", "defendant"),
    "convictions": ("I04", "defendant"),
    "police_officers": ("I05", "FTE"),
    "social_workers": ("I06", "FTE"),
    "other_specialist_workers": ("I07", "FTE"),
}
FIGURE = (
    "indicator_code",
    "area_code",
    "period",
    "basis",
    "breakdown",
    "breakdown_value",
    "numerator",
    "denominator",
    "value",
    "unit",
    "status",
)
RECONCILIATION = (
    "select month, la, status, count(*) as episodes from o_reconciliation group by all order by all"
)
STANDING = "select count(*) from r_{name} where last and org = '{org}'"
# A late conference in the census, in each year's file that still tells of the referral.
CENSUS_CONFERENCES = """
select distinct y from (select *, unnest(years(d, closed_on)) as y from m_referral where la = '371')
where conference - s47 > 21 and conference <= fy_end(y)"""


def reckon(
    connection: duckdb.DuckDBPyConnection,
    sent: list[Sent],
    findings: list[dict],
    refused: list[dict],
    strays: list[Planted],
) -> dict:
    """Everything `truth.json` holds but seed and scale; `strays` are planted rows that count in the five years."""
    _strays(connection, strays)
    _what_was_sent(connection, sent)
    connection.execute("set variable seeds = ?", [SEEDS.as_posix()])
    for path in sorted(ORACLE.glob("*.sql")):
        connection.execute(path.read_text("utf-8"))
    figures = _figures(connection)
    findings = [*findings, *listed.warnings(connection, sent)]
    told_of = {f["file"] for f in findings if f["severity"] in ("error", "warning")}
    late = {fy for (fy,) in connection.execute(CENSUS_CONFERENCES).fetchall()}
    return {
        "rows": {file: rows for s in sent for file, rows in s.files},
        "submissions": [_submission(s, told_of, late) for s in sent],
        "refused": refused,
        "findings": findings,
        "indicators": figures,
        "seven_counts": seven_counts(figures),
        "cross_return": _dicts(connection, "select * from o_cross order by all"),
        "reconciliation": _dicts(connection, RECONCILIATION),
        "standing": _standing(connection),
    }


def _strays(connection: duckdb.DuckDBPyConnection, strays: list[Planted]) -> None:
    columns = ("event_date", "cse_flag", "status", "district", "factors", "conclusion", "sex", "birth_month")
    marks = ", ".join("?" for _ in ("return_name", *columns))
    connection.execute(
        f"create or replace table o_stray (return_name varchar, {', '.join(f'{c} varchar' for c in columns)})"
    )
    for row in strays:
        values = {**row.values, "event_date": row.values[find(row.return_name).event_date][:10]}
        told = [row.return_name, *(values.get(c) for c in columns)]
        connection.execute(f"insert into o_stray values ({marks})", told)


def _what_was_sent(connection: duckdb.DuckDBPyConnection, sent: list[Sent]) -> None:
    """Tables of the returns due and of the rows sent in the county's five years."""
    connection.execute("create or replace table o_due (y int, area varchar, on_time boolean)")
    connection.execute(
        "create or replace table o_sent (y int, area varchar, accepted bigint, quarantined bigint)"
    )
    came = {
        (s.organisation_code, s.return_code, s.y): received(s.organisation_code, s.return_code, s.y)
        for s in sent
    }
    for org, codes in DUE.items():
        for code, y in ((code, y) for code in codes for y in YEARS):
            due = date(y + 1, 3, 31) + timedelta(days=find(code).due_days)
            on_time = came.get((org, code, y), date.max) <= due
            connection.execute("insert into o_due values (?, ?, ?)", [y, AREA.get(org, "SY"), on_time])
    for s in sent:
        if s.y in YEARS:
            row = [s.y, AREA.get(s.organisation_code, "SY"), _accepted(s), s.quarantined]
            connection.execute("insert into o_sent values (?, ?, ?, ?)", row)


def _accepted(s: Sent) -> int:
    return s.rows - s.skipped - s.quarantined


def _submission(s: Sent, listed: set[str], late: set[int]) -> dict:
    """A submission's fate; `listed` are the files with findings, `late` the years of the census with one."""
    which = (s.organisation_code, s.return_code, s.y)
    found = any(file in listed for file, _ in s.files) or (which[:2] == ("DON", "R11") and s.y in late)
    return {
        "organisation_code": s.organisation_code,
        "return_code": s.return_code,
        "period": s.period,
        "status": "accepted with findings" if found else s.status,
        "late": which in LATE,
        "rows_read": s.rows,
        "rows_accepted": _accepted(s),
        "rows_quarantined": s.quarantined,
        "rows_skipped": s.skipped,
        "files": [file for file, _ in s.files],
    }


def _figures(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    scale = "coalesce(scale, if(unit like '%per 1,000 %', 1000.0, 100.0))"
    value = f"if(d is null and scale is null, n, {scale} * n / nullif(d, 0))"
    query = f"""select indicator_code, area_code, period, basis, breakdown, breakdown_value, n::double as numerator,
        d::double as denominator, round({value}::double, 9) as value, unit, status from o_figure order by all"""
    return [dict(zip(FIGURE, row, strict=True)) for row in connection.execute(query).fetchall()]


def seven_counts(figures: list[dict]) -> dict:
    """The annual report's seven counts by area and financial year; None where nothing was received."""
    told = {
        (f["indicator_code"], f["unit"], f["area_code"], f["period"]): f["value"]
        for f in figures
        if f["breakdown"] == "all"
    }
    years = [f"{y}-{(y + 1) % 100:02d}" for y in YEARS]
    return {
        area: {y: {name: told.get((*which, area, y)) for name, which in SEVEN.items()} for y in years}
        for area in (*AREA.values(), "SY")
    }


def _standing(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """How many records of each return stand once all is received, each counted once however often told."""
    found = []
    for r in standard().values():
        orgs = [org for org in DUE if r.code in DUE[org]]
        for org in orgs:
            # The census has no strategy discussions.
            also = " and event_type <> 'STRAT'" if (org, r.code) == ("DON", "R11") else ""
            query = STANDING.format(name=r.name, org=org) + also
            records = connection.execute(query).fetchone()[0]
            found.append({"organisation_code": org, "return_code": r.code, "records": records})
    return found


def _dicts(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict]:
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def write(folder: Path, truth: dict) -> Path:
    """Write `truth.json` beside the inbox."""
    path = folder / "truth.json"
    path.write_text(
        json.dumps(truth, indent=0, ensure_ascii=False, default=str) + "\n", "utf-8", newline="\n"
    )
    return path
