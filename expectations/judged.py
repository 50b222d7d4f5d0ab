"""The rules worked out beside the rows: a view of the batch with a column for each rule, and which rows break which.

What Great Expectations has no word for it would ask one query at a time, each a scan of its own, and so it does with
a rule that has a condition. As columns of a view it asks all of it with its own expectations in its own one query.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection

from expectations import predicates
from expectations.checks import Check

BATCH, JUDGED, FOUND = "batch", "judged", "found"
NOT_NULL = "expect_column_values_to_not_be_null"
COLUMNS = ("column", "column_A", "column_B")
OVER = re.compile(r"\bover\s*\(([^()]*)\)", re.IGNORECASE)


def breaks(number: int) -> str:
    """The column that is filled in where a row breaks a rule that is SQL."""
    return f"breaks__{number}"


def asked(column: str, number: int) -> str:
    """The column a rule with a condition looks at: nothing is amiss in it where the condition does not hold."""
    return f"{column}__asked_{number}"


def judge(connection, checks: tuple[Check, ...]) -> None:
    """Make the view `judged` of `batch`; the rows that break a wide rule are in `found` (row, number) by then."""
    connection.execute(f"create or replace temp table {FOUND} (row bigint, number integer)")
    for alike in _alike(checks):
        _collect(connection, alike)
    wide = [n for n, c in enumerate(checks) if c.wide]
    flags = "".join(f", max(case when number = {n} then 1 end) as {breaks(n)}" for n in wide)
    columns = [f"{BATCH}.*", *(column for n, c in enumerate(checks) for column in _columns(c, n))]
    connection.execute(
        f"create or replace temp view {JUDGED} as select {', '.join(columns)} from {BATCH} "
        f"left join (select row as found_row{flags} from {FOUND} group by row) on {BATCH}.rowid = found_row"
    )


def find(connection, checks: tuple[Check, ...], failed: Collection[int]) -> None:
    """Add to `found` the rows that break a rule about themselves: of the rules that `failed`, and of all that Great
    Expectations asks in words of its own, because there the two ways to say it may differ.
    """
    looked = {n: c.bad for n, c in enumerate(checks) if not c.wide and (c.native or n in failed)}
    _collect(connection, looked)


def _alike(checks: tuple[Check, ...]) -> list[dict[int, str]]:
    """The wide rules, together those that look through the same windows: a window carries every column it is given."""
    found: dict[frozenset, dict[int, str]] = defaultdict(dict)
    for n, check in enumerate(checks):
        if check.wide:
            found[frozenset(OVER.findall(check.bad))][n] = check.bad
    return list(found.values())


def _columns(check: Check, number: int) -> list[str]:
    """What the view has beside the columns of the batch for one rule."""
    if check.wide:
        return [breaks(number)]
    if check.native is None:
        return [f"case when {check.bad} then 1 end as {breaks(number)}"]
    if not check.when:
        return []
    holds = predicates.when(check.when)
    value = (
        'case when {0} and "{1}" is null then null else 1 end'
        if check.native == NOT_NULL
        else 'case when {0} then "{1}" end'
    )
    names = [check.arguments[a] for a in COLUMNS if a in check.arguments]
    return [f'{value.format(holds, name)} as "{asked(name, number)}"' for name in names]


def _collect(connection, bad: dict[int, str]) -> None:
    """Add to `found` which rows of the batch break which rules."""
    if not bad:
        return
    told = ", ".join(f"case when {b} then {n} end as {breaks(n)}" for n, b in bad.items())
    numbers = ", ".join(breaks(n) for n in bad)
    connection.execute(
        f"insert into {FOUND} select batch_row, unnest(list_filter([{numbers}], lambda n: n is not null)) "
        f"from (select rowid as batch_row, {told} from {BATCH}) where coalesce({numbers}) is not null"
    )
