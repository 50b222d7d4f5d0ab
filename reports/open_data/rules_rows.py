"""The screener's rules on time, filters and indicators."""

from __future__ import annotations

from collections.abc import Iterator

from reports.open_data import reference as known
from reports.open_data.rules_meta import Table, listed


def time_identifiers(table: Table) -> Iterator[str]:
    found = table.items("time_identifier")
    if wrong := found - {name for group in known.IDENTIFIERS for name in group}:
        yield f"an unknown time_identifier: {listed(wrong)}"
    elif not any(found <= set(group) for group in known.IDENTIFIERS):
        yield f"time identifiers that may not be mixed: {listed(found)}"
    if wrong := {p for p in table.items("time_period") if not (p.isdecimal() and len(p) in (4, 6))}:
        yield f"a time_period that is not of four or six digits: {listed(wrong)}"


def time_periods(table: Table) -> Iterator[str]:
    pairs = {(row["time_period"], row["time_identifier"]) for row in table.rows}
    if wrong := {p for p, name in pairs if len(p) != (4 if name in known.FOUR_DIGITS else 6)}:
        yield f"a time_period of the wrong length for its identifier: {listed(wrong)}"
    six = {p for p in table.items("time_period") if len(p) == 6}
    if wrong := {p for p in six if (int(p[2:4]) + 1) % 100 != int(p[4:])}:
        yield f"a time_period whose years do not follow one another: {listed(wrong)}"


def filter_items(table: Table) -> Iterator[str]:
    filters = table.named("Filter")
    if wrong := {c for c in filters if len(table.items(c)) < 2}:
        yield f"a filter with one item belongs out of the metadata: {listed(wrong)}"
    for column in sorted({*filters, *table.groups}):
        items = table.items(column)
        if not all(items):
            yield f"the filter '{column}' has a blank item"
        if any(item != item.strip() for item in items):
            yield f"an item of the filter '{column}' begins or ends with a space"
        if any(len(item) > known.LONGEST["item"] for item in items):
            yield f"an item of the filter '{column}' is too long"
        if len(items) > known.MOST_ITEMS:
            yield f"the filter '{column}' has more than {known.MOST_ITEMS} items"


def filter_defaults(table: Table) -> Iterator[str]:
    told = {r["col_name"]: r.get("filter_default") for r in table.meta if r["col_type"] == "Filter"}
    for column in sorted({*told, *table.groups}):
        default = told.get(column) or "Total"
        if default not in table.items(column):
            yield f"the filter '{column}' has no item '{default}' to begin with"


def no_totals_of_places(table: Table) -> Iterator[str]:
    places = known.OBSERVED & set(table.columns)
    if wrong := {c for c in places if table.items(c) & known.TOTALS}:
        yield f"a Total stands in a column of time or place: {listed(wrong)}"


def no_duplicates(table: Table) -> Iterator[str]:
    keys = [c for c in table.columns if c in {*known.OBSERVED, *table.named("Filter"), *table.groups}]
    extra = len(table.rows) - len({tuple(row[c] for c in keys) for row in table.rows})
    if extra:
        yield f"{extra} rows have the same time, place and filters as another"
    if len(table.rows) > known.MOST_ROWS:
        yield f"more than {known.MOST_ROWS} rows"


def no_obsolete_symbols(table: Table) -> Iterator[str]:
    for column in table.columns:
        items = table.items(column)
        if wrong := items & set(known.OBSOLETE):
            yield f"'{column}' has a symbol no longer in use: {listed(wrong)}"
        if any(len(item) > known.LONGEST["cell"] for item in items):
            yield f"a cell of '{column}' is longer than a spreadsheet holds"
    if wrong := {cell for row in table.meta for cell in row.values()} & set(known.OBSOLETE):
        yield f"the metadata has a symbol no longer in use: {listed(wrong)}"


def indicator_values(table: Table) -> Iterator[str]:
    for column in table.named("Indicator"):
        items = table.items(column)
        if "" in items:
            yield f"the indicator '{column}' has a blank"
        words = {i for i in items - {"", *known.SYMBOLS} if not known.NUMBER.fullmatch(i)}
        numeric = known.NUMERIC_NAME.search(column) or len(words) < len(items - {"", *known.SYMBOLS})
        if numeric and words:
            yield f"the indicator '{column}' has what is neither number nor symbol: {listed(words)}"


STAGES = (
    (time_identifiers,),
    (time_periods,),
    (filter_items, filter_defaults, no_totals_of_places),
    (no_duplicates, no_obsolete_symbols),
    (indicator_values,),
)
