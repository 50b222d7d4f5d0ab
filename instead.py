"""A name of others' code stands for ours for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import getattr_static


@contextmanager
def instead(*changes: tuple[object, str, Callable]) -> Iterator[None]:
    """Meanwhile each name of an owner is what is made of it; afterwards, come what may, all is as it was."""
    before = [(owner, name, name in vars(owner), getattr_static(owner, name)) for owner, name, _ in changes]
    try:
        for (owner, name, made), (*_, was) in zip(changes, before, strict=True):
            setattr(owner, name, made(was))
        yield
    finally:
        for owner, name, is_own, was in before:
            if is_own:
                setattr(owner, name, was)
            else:
                delattr(owner, name)
