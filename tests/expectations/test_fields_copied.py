"""A copied field is what deepcopy makes of it, and nothing that can change is shared with the field it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

import pytest
from pydantic.v1 import BaseModel, main
from pydantic.v1.class_validators import Validator
from pydantic.v1.fields import FieldInfo, ModelField

from expectations import check
from expectations.fields_copied import fields_copied

PARTED = (ModelField, FieldInfo, Validator)


def models(kind: type = BaseModel) -> set[type]:
    return {kind}.union(*(models(k) for k in kind.__subclasses__()))


@pytest.fixture(scope="module")
def fields() -> list[dict]:
    """The fields of every model that Great Expectations has."""
    check.load()
    return [m.__fields__ for m in models() if m.__module__.startswith("great_expectations.") and m.__fields__]


def copied(value: dict) -> dict:
    with fields_copied():
        return main.smart_deepcopy(value)


def parts(value) -> Iterator:
    if isinstance(value, PARTED):
        yield from (getattr(value, name) for name in value.__slots__)
    elif isinstance(value, dict):
        yield from (part for item in value.items() for part in item)
    elif isinstance(value, list | tuple):
        yield from value


def drawn(value):
    """All that it is made of, as a value that can be compared."""
    inside = [drawn(part) for part in parts(value)]
    return (type(value), inside) if inside else re.sub(" at 0x[0-9a-f]+", "", repr(value))


def changeable(value) -> set[int]:
    """Which objects in it can be written into."""
    own = {id(value)} if isinstance(value, (*PARTED, dict, list)) else set()
    return own.union(*(changeable(part) for part in parts(value)))


def test_a_copy_is_what_deepcopy_makes(fields):
    assert len(fields) > 200
    for each in fields:
        assert drawn(copied(each)) == drawn(deepcopy(each))


def test_what_can_change_is_not_shared(fields):
    for each in fields:
        assert not changeable(copied(each)) & changeable(each)


def test_what_stands_in_two_places_of_a_field_does_so_in_its_copy():
    field = ModelField(name="a", type_=int, class_validators=None, model_config=main.BaseConfig)
    field.key_field = part = ModelField(
        name="b", type_=str, class_validators=None, model_config=main.BaseConfig
    )
    field.sub_fields, field.sub_fields_mapping = [part], {"b": part}
    made = copied({"a": field})["a"]
    assert made.sub_fields[0] is made.sub_fields_mapping["b"] is made.key_field is not part


def test_afterwards_all_is_as_it_was():
    was = main.smart_deepcopy
    with fields_copied():
        assert main.smart_deepcopy is not was
    assert main.smart_deepcopy is was
