"""Modules that somebody imports and never uses: loaded when they are first asked for anything.

The standard library's LazyLoader will not do: in Python 3.11 a second import is a first question.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def put_off(*names: str) -> Iterator[None]:
    """What imports these modules meanwhile is given a stand-in for each; everybody afterwards the module itself."""
    waiting = {name: _stand_in(name) for name in names if name not in sys.modules}
    sys.modules.update(waiting)
    try:
        yield
    finally:
        for name, module in waiting.items():
            _away(name, module)


def _stand_in(name: str) -> ModuleType:
    """A module that answers as the real one does, which it loads to answer."""
    module = ModuleType(name)

    def ask(attribute: str):
        _away(name, module)
        return getattr(import_module(name), attribute)

    module.__getattr__ = ask
    return module


def _away(name: str, stand_in: ModuleType) -> None:
    if sys.modules.get(name) is stand_in:
        del sys.modules[name]
