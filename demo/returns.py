"""The county's returns as files, as agencies would send them: mostly CSV, one workbook, one odd encoding.

`inbox/<ORG>/<period>/received-<date>/<file>`: who, when for and when received stand in the path.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import xlsxwriter

from expectations.standard import Return, standard

YEARS = range(2020, 2025)
AREA = {"BAR": "370", "DON": "371", "ROT": "372", "SHE": "373"}
# Children go to any of them, wherever they live: each speaks for South Yorkshire.
TRUSTS = ("RFF", "RP5", "RFR", "RCU")
# Which returns each organisation owes each year.
ABOUT_CHILDREN = ("R09", "R10", "R11", "R12", "R13", "R14")
ABOUT_SERVICES = ("R19", "R20", "R21", "R22", "R26", "R27", "R28", "R29", "R31")
DUE = {
    "SYP": ("R01", "R02", "R03", "R04", "R05", "R19", "R23"),
    "RHI": ("R15", "R15B"),
    "VSP": ("R08",),
    "VOL": ("R24",),
    "CPS": ("R06",),
    "HMC": ("R07", "R30"),
    **dict.fromkeys(TRUSTS, ("R16", "R17", "R18")),
    **dict.fromkeys(AREA, (*ABOUT_CHILDREN, *ABOUT_SERVICES)),
}
# What is not a plain CSV. Sheffield and Doncaster send their national returns (demo/national.py).
NATIONAL = {("SHE", "R13"), ("SHE", "R14"), ("DON", "R09"), ("DON", "R10"), ("DON", "R11")}
WORKBOOK = ("BAR", "R19", 2023)
WINDOWS_1252 = ("SHE", "R19", 2022)
# A byte order mark, and lines that end as Windows ends them.
FROM_WINDOWS = ("BAR", "R10", 2022)
# One council writes its own code in two ways in one file: the old one and the one of 2025 (X22).
TWO_CODES = ("SHE", "R09", 2024)
NEVER_CAME = ("DON", "R19", 2021)
LATE = {("SYP", "R05", 2022): 25, ("HMC", "R07", 2023): 40, ("SHE", "R10", 2021): 9}
MARKER = ("org", "y", "last", "sort", "i", "p", "born")


@dataclass(frozen=True)
class Sent:
    """One submission as sent; `files` are (path below the folder, rows in it), `rows` those of the return."""

    organisation_code: str
    return_code: str
    y: int
    files: tuple[tuple[str, int], ...]
    rows: int
    skipped: int = 0
    quarantined: int = 0
    status: str = "accepted"
    said_period: str | None = None

    @property
    def period(self) -> str:
        return self.said_period or period(self.y)


def period(y: int) -> str:
    """The financial year that begins in `y`: 2020 → `2020-21`."""
    return f"{y}-{(y + 1) % 100:02d}"


def received(org: str, code: str, y: int) -> date:
    """The day a return came: two days before it was due, but for the late ones."""
    due = next(r.due_days for r in standard().values() if r.code == code)
    return date(y + 1, 3, 31) + timedelta(days=due - 2 + LATE.get((org, code, y), 0))


def place(folder: Path, org: str, code: str, y: int) -> Path:
    """The folder one submission arrived in, made if it is not there."""
    path = folder / "inbox" / org / period(y) / f"received-{received(org, code, y)}"
    path.mkdir(parents=True, exist_ok=True)
    return path


def columns(connection: duckdb.DuckDBPyConnection, r: Return) -> str:
    """The columns of a return as SQL, in the standard's order.

    Raises ValueError where the county and the standard have drifted apart.
    """
    made = {row[0] for row in connection.execute(f"describe r_{r.name}").fetchall()}
    strange = made.difference(r.column_names, MARKER) | set(r.column_names).difference(made)
    if strange:
        raise ValueError(f"{r.name}: demo and standard differ in {', '.join(sorted(strange))}")
    return ", ".join(f'"{name}"' for name in r.column_names)


def made(connection: duckdb.DuckDBPyConnection) -> list[Return]:
    """The returns the county has rows of: all but the manifests and those only another format feeds (R14B)."""
    tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    return [r for r in standard().values() if f"r_{r.name}" in tables]


def write(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Sent]:
    """Write every return the county has rows of, and say what was sent."""
    sent = []
    for r in made(connection):
        chosen = columns(connection, r)
        counts = connection.execute(f"select org, y, count(*) from r_{r.name} group by all order by all")
        for org, y, rows in counts.fetchall():
            if (org, r.code) not in NATIONAL:
                sent.append(_write_one(connection, folder, r, chosen, (org, r.code, y), rows))
    return sent


def _write_one(connection, folder: Path, r: Return, chosen: str, which: tuple, rows: int) -> Sent:
    org, code, y = which
    path = place(folder, org, code, y) / f"SYCSE_{code}_{org}_{period(y)}_v01.csv"
    if which == TWO_CODES:
        chosen = chosen.replace('"la"', "if(sort % 2 = 0, 'E08000019', 'E08000039') as la")
    select = f"select {chosen} from r_{r.name} where org = '{org}' and y = {y}"
    if which == WORKBOOK:
        path = path.with_suffix(".xlsx")
        write_workbook(path, r.name, r.column_names, connection.execute(select).fetchall())
    else:
        connection.execute(f"copy ({select}) to '{path}' (format csv, header)")
    if which == WINDOWS_1252:
        path.write_bytes(path.read_text("utf-8").encode("cp1252"))
    if which == FROM_WINDOWS:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    return Sent(org, code, y, ((path.relative_to(folder).as_posix(), rows),), rows)


def write_workbook(path: Path, sheet: str, header: tuple[str, ...], rows: list[tuple]) -> None:
    """A workbook of one sheet, everything text; its dates are fixed, so the same rows make the same bytes."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2024, 4, 1)})
    page = book.add_worksheet(sheet)
    for number, row in enumerate([header, *rows]):
        for column, value in enumerate(row):
            if value is not None:
                page.write_string(number, column, str(value))
    book.close()
