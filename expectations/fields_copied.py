"""Each model of Great Expectations' copies its parents' fields, thousands while it is loaded: no deeper than it needs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import deepcopy
from types import FunctionType, NoneType

from instead import instead

# deepcopy shares these too, but asks four questions first.
CANNOT_CHANGE = frozenset((NoneType, bool, int, float, str, type, FunctionType))
# What typing writes cannot change either; deepcopy takes it apart and puts it together again.
TYPES = frozenset(("type_", "outer_type_", "annotation"))


def fields_copied() -> AbstractContextManager[None]:
    """Meanwhile a model's fields are copies of their own, but of the very types of the fields they come from."""
    from pydantic.v1 import fields, main

    return instead((main, "smart_deepcopy", lambda _: _copying((fields.ModelField, fields.FieldInfo))))


def _copying(kinds: tuple[type, ...]) -> Callable:
    def copied(value, known: dict):
        kind = type(value)
        if kind in CANNOT_CHANGE:
            return value
        if id(value) in known:
            return known[id(value)]
        if kind in kinds:
            made = known[id(value)] = object.__new__(kind)
            for name in kind.__slots__:
                was = getattr(value, name)
                shared = type(was) in CANNOT_CHANGE or name in TYPES
                setattr(made, name, was if shared else copied(was, known))
            return made
        if kind is list:
            return [copied(v, known) for v in value]
        if kind is dict:
            return {k: copied(v, known) for k, v in value.items()}
        return deepcopy(value, known)

    return lambda value: copied(value, {})
