"""Planted faults: in the year after the county's five, every rule of every return is broken at least once.

Each file of that year holds refused examples among enough good rows that not one row in twenty is in error.
A rule about a whole submission gets a small file of its own, for a month or a quarter.
"""

from __future__ import annotations

import csv
from dataclasses import asdict, replace
from datetime import date
from itertools import count
from math import ceil
from pathlib import Path

from demo.apart import set_apart
from demo.examples import Planted, good, stories
from demo.returns import Sent, period, place
from expectations.standard import Return, standard

YEAR = 2025
IN_ERROR = 0.04
# After the year's file, which holds the rows theirs refer to.
ALONE_CAME = date(2026, 6, 1)
# Where a return has no date of its own, the day the other examples are of.
UNDATED = "2025-05-14"
COUNCIL = {"370": "BAR", "371": "DON", "372": "ROT", "373": "SHE"}


def write(folder: Path) -> tuple[list[Sent], list[dict], list[Planted]]:
    """Write the year of faults; answers with what was sent, every finding it must give, and the strays.

    Strays are rows that stand and tell of something before the year of faults: they count where they belong.
    """
    told = stories()
    rows = _rows(told)
    sent, findings, taken = [], [], set()
    for r in standard().values():
        org = sender(r)
        path = place(folder, org, r.code, YEAR) / f"SYCSE_{r.code}_{org}_{period(YEAR)}_v01.csv"
        _write(folder, path, r, rows[r.name], (org, period(YEAR)), sent, findings)
    for alone in (story for story in told if story[0].alone):
        r = standard()[alone[0].return_name]
        alone = [_in_the_year(r, row) for row in alone]
        when, org = _free_period(r, alone[0], taken), sender(r)
        path = (
            folder / "inbox" / org / when / f"received-{ALONE_CAME}" / f"SYCSE_{r.code}_{org}_{when}_v01.csv"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(folder, path, r, alone, (org, when), sent, findings)
    everything = [row for mine in rows.values() for row in mine]
    return sent, findings, [row for row in everything if not is_error(row) and _is_stray(row)]


def _is_stray(row: Planted) -> bool:
    event_date = standard()[row.return_name].event_date
    return row.values.get(event_date, UNDATED) < f"{YEAR}-04-01"


def _in_the_year(r: Return, row: Planted) -> Planted:
    """A row of January's moved to the January of the year of faults, and what follows it into that month."""
    if not row.values.get(r.event_date, UNDATED).startswith("2025-01"):
        return row
    values, found = dict(row.values), row.finding
    for f in r.fields:
        if f.type in ("date", "datetime") and values.get(f.name):
            day = "2026" + values[f.name][4:10] if values[f.name].startswith("2025-01") else "2026-01-31"
            values[f.name] = day + values[f.name][10:]
    if found:
        found = replace(found, value=values.get(found.column_name))
    return replace(row, values=values, finding=found)


def _free_period(r: Return, row: Planted, taken: set[tuple]) -> str:
    """The month the row belongs to or, where that has been sent already, the quarter."""
    day = date.fromisoformat(row.values.get(r.event_date, UNDATED)[:10])
    start = day.year if day.month > 3 else day.year - 1
    quarter = f"{period(start)}-Q{(day.month - 4) % 12 // 3 + 1}"
    when = next(p for p in (f"{day:%Y-%m}", quarter) if (r.code, p) not in taken)
    taken.add((r.code, when))
    return when


def sender(r: Return) -> str:
    """Who sends the examples of a return: the organisation its accepted example names."""
    named = str(r.accepted.get(r.organisation_column, r.organisations[0]))
    return COUNCIL.get(named, named)


def _rows(told: list[list[Planted]]) -> dict[str, list[Planted]]:
    """The rows of each return's file: the stories, the parents they need, and good rows about them."""
    rows: dict[str, list[Planted]] = {name: [] for name in standard()}
    there: set[tuple] = set()
    number = count(10_000)
    for story in told:
        for row in story:
            if not row.alone:
                rows[row.return_name].append(row)
            _parents(row, rows, there, number)
    for r in _children_first():
        mine = rows[r.name]
        errors = sum(1 for row in mine if is_error(row))
        while len(mine) < ceil(errors / IN_ERROR):
            mine.append(good(r, next(number)))
            _parents(mine[-1], rows, there, number)
    return {name: set_apart(standard()[name], mine) for name, mine in rows.items()}


def _children_first() -> list[Return]:
    """The returns so that each stands before those its rows refer to."""
    depth = dict.fromkeys(standard(), 0)
    for _ in depth:
        for r in standard().values():
            for key in r.foreign_keys:
                depth[key.resource] = max(depth[key.resource], depth[r.name] + 1)
    return sorted(standard().values(), key=lambda r: depth[r.name])


def _parents(row: Planted, rows: dict[str, list[Planted]], there: set[tuple], number: count) -> None:
    """Add the rows that a row's references need, and theirs; `there` are the parents already made."""
    if row.finding and row.finding.rule_code == "R304":
        return
    for key in standard()[row.return_name].foreign_keys:
        values = [row.values.get(name, "").split(";") for name in key.fields]
        for wanted in zip(*values, strict=True):
            if "" in wanted or (key.resource, wanted) in there:
                continue
            there.add((key.resource, wanted))
            made = good(standard()[key.resource], next(number))
            made.values.update(zip(key.reference, wanted, strict=True))
            rows[key.resource].append(made)
            _parents(made, rows, there, number)


def is_error(row: Planted) -> bool:
    """Whether the row must be quarantined."""
    return row.finding is not None and row.finding.severity == "error"


def _write(
    folder: Path, path: Path, r: Return, rows: list[Planted], whose: tuple, sent: list, findings: list
):
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, r.column_names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.values for row in rows)
    file = path.relative_to(folder).as_posix()
    errors = sum(map(is_error, rows))
    status = "accepted with findings" if any(row.finding for row in rows) else "accepted"
    sent.append(
        Sent(whose[0], r.code, YEAR, ((file, len(rows)),), len(rows), 0, errors, status, said_period=whose[1])
    )
    for line, row in enumerate(rows, start=2):
        if row.finding:
            findings.append({"file": file, "sheet": None, "line": line, **asdict(row.finding)})
