"""What dbt works out anew for each of its nodes, and is the same for all, is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from instead import instead

# The code of a template is made of its text alone: it is kept for as long as the process lives.
_code: dict[tuple[type, str], object] = {}


@contextmanager
def once() -> Iterator[None]:
    """Meanwhile a template is compiled once, agate's dates are learnt once, and a node's macros are looked up once."""
    import parsedatetime
    from dbt.context.macros import MacroNamespace
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    with instead(
        (MacroFuzzEnvironment, "compile", _compiled_once),
        (parsedatetime, "Constants", cache),
        (MacroNamespace, "__init__", _looked_up_once),
        (MacroNamespace, "__getitem__", lambda was: lambda namespace, name: namespace.found[name]),
        (MacroNamespace, "_keys", lambda was: lambda namespace: namespace.found.keys()),
    ):
        yield


def _compiled_once(work: Callable) -> Callable:
    """Text without a name is compiled once."""

    def compiled(environment, source, name=None, filename=None, raw=False, defer_init=False):
        if name or filename or raw or not isinstance(source, str):
            return work(environment, source, name, filename, raw, defer_init)
        key = type(environment), source
        if key not in _code:
            _code[key] = work(environment, source)
        return _code[key]

    return compiled


def _looked_up_once(begin: Callable) -> Callable:
    """What stands in several places is found in the first, as ever, but not looked for anew by each who asks."""

    def begun(namespace, *given, **named) -> None:
        begin(namespace, *given, **named)
        namespace.found = {}
        for macros in reversed(list(namespace._search_order())):
            namespace.found.update(macros)

    return begun
