"""The standard → a Great Expectations suite; every expectation carries meta["says"], the sentence an agency reads.

Great Expectations is imported inside the functions: it takes seconds, and is needed once a night.
"""

from __future__ import annotations

from typing import Any

from expectations.checks import Check


def suite(name: str, checks: tuple[Check, ...]):
    """An ExpectationSuite with one expectation for each check, in order; meta["number"] is its place."""
    import great_expectations as gx

    return gx.ExpectationSuite(name, expectations=[expectation(c, i) for i, c in enumerate(checks)])


def expectation(check: Check, number: int):
    """One check as Great Expectations knows it: by its own name, or as rows that must not be there."""
    import great_expectations.expectations as gxe

    meta = {
        "number": number,
        "rule_code": check.rule_code,
        "column": check.column,
        "severity": check.severity,
        "says": check.says,
    }
    if check.native is None:
        return gxe.UnexpectedRowsExpectation(unexpected_rows_query=_query(check), meta=meta)
    kind = getattr(gxe, "".join(word.capitalize() for word in _class_words(check.native)))
    arguments = dict(check.arguments)
    if check.native == "expect_column_pair_values_a_to_be_greater_than_b":
        arguments["ignore_row_if"] = "either_value_is_missing"
    if check.when:
        arguments["row_condition"] = _row_condition(check.when)
    return kind(**arguments, meta=meta)


def _class_words(native: str) -> list[str]:
    return native.split("_")


def _query(check: Check) -> str:
    """Braces are doubled because Great Expectations fills `{batch}` by str.format."""
    bad = check.bad.replace("{", "{{").replace("}", "}}")
    if check.wide:
        return f"select line from (select line, ({bad}) as bad from {{batch}}) where bad"
    return f"select line from {{batch}} where {bad}"


def _row_condition(when: dict[str, Any]):
    from great_expectations.expectations.row_conditions import Column

    condition = None
    for name, value in when.items():
        column = Column(name)
        if value == "present":
            this = column.is_not_null()
        elif value == "absent":
            this = column.is_null()
        else:
            this = column.is_in([str(v) for v in (value if isinstance(value, list) else [value])])
        condition = this if condition is None else condition & this
    return condition
