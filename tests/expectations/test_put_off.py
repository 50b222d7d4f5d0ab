"""A module that is put off is there, and loads when it is first asked for anything."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from expectations import check
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


def test_great_expectations_is_loaded_once_and_without_what_is_never_used():
    """In a process of its own, asked by two threads at once; afterwards Python looks for waste again, but not in it."""
    code = (
        "import gc, json, sys, threading; from expectations import check\n"
        "both = [threading.Thread(target=check.load) for _ in range(2)]\n"
        "[t.start() for t in both]; [t.join() for t in both]\n"
        "print(json.dumps([sorted(sys.modules), gc.isenabled(), gc.get_freeze_count()]))"
    )
    here = Path(__file__).parents[2]
    loaded, looks, left_alone = json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=here))
    assert {check.LOADED} & set(loaded)
    assert set(check.NEVER_USED) & set(loaded) == set()
    assert looks
    assert left_alone > 100_000
