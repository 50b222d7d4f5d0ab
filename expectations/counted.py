"""Great Expectations tells how many rows break a rule, and fetches none of their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from instead import instead

VALUES = ".unexpected_values"


@contextmanager
def counts_alone() -> Iterator[None]:
    """Meanwhile a result that has a count needs the count alone: where it may keep no value, it asks for them all the
    same, in a query for each rule."""
    from great_expectations.expectations import expectation as kinds

    each = (kinds.ColumnMapExpectation, kinds.ColumnPairMapExpectation)
    with instead(*((kind, "get_validation_dependencies", _without_values) for kind in each)):
        yield


def _without_values(work: Callable) -> Callable:
    def needed(*given, **named):
        found = work(*given, **named)
        for name in found.get_metric_names():
            if name.endswith(VALUES):
                found.remove_metric_configuration(name)
        return found

    return needed
