"""A module that is put off is there, and loads when it is first asked for anything."""

from __future__ import annotations

import importlib
import sys

import pytest

from expectations.put_off import put_off


@pytest.fixture
def unloaded(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)


def test_it_loads_when_first_asked(unloaded):
    with put_off("colorsys"):
        taken = importlib.import_module("colorsys")
    assert "colorsys" not in sys.modules
    assert taken.rgb_to_hsv(1, 1, 1) == (0.0, 0.0, 1)
    assert sys.modules["colorsys"].rgb_to_hsv is taken.rgb_to_hsv


def test_everybody_afterwards_gets_the_module_itself(unloaded):
    with put_off("colorsys"):
        taken = importlib.import_module("colorsys")
    assert importlib.import_module("colorsys") is not taken


def test_it_may_be_asked_while_others_are_put_off(unloaded):
    with put_off("colorsys"):
        taken = importlib.import_module("colorsys")
        assert taken.ONE_THIRD == 1 / 3
        real = sys.modules["colorsys"]
    assert sys.modules["colorsys"] is real is not taken


def test_what_is_loaded_stays_as_it_is(unloaded):
    real = importlib.import_module("colorsys")
    with put_off("colorsys"):
        assert importlib.import_module("colorsys") is real
    assert sys.modules["colorsys"] is real
