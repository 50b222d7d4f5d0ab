"""The standard's own refused examples as rows to plant, each with the finding it must give.

An example is planted as a story of its own: its references end in the story's number and its person is
nobody else's, so that it meets no other row but the parents made for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import count

import duckdb

from expectations import batch, predicates
from expectations.personal_data import CODES, KINDS
from expectations.standard import Refused, Return, standard

# The sentences a return's columns imply, with their codes.
IMPLIED = (
    (r" must be filled in\.$", "C220"),
    (r" is not a real (date|month)", "C205"),
    (r" is not a (whole )?number\.$", "C217"),
    (r" was read as day/month/year", "C203"),
    (r" is not a code of the list ", "C215"),
    (r" is not one of: ", "C212"),
    (r" is not in the expected form\.$", "C216"),
    (r" must be at (least|most) ", "C218"),
    (r" is longer than ", "C202"),
    *((f"^{re.escape(kind.says)}$", kind.code) for kind in KINDS),
    (r" is after the end of the period\.$", "C213"),
    (r" has no row in ", "R304"),
    (r" is not the organisation that sends the return\.$", "C222"),
    (r" stands? in more than one row\.$", "R30"),
)
LOOKS = ("C216", *sorted(CODES))
REFERENCE = re.compile(r".*_(ref|refs|id|key|of)$")
MOVED = re.compile(r"\b2024-|(?<=/)2024\b")


@dataclass(frozen=True)
class Finding:
    """What a row must be found out for; a blank value is None, and a sensitive one may be withheld."""

    rule_code: str
    severity: str
    says: str
    column_name: str | None
    value: str | None
    sensitive: bool = False


@dataclass(frozen=True)
class Planted:
    """One row as text, in no order; `finding` is None for a good one. `alone` keeps it out of the main file."""

    return_name: str
    values: dict[str, str]
    finding: Finding | None = None
    alone: bool = False


@dataclass(frozen=True)
class Rule:
    """A rule an example breaks, whether it is written or implied."""

    code: str
    severity: str
    column: str | None
    where: str | None = None


def stories() -> list[list[Planted]]:
    """One story for each refused example of every return, in the standard's order, parents not yet made."""
    number = count(1)
    return [story(r, e, next(number)) for r in standard().values() for e in r.refused]


def good(r: Return, number: int) -> Planted:
    """The return's accepted example, as story `number` tells it."""
    return Planted(r.name, _told(r, _texts(r.accepted, {}, 0), number))


def story(r: Return, e: Refused, number: int) -> list[Planted]:
    """The rows of one refused example."""
    rule = rule_of(r, e)
    many = max([len(v) for v in e.change.values() if isinstance(v, list)], default=1)
    # A value that must be found out by its look stays as the example has it.
    as_is = rule.column if rule.code in LOOKS else None
    rows = [_told(r, _texts(r.accepted, e.change, i), number, as_is) for i in range(many)]
    sensitive = bool(rule.column) and (r.field(rule.column).withheld or rule.code in CODES)
    found = Finding(rule.code, rule.severity, e.because, rule.column, None, sensitive)
    alone = (
        rule.where is not None
        and "row_number() over (partition by submission_id order by line)" in rule.where
    )
    return [
        Planted(r.name, row, _of_row(found, r, row) if at_fault else None, alone)
        for row, at_fault in zip(rows, _at_fault(r, rule, rows), strict=True)
    ]


def _of_row(found: Finding, r: Return, row: dict) -> Finding:
    """The finding with the row's value; of identities no value there is is ever repeated."""
    value = row.get(found.column_name) or None
    closed = found.sensitive or (r.name == "person_identity" and value is not None)
    return replace(found, value=value, sensitive=closed)


def rule_of(r: Return, e: Refused) -> Rule:
    """The rule with the example's sentence; ValueError where no rule says it."""
    for rule in r.rules:
        if rule.says == e.because:
            column = rule.column or rule.arguments.get("column") or rule.arguments.get("column_A")
            where = rule.arguments.get("where")
            if where and rule.when:
                where = f"({predicates.when(rule.when)}) and ({where})"
            return Rule(rule.code, rule.severity, column, where)
    code = next((code for words, code in IMPLIED if re.search(words, e.because)), None)
    if code is None:
        raise ValueError(f"{r.name}: no rule says {e.because!r}")
    column = next(iter(e.change)) if code in CODES else re.match(r"\w+", e.because)[0]
    if code == "R30":
        code = "R301" if e.because.startswith(", ".join(r.primary_key) + " ") else "R303"
    return Rule(code, _severity(r, code, column, e.because), column)


def _severity(r: Return, code: str, column: str, says: str) -> str:
    if code == "C203":
        return "warning"
    held = r.field(column).codes
    out_of_date = code == "C215" and "that was valid on" in says
    # A code that never was is an error; one that no longer is, what the column's declaration says.
    if code == "C215" and (held.on is None or out_of_date):
        return held.severity
    return "error"


def _texts(accepted: dict, change: dict, place: int) -> dict[str, str]:
    values = {**accepted, **{k: v[place] if isinstance(v, list) else v for k, v in change.items()}}
    return {k: "" if v is None else str(v) for k, v in values.items()}


def _told(r: Return, values: dict[str, str], number: int, as_is: str | None = None) -> dict[str, str]:
    """The values with names of the story's own, and 2024 moved to 2025: the year of the planted faults."""
    dated, named = roles(r.name)
    told = dict(values)
    for name in dated & told.keys():
        told[name] = MOVED.sub(lambda m: m[0].replace("2024", "2025"), told[name])
    for name in named & told.keys() - {as_is}:
        parts = told[name].split(";") if told[name] else []
        told[name] = ";".join(_named(name, part, number) for part in parts)
    if "submission_seq" in r.primary_key:
        told["submission_seq"] = str(number * 10 + int(values["submission_seq"]))
    return told


@cache
def roles(return_name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The columns of a return that hold dates, and those that hold names of the sender's own giving."""
    r = standard()[return_name]
    dated = {f.name for f in r.fields if f.type in ("date", "datetime", "yearmonth")}
    return frozenset(dated), frozenset(name for name in r.column_names if _names(r, name))


def _names(r: Return, column: str) -> bool:
    f = r.field(column)
    if f.codes or f.enum or f.type not in ("string", "array"):
        return False
    free = column in (*r.primary_key, *r.restates.identity) or f.unique
    return column in ("person_key", "child_id_903") or (
        f.pattern is None and (free or bool(REFERENCE.match(column)))
    )


def _named(column: str, value: str, number: int) -> str:
    if column == "person_key":
        key = re.fullmatch(r"[0-9a-f]{16,64}", value)
        return sha256(f"planted {value} {number}".encode()).hexdigest() if key else value
    if column == "child_id_903":
        return f"{value}{number:05d}" if value.isalnum() else value
    return f"{value}-{number:05d}"


def _at_fault(r: Return, rule: Rule, rows: list[dict[str, str]]) -> list[bool]:
    """Which of an example's rows the finding is against: all of a duplicate, else those the rule's SQL names."""
    if len(rows) == 1 or rule.where is None:
        return [True] * len(rows)
    with duckdb.connect() as connection:
        connection.execute("create table codes (list varchar, code varchar, code_group varchar)")
        columns = ", ".join(f'"{name}" varchar' for name in r.column_names)
        connection.execute(f"create table raw (line bigint, {columns})")
        for line, row in enumerate(rows):
            texts = [row.get(name) or None for name in r.column_names]
            connection.execute(
                f"insert into raw values ({', '.join('?' * (len(texts) + 1))})", [line, *texts]
            )
        typed = batch.columns(r, {n: f'raw."{n}"' for n in r.column_names}, {}, {})
        own = (
            ""
            if "period_end" in r.column_names
            else ", date '2026-03-31' as period_end, date '2025-04-01' as period_start"
        )
        where = rule.where.replace("{codes}", "codes")
        found = connection.execute(
            f"select line from (select *, ({where}) as bad from (select 1 as submission_id, line{own}, {typed} from raw)) where bad"
        )
        lines = {line for (line,) in found.fetchall()}
    if not lines:
        raise ValueError(f"{r.name}: the example for {rule.code} does not break it")
    return [line in lines for line in range(len(rows))]
