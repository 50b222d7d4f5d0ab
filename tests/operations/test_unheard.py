"""What nobody hears of dbt is not put together; a warning, a log and whoever asks an event get it as ever."""

from __future__ import annotations

import pytest
from dbt.events.types import LogStartLine, MainReportVersion
from dbt_common.events import base_types
from dbt_common.events.event_manager import EventManager
from dbt_common.events.types import Note

from operations.unheard import unheard


@pytest.fixture
def put_together(monkeypatch) -> list[str]:
    """The names of the events whose message is put together from now on."""
    made, as_ever = [], base_types.BaseEvent.__init__

    def begin(event, *given, **named):
        made.append(type(event).__name__)
        as_ever(event, *given, **named)

    monkeypatch.setattr(base_types.BaseEvent, "__init__", begin)
    return made


@pytest.fixture
def manager():
    told = EventManager()
    told.heard = []
    told.add_callback(lambda msg: told.heard.append((msg.info.name, msg.info.msg)))
    return told


def test_what_nobody_hears_is_not_put_together(put_together, manager):
    with unheard():
        manager.fire_event(MainReportVersion(version="1", log_version=3))
    assert (put_together, manager.heard) == ([], [])


def test_a_warning_is_told(put_together, manager):
    with unheard():
        manager.fire_event(Note(msg="A warning."), level=base_types.EventLevel.WARN)
    assert (put_together, manager.heard) == (["Note"], [("Note", "A warning.")])


def test_a_log_is_told_all(manager):
    manager.loggers = [type("Log", (), {"filter": lambda *_: False})()]
    with unheard():
        manager.fire_event(Note(msg="No warning."))
    assert manager.heard == [("Note", "No warning.")]


def test_an_event_answers_who_asks_it():
    with unheard():
        event = LogStartLine(description="a model", index=3, total=9)
        assert (event.index, event.to_dict()["description"]) == (3, "a model")
        event.index = 4
        assert event.index == 4


def test_afterwards_all_is_as_it_was(manager):
    before = (
        base_types.BaseEvent.__init__,
        base_types.BaseEvent.__getattr__,
        EventManager.fire_event,
    )
    with pytest.raises(ValueError, match="it broke"), unheard():
        raise ValueError("it broke")
    assert before == (
        base_types.BaseEvent.__init__,
        base_types.BaseEvent.__getattr__,
        EventManager.fire_event,
    )
    manager.fire_event(Note(msg="No warning."))
    assert manager.heard == [("Note", "No warning.")]
