"""What Great Expectations works out of an expectation, kept while a suite is asked: it asks some forty times of each.

An expectation does not change while it is asked. What is remembered is forgotten when the suite is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from instead import instead


@contextmanager
def remembered() -> Iterator[None]:
    """Meanwhile an expectation's configuration, its arguments and the name of a metric's are each worked out once."""
    from great_expectations.core.id_dict import IDDict
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    with instead(
        (Expectation, "configuration", lambda was: property(_once_each(was.fget))),
        (Expectation, "_get_runtime_kwargs", _arguments_once),
        (ExpectationConfiguration, "to_domain_obj", _once_each),
        (IDDict, "to_id", _named_once),
    ):
        yield


def _once_each(work: Callable) -> Callable:
    """The same answer for the same object; the object is held, so that no other takes its place in memory."""
    known = {}

    def answer(asked):
        found = known.get(id(asked))
        if found is None:
            found = known[id(asked)] = asked, work(asked)
        return found[1]

    return answer


def _arguments_once(work: Callable) -> Callable:
    """As `_once_each`, for each way the suite is run; its answer is a dict that is written into, so each gets its own."""
    known = {}

    def answer(asked, runtime_configuration=None):
        key = id(asked), repr(runtime_configuration)
        found = known.get(key)
        if found is None:
            found = known[key] = asked, work(asked, runtime_configuration)
        return dict(found[1])

    return answer


def _named_once(work: Callable) -> Callable:
    """The id of a dict by what stands in it; one with something in it that can be written into is asked anew."""
    known = {}

    def answer(asked, id_keys=None, id_ignore_keys=None):
        if id_keys is not None or id_ignore_keys is not None:
            return work(asked, id_keys, id_ignore_keys)
        try:
            key = type(asked), tuple((name, type(value), value) for name, value in asked.items())
            found = known.get(key)
        except TypeError:
            return work(asked)
        if found is None:
            found = known[key] = work(asked)
        return found

    return answer
