"""Great Expectations' names in SQL: for each, the predicate that is true for a row that breaks it.

Great Expectations counts; these find. For a rule in its own words that is two ways to say one thing, which is the
point: where they differ, neither is believed.
"""

from __future__ import annotations

from typing import Any

from expectations.batch import quoted
from expectations.standard import Field, ForeignKey, Return


def literals(values) -> str:
    return ", ".join(quoted(v) for v in values)


def _number_or_date(value: Any) -> str:
    return str(value) if isinstance(value, int | float) else quoted(value)


def predicate(expect: str, a: dict[str, Any]) -> str:
    """SQL, true for a bad row; KeyError for an expectation the standard does not use."""
    c = f'"{a["column"]}"' if "column" in a else ""
    match expect:
        case "expect_column_values_to_not_be_null":
            return f"{c} is null"
        case "expect_column_values_to_be_null":
            return f"{c} is not null"
        case "expect_column_values_to_be_in_set":
            return f"{c} not in ({literals(a['value_set'])})"
        case "expect_column_values_to_not_be_in_set":
            return f"{c} in ({literals(a['value_set'])})"
        case "expect_column_values_to_match_regex":
            return f"not regexp_matches({c}, {quoted(a['regex'])})"
        case "expect_column_values_to_not_match_regex":
            return f"regexp_matches({c}, {quoted(a['regex'])})"
        case "expect_column_values_to_be_between":
            return _outside(c, a)
        case "expect_column_value_lengths_to_be_between":
            return _outside(f"length({c})", a)
        case "expect_column_pair_values_a_to_be_greater_than_b":
            return f'"{a["column_A"]}" {"<" if a.get("or_equal") else "<="} "{a["column_B"]}"'
        case "expect_compound_columns_to_be_unique":
            return repeated(tuple(a["column_list"]))
        case "unexpected_rows_expectation":
            return a["where"].replace("{codes}", "codes")
    raise KeyError(expect)


def _outside(value: str, a: dict[str, Any]) -> str:
    bounds = []
    if a.get("min_value") is not None:
        bounds.append(f"{value} < {_number_or_date(a['min_value'])}")
    if a.get("max_value") is not None:
        bounds.append(f"{value} > {_number_or_date(a['max_value'])}")
    return " or ".join(bounds)


def when(conditions: dict[str, Any]) -> str:
    """`column: value | [values] | present | absent` → SQL."""
    return " and ".join(_condition(f'"{c}"', v) for c, v in conditions.items())


def _condition(column: str, value: Any) -> str:
    if value == "present":
        return f"{column} is not null"
    if value == "absent":
        return f"{column} is null"
    values = value if isinstance(value, list) else [value]
    return f"{column} in ({literals(values)})"


def repeated(columns: tuple[str, ...]) -> str:
    """The columns, all filled in, stand together in more than one row of the submission."""
    filled = " and ".join(f'"{c}" is not null' for c in columns)
    by = ", ".join(f'"{c}"' for c in columns)
    return f"{filled} and count(*) over (partition by submission_id, {by}) > 1"


def orphan(key: ForeignKey, r: Return) -> str:
    """The row names a parent that no accepted row of the other return is."""
    mine = ", ".join(f'"{c}"' for c in key.fields)
    theirs = ", ".join(f'p."{c}"' for c in key.reference)
    filled = " and ".join(f'p."{c}" is not null' for c in key.reference)
    known = f"select {theirs} from accepted.{key.resource} p where {filled}"
    if r.field(key.fields[0]).type == "array":
        return f"exists (select 1 from (select unnest({mine}) as k) where k not in ({known}))"
    named = " and ".join(f'"{c}" is not null' for c in key.fields)
    return f"{named} and ({mine}) not in ({known})"


def any_item_not_in(column: str, values: list[str]) -> str:
    return f'len(list_filter("{column}", lambda x: x not in ({literals(values)}))) > 0'


def not_valid(f: Field, codes, on: str) -> str:
    """The code, or any code of an array, is not of the list or was not valid on the date."""
    if f.type != "array":
        return not_valid_scalar(f'"{f.name}"', codes, f'"{on}"')
    bad = not_valid_scalar("x", codes, f'"{on}"')
    return f'len(list_filter("{f.name}", lambda x: {bad})) > 0'


def not_valid_scalar(value: str, codes, on: str) -> str:
    """Codes sharing the same days of validity are tried together: a few comparisons a row."""
    spans: dict[tuple, list[str]] = {}
    for code in codes:
        spans.setdefault((code.valid_from, code.valid_to), []).append(code.code)
    tried = [_within(value, sorted(set(held)), span, on) for span, held in spans.items()]
    return f"{value} is not null and not ({' or '.join(tried)})"


def _within(value: str, held: list[str], span: tuple[str | None, str | None], on: str) -> str:
    days = []
    if span[0]:
        days.append(f"coalesce(cast({on} as date) >= date {quoted(span[0])}, true)")
    if span[1]:
        days.append(f"coalesce(cast({on} as date) <= date {quoted(span[1])}, true)")
    return " and ".join([f"{value} in ({literals(held)})", *days])
