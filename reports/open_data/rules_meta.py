"""The screener's rules on columns and on metadata."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.open_data import reference as known


@dataclass(frozen=True)
class Table:
    """A data file and its metadata, as read: the names of their columns and their rows of text."""

    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    meta_columns: tuple[str, ...]
    meta: list[dict[str, str]]

    def named(self, kind: str) -> list[str]:
        """The columns the metadata calls `Filter` or `Indicator`."""
        return [row["col_name"] for row in self.meta if row["col_type"] == kind]

    @property
    def groups(self) -> list[str]:
        return [row["filter_grouping_column"] for row in self.meta if row["filter_grouping_column"]]

    def items(self, column: str) -> set[str]:
        return {row[column] for row in self.rows}


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


def twice(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}


def columns_there(table: Table) -> Iterator[str]:
    if lacking := set(known.REQUIRED_META) - set(table.meta_columns):
        yield f"the metadata lacks the column {listed(lacking)}"
    if odd := set(table.meta_columns) - {*known.REQUIRED_META, *known.OPTIONAL_META}:
        yield f"the metadata has a column it may not have: {listed(odd)}"
    if lacking := set(known.REQUIRED_DATA) - set(table.columns):
        yield f"the data lack the column {listed(lacking)}"
    if len(table.meta) > len(table.columns) - len(known.REQUIRED_DATA):
        yield "the metadata has more rows than the data have columns to describe"


def files_match(table: Table) -> Iterator[str]:
    told = {*(row["col_name"] for row in table.meta), *table.groups}
    if lacking := told - set(table.columns):
        yield f"in the metadata but not in the data: {listed(lacking)}"
    own = [c for c in table.columns if c not in known.OBSERVED | told]
    if odd := {c for c in own if len(table.items(c)) > 1}:
        yield f"in the data but not in the metadata: {listed(odd)}"


def column_names(table: Table) -> Iterator[str]:
    if wrong := {c for c in table.columns if not re.fullmatch(r"[a-z][a-z0-9_]*", c)}:
        yield f"not a name in snake_case: {listed(wrong)}"
    if wrong := {c for c in table.columns if len(c) > known.LONGEST["name"]}:
        yield f"a name too long: {listed(wrong)}"
    wide = {c for c in table.named("Indicator") if any(word in c.lower() for word in known.FILTER_WORDS)}
    if wide:
        yield f"an indicator that holds a filter's item: {listed(wide)}"
    told = {*(row["col_name"] for row in table.meta), *table.groups}
    if wrong := told & {"characteristic", "characteristic_group"}:
        yield f"a name no longer in use: {listed(wrong)}"
    if wrong := {c for c in told if "ethnic" in c.lower()} - known.ETHNICITY:
        yield f"a name other than the harmonised ones: {listed(wrong)}"


def meta_types(table: Table) -> Iterator[str]:
    if wrong := {row["col_type"] for row in table.meta} - {"Filter", "Indicator"}:
        yield f"a col_type is neither Filter nor Indicator: {listed(wrong)}"
    if any(not row["col_name"].strip() for row in table.meta):
        yield "a col_name is blank"
    told = {*(row["col_name"] for row in table.meta), *table.groups}
    if wrong := told & known.OBSERVED - {"school_name", "provider_name"}:
        yield f"time and place have no row in the metadata: {listed(wrong)}"
    if wrong := {c for c in (*table.named("Filter"), *table.groups) if known.GEOGRAPHIC_NAME.fullmatch(c)}:
        yield f"a filter named as a place is: {listed(wrong)}"


def meta_labels(table: Table) -> Iterator[str]:
    if wrong := twice(row["col_name"] for row in table.meta):
        yield f"twice in the metadata: {listed(wrong)}"
    if wrong := twice(row["label"] for row in table.meta):
        yield f"a label used twice: {listed(wrong)}"
    if any(not row["label"].strip() for row in table.meta):
        yield "a label is blank"
    if wrong := {row["label"] for row in table.meta if len(row["label"]) > known.LONGEST["label"]}:
        yield f"a label too long: {listed(wrong)}"


def meta_of_its_kind(table: Table) -> Iterator[str]:
    """A filter has no unit, an indicator no hint."""
    of = {
        "Filter": ("indicator_grouping", "indicator_unit", "indicator_dp"),
        "Indicator": ("filter_hint", "filter_grouping_column", "filter_default"),
    }
    for row in table.meta:
        for column in of[row["col_type"]]:
            if row.get(column):
                yield f"'{row['col_name']}' is of the kind {row['col_type']} and has a {column}"


def meta_numbers(table: Table) -> Iterator[str]:
    for row in table.meta:
        if row["indicator_unit"] not in known.UNITS:
            yield f"'{row['col_name']}' has the unknown unit '{row['indicator_unit']}'"
        if row["col_type"] == "Indicator" and not re.fullmatch(r"\d+", row["indicator_dp"]):
            yield f"the indicator_dp of '{row['col_name']}' is not a whole number"


def meta_groups(table: Table) -> Iterator[str]:
    if wrong := twice(table.groups):
        yield f"a group of two filters: {listed(wrong)}"
    for row in table.meta:
        group = row["filter_grouping_column"]
        if not group:
            continue
        items = table.items(group)
        if len({re.sub(r"[^A-Za-z0-9]", "", item) for item in items}) < len(items):
            yield f"the items of the group '{group}' differ by signs alone"
        if len(items) > len(table.items(row["col_name"])):
            yield f"the group '{group}' has more items than the filter '{row['col_name']}'"


STAGES = (
    (columns_there,),
    (files_match, column_names),
    (meta_types,),
    (meta_labels, meta_of_its_kind, meta_numbers, meta_groups),
)
