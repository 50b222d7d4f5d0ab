"""The standard format: each return is declared once, in `returns/<return>.yml`, and read here.

An unknown key anywhere in a declaration is an error, so a typing slip cannot switch a rule off.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from pathlib import Path

import yaml

from expectations.declared import Codes, Field, ForeignKey, Refused, Restates, Retention, Return, Rule

RETURNS = Path(__file__).parent / "returns"
TYPES = ("string", "date", "datetime", "yearmonth", "integer", "number", "array")
DATES = ("date", "datetime", "yearmonth")
MOST_YEARS = 100
SEVERITIES = ("file", "error", "warning", "information")


class StandardError(ValueError):
    """A declaration of the standard contradicts itself; ours to mend, never an agency's."""


def _only(given: dict, allowed: set[str], where: str) -> None:
    unknown = set(given) - allowed
    if unknown:
        raise StandardError(f"{where}: unknown key {', '.join(sorted(unknown))}")


CONSTRAINTS = {
    "required": "required",
    "unique": "unique",
    "pattern": "pattern",
    "enum": "enum",
    "minimum": "minimum",
    "maximum": "maximum",
    "maxLength": "max_length",
}


def _field(given: dict, where: str) -> Field:
    where = f"{where}, field {given.get('name')}"
    allowed = {
        "name",
        "title",
        "type",
        "description",
        "constraints",
        "codes",
        "aliases",
    }
    _only(given, allowed | {"sensitive", "personal", "core", "example"}, where)
    constraints = given.get("constraints", {})
    _only(constraints, set(CONSTRAINTS), f"{where}, constraints")
    if given.get("type") not in TYPES:
        raise StandardError(f"{where}: type is one of {', '.join(TYPES)}")
    plain = {k: given[k] for k in ("name", "title", "type", "description")}
    extra = {k: given[k] for k in ("sensitive", "personal", "core") if k in given}
    if given.get("sensitive") and given.get("personal"):
        raise StandardError(f"{where}: sensitive says more than personal; keep that one")
    if "example" in given:
        extra["example"] = str(given["example"])
    held = {CONSTRAINTS[k]: v for k, v in constraints.items()}
    if "enum" in held:
        held["enum"] = tuple(str(v) for v in held["enum"])
    codes = given.get("codes")
    if codes is not None:
        codes = Codes(**(codes if isinstance(codes, dict) else {"list": codes}))
    return Field(**plain, **extra, **held, codes=codes, aliases=tuple(given.get("aliases", ())))


def _rule(given: dict, where: str) -> Rule:
    where = f"{where}, expectation {given.get('code')}"
    _only(given, {"code", "says", "expect", "with", "when", "severity", "column"}, where)
    rule = Rule(
        code=given["code"],
        says=" ".join(given["says"].split()),
        expect=given["expect"],
        arguments=given.get("with", {}),
        when=given.get("when", {}),
        severity=given.get("severity", "error"),
        column=given.get("column"),
    )
    if rule.severity not in SEVERITIES:
        raise StandardError(f"{where}: severity is one of {', '.join(SEVERITIES)}")
    return rule


def _foreign_key(given: dict, where: str) -> ForeignKey:
    _only(given, {"fields", "reference", "severity"}, f"{where}, foreignKeys")
    reference = given["reference"]
    return ForeignKey(
        tuple(given["fields"]),
        reference["resource"],
        tuple(reference["fields"]),
        given.get("severity", "error"),
    )


def _refused(given: dict, where: str) -> Refused:
    _only(given, {"change", "because"}, f"{where}, examples.refused")
    return Refused(given["change"], " ".join(given["because"].split()))


def _restates(given: dict, where: str) -> Restates:
    _only(given, {f.name for f in fields(Restates)}, f"{where}, restates")
    lists = {k: tuple(given[k]) for k in ("identity", "one_open_for") if k in given}
    return Restates(**{**given, **lists})


def _retention(given: dict, where: str) -> Retention:
    """How long records are kept; the day they are counted from is a date of the row, or the period's end."""
    where = f"{where}, retention"
    _only(given, {"years", "from"}, where)
    years = given.get("years", Retention.years)
    if type(years) is not int or not 1 <= years <= MOST_YEARS:
        raise StandardError(f"{where}: years is a whole number from 1 to {MOST_YEARS}")
    return Retention(years, given.get("from", Retention.since))


PLAIN = {"name", "code", "title", "description", "version", "event_date", "due_days"}
LISTS = {"organisations", "periods", "primaryKey", "fields", "foreignKeys", "expectations"}


def parse(given: dict, where: str) -> Return:
    """A declaration as read from YAML → a Return; raises StandardError, naming where it stands."""
    others = {"organisation_column", "restates", "retention", "examples", "refuse_above"}
    _only(given, PLAIN | LISTS | others, where)
    examples = given.get("examples", {})
    _only(examples, {"accepted", "refused"}, f"{where}, examples")
    found = Return(
        **{key: given[key] for key in PLAIN},
        organisations=tuple(given["organisations"]),
        organisation_column=given.get("organisation_column"),
        periods=tuple(given["periods"]),
        primary_key=tuple(given["primaryKey"]),
        restates=_restates(given["restates"], where),
        retention=_retention(given.get("retention", {}), where),
        accepted=examples.get("accepted", {}),
        refuse_above=given.get("refuse_above", 0.05),
        **_lists(given, examples, where),
    )
    _agrees_with_itself(found, where)
    return found


def _lists(given: dict, examples: dict, where: str) -> dict:
    """The parts of a declaration that are lists of nouns of their own."""
    return {
        "fields": tuple(_field(f, where) for f in given["fields"]),
        "foreign_keys": tuple(_foreign_key(k, where) for k in given.get("foreignKeys", ())),
        "rules": tuple(_rule(r, where) for r in given.get("expectations", ())),
        "refused": tuple(_refused(r, where) for r in examples.get("refused", ())),
    }


def _agrees_with_itself(found: Return, where: str) -> None:
    known = set(found.column_names)
    named = {found.event_date, *found.primary_key, *found.restates.identity}
    named |= {found.restates.start, found.restates.end, found.organisation_column}
    named |= set(found.restates.one_open_for)
    named |= {column for key in found.foreign_keys for column in key.fields}
    named |= {f.codes.on for f in found.fields if f.codes and f.codes.on}
    named |= {column for rule in found.rules for column in rule.when}
    for missing in sorted(named - known - {None}):
        raise StandardError(f"{where}: there is no column {missing}")
    since = found.retention.since
    if since != "period_end" and not (since in known and found.field(since).type in DATES):
        raise StandardError(f"{where}, retention: from is period_end or a column that holds a date")
    codes = [rule.code for rule in found.rules]
    if len(codes) != len(set(codes)):
        raise StandardError(f"{where}: two expectations share a code")


@cache
def standard() -> dict[str, Return]:
    """Every return of the standard by name, in the order of their codes (R00, R01, …)."""
    found = []
    for path in sorted(RETURNS.glob("*.yml")):
        given = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        if "retention" not in given:
            raise StandardError(f"{path.name}: retention is missing: how many years, from when")
        found.append(parse(given, path.name))
    return {r.name: r for r in sorted(found, key=lambda r: r.code)}


def find(name: str) -> Return:
    """The return called by its name (`pol_crime`) or its code (`R01`); KeyError where there is none."""
    for found in standard().values():
        if name.lower() in (found.name, found.code.lower()):
            return found
    raise KeyError(name)


__all__ = [
    "Field",
    "ForeignKey",
    "Refused",
    "Restates",
    "Retention",
    "Return",
    "Rule",
    "StandardError",
    "find",
    "standard",
]
