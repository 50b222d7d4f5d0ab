"""The standard → a Great Expectations suite; every expectation carries meta["says"], the sentence an agency reads.

Great Expectations is imported inside the functions: it takes seconds, and is needed once a night.
"""

from __future__ import annotations

from expectations.checks import Check
from expectations.judged import COLUMNS, asked, breaks


def suite(name: str, checks: tuple[Check, ...]):
    """An ExpectationSuite with one expectation for each check, in order; meta["number"] is its place."""
    import great_expectations as gx

    return gx.ExpectationSuite(name, expectations=[expectation(c, i) for i, c in enumerate(checks)])


def expectation(check: Check, number: int):
    """One check as Great Expectations knows it: by its own name, or as a column that no row may fill in."""
    import great_expectations.expectations as gxe

    meta = {
        "number": number,
        "rule_code": check.rule_code,
        "column": check.column,
        "severity": check.severity,
        "says": check.says,
        "broken_where": check.bad,
    }
    if check.native is None:
        return gxe.ExpectColumnValuesToBeNull(column=breaks(number), meta=meta)
    kind = getattr(gxe, "".join(word.capitalize() for word in check.native.split("_")))
    arguments = dict(check.arguments)
    if check.native == "expect_column_pair_values_a_to_be_greater_than_b":
        # SQL leaves out pairs that lack one anyway; to be told so costs Great Expectations a query for each pair.
        arguments["ignore_row_if"] = "neither"
    if check.when:
        arguments |= {a: asked(arguments[a], number) for a in COLUMNS if a in arguments}
    return kind(**arguments, meta=meta)
