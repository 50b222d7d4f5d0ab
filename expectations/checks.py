"""Every rule of a return as it is run: those written under `expectations` and those its columns imply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from expectations import personal_data, predicates
from expectations.batch import quoted, text_column
from expectations.standard import Field, ForeignKey, Return, Rule

SPEAKS_OF = {
    "date": ("C205", "is not a real date. Use YYYY-MM-DD."),
    "datetime": ("C205", "is not a real date and time with its offset. Use YYYY-MM-DDTHH:MM:SS+00:00."),
    "yearmonth": ("C205", "is not a real month. Use YYYY-MM."),
    "integer": ("C217", "is not a whole number."),
    "number": ("C217", "is not a number."),
}


@dataclass(frozen=True)
class Code:
    """A code and the days on which it is valid (ISO dates, None for no limit)."""

    code: str
    valid_from: str | None = None
    valid_to: str | None = None


CodeLists = dict[str, tuple[Code, ...]]


@dataclass(frozen=True)
class Check:
    """One rule as run: `bad` is SQL, true for a bad row; `native` its own name in Great Expectations.

    `wide` tells that `bad` looks at other rows than its own (a window or a subquery).
    """

    rule_code: str
    column: str | None
    severity: str
    says: str
    bad: str
    native: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    when: dict[str, Any] = field(default_factory=dict)
    wide: bool = False


def checks(
    r: Return, lists: CodeLists, parents: frozenset[str], area_of: dict[str, str]
) -> tuple[Check, ...]:
    """All checks of a return, columns first, then keys, then its own rules in the order written.

    Foreign keys are held only against `parents`, the returns that are here to be held against;
    `area_of` gives the area each council speaks for.
    """
    found = [check for f in r.fields for check in _of_field(f, lists)]
    found += [_personal(kind) for kind in personal_data.of_return(r)]
    if r.event_date:
        found.append(_event_date(r))
    found.append(_primary_key(r))
    if r.organisation_column and "organisation_code" not in r.column_names:
        found.append(_sender(r, area_of))
    for key in r.foreign_keys:
        if key.resource in parents:
            found += _foreign_key(key, r)
    found += [_written(rule, lists) for rule in r.rules]
    return tuple(found)


def _of_field(f: Field, lists: CodeLists) -> Iterator[Check]:
    column, text = f'"{f.name}"', text_column(f)
    if f.required:
        blank = f"{column} is null" if text == column else _unread(column, text, "is null")
        says = f"{f.name} must be filled in."
        yield Check("C220", f.name, "error", says, blank)
    if f.type in SPEAKS_OF:
        code, says = SPEAKS_OF[f.type]
        yield Check(code, f.name, "error", f"{f.name} {says}", _unread(column, text, "is not null"))
    if f.type == "date":
        says = f"{f.name} was read as day/month/year. Send dates as YYYY-MM-DD."
        yield Check("C203", f.name, "warning", says, f"{column} is not null and contains({text}, '/')")
    yield from _constraints(f)
    if f.codes:
        yield from _codes(f, lists[f.codes.list])


def _unread(column: str, text: str, sent: str) -> str:
    """The column has no value, and its text is (not) blank; the text is looked at only where there is no value."""
    return f"case when {column} is null then nullif(trim({text}), '') {sent} else false end"


def _constraints(f: Field) -> Iterator[Check]:
    def native(code: str, says: str, expect: str, **arguments) -> Check:
        arguments["column"] = f.name
        bad = predicates.predicate(expect, arguments)
        return Check(code, f.name, "error", f"{f.name} {says}", bad, expect, arguments)

    if f.enum:
        says = f"is not one of: {', '.join(f.enum)}."
        yield native("C212", says, "expect_column_values_to_be_in_set", value_set=list(f.enum))
    if f.pattern:
        says = "is not in the expected form."
        yield native("C216", says, "expect_column_values_to_match_regex", regex=f.pattern)
    if f.max_length:
        says = f"is longer than {f.max_length} characters."
        expect = "expect_column_value_lengths_to_be_between"
        yield native("C202", says, expect, max_value=f.max_length)
    if f.minimum is not None:
        says = f"must be at least {f.minimum:g}."
        yield native("C218", says, "expect_column_values_to_be_between", min_value=f.minimum)
    if f.maximum is not None:
        says = f"must be at most {f.maximum:g}."
        yield native("C218", says, "expect_column_values_to_be_between", max_value=f.maximum)
    if f.unique:
        bad = predicates.repeated((f.name,))
        yield Check("R303", f.name, "error", f"{f.name} stands in more than one row.", bad, wide=True)


def _personal(kind: personal_data.Kind) -> Check:
    """Which column it is stands in the row's mark, and is told when the finding is filed."""
    expect = "expect_column_values_to_not_match_regex"
    arguments = {"column": personal_data.MARK, "regex": f"{kind.code} "}
    return Check(
        kind.code, None, "error", kind.says, predicates.predicate(expect, arguments), expect, arguments
    )


def _codes(f: Field, codes: tuple[Code, ...]) -> Iterator[Check]:
    held = f.codes
    unknown = f"{f.name} is not a code of the list {held.list}."
    dated = [c for c in codes if c.valid_from or c.valid_to]
    if held.on is None or not dated:
        says = unknown if held.on is None else f"{unknown[:-1]} that was valid on {held.on}."
        values = sorted({c.code for c in codes})
        if f.type == "array":
            yield Check("C215", f.name, held.severity, says, predicates.any_item_not_in(f.name, values))
            return
        arguments = {"column": f.name, "value_set": values}
        expect = "expect_column_values_to_be_in_set"
        bad = predicates.predicate(expect, arguments)
        yield Check("C215", f.name, held.severity, says, bad, expect, arguments)
        return
    known = [Code(c.code) for c in codes]
    says = f"{unknown[:-1]} that was valid on {held.on}."
    out_of_date = predicates.not_valid(f, codes, held.on)
    if held.severity != "error":
        not_known = predicates.not_valid(f, tuple(known), held.on)
        yield Check("C215", f.name, "error", unknown, not_known)
        out_of_date = f"({out_of_date}) and not ({not_known})"
    yield Check("C215", f.name, held.severity, says, out_of_date)


def _event_date(r: Return) -> Check:
    says = f"{r.event_date} is after the end of the period."
    return Check("C213", r.event_date, "error", says, f'cast("{r.event_date}" as date) > period_end')


def _sender(r: Return, area_of: dict[str, str]) -> Check:
    """A row of another council's, or another agency's, is not this sender's to send."""
    column = r.organisation_column
    says = f"{column} is not the organisation that sends the return."
    pairs = ", ".join(f"{quoted(o)}: {quoted(a)}" for o, a in sorted(area_of.items()))
    area = f"map_extract_value(MAP {{{pairs}}}, organisation_code)"
    known = ", ".join(quoted(v) for v in sorted({*area_of, *area_of.values(), *r.organisations}))
    others = f'"{column}" in ({known}) and "{column}" not in (organisation_code, coalesce({area}, \'\'))'
    return Check("C222", column, "error", says, others)


def _primary_key(r: Return) -> Check:
    together = " together stand" if len(r.primary_key) > 1 else " stands"
    says = f"{', '.join(r.primary_key)}{together} in more than one row."
    return Check("R301", r.primary_key[0], "error", says, predicates.repeated(r.primary_key), wide=True)


def _foreign_key(key: ForeignKey, r: Return) -> Iterator[Check]:
    says = f"{', '.join(key.fields)} has no row in {key.resource}."
    orphan = predicates.orphan(key, r)
    received = f'"{key.resource}__received"'
    bad = f"({orphan}) and {received}"
    yield Check("R304", key.fields[0], key.severity, says, bad, wide=True)
    yield Check("R304", key.fields[0], "warning", says, f"({orphan}) and not {received}", wide=True)


def _written(rule: Rule, lists: CodeLists) -> Check:
    arguments = dict(rule.arguments)
    column = rule.column or arguments.get("column") or arguments.get("column_A")
    native = rule.expect
    if "codes" in arguments:
        codes, on = lists[arguments.pop("codes")], arguments.pop("on", None)
        arguments["value_set"] = sorted({c.code for c in codes})
        if on:
            native, bad = None, predicates.not_valid_scalar(f'"{arguments["column"]}"', codes, f'"{on}"')
    if native:
        bad = predicates.predicate(rule.expect, arguments)
    wide = native in ("unexpected_rows_expectation", "expect_compound_columns_to_be_unique")
    if wide:
        native, wide = None, " over " in bad.lower() or "select " in bad.lower()
    if rule.when:
        bad = f"({predicates.when(rule.when)}) and ({bad})"
    return Check(rule.code, column, rule.severity, rule.says, bad, native, arguments, rule.when, wide)


def read_codes(rows: list[tuple[str, str, str | None, str | None]]) -> CodeLists:
    """(list, code, valid_from, valid_to) rows → the code lists by name."""
    found: dict[str, list[Code]] = {}
    for name, code, valid_from, valid_to in rows:
        found.setdefault(name, []).append(Code(code, valid_from, valid_to))
    return {name: tuple(codes) for name, codes in found.items()}
