"""What dbt tells of itself is not put together where nobody hears it: its log is off, and a night has thousands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from instead import instead

HEARD = ("warn", "error")


@contextmanager
def unheard() -> Iterator[None]:
    """Meanwhile an event of dbt's is put together when it is first asked for anything, and one below a warning is
    told to nobody; where somebody keeps a log, all are told as ever."""
    from dbt_common.events.base_types import BaseEvent
    from dbt_common.events.event_manager import EventManager

    put_together, asked, changed = BaseEvent.__init__, BaseEvent.__getattr__, BaseEvent.__setattr__
    told = EventManager.fire_event

    def begin(event, *given, **named) -> None:
        vars(event)["given"] = given, named

    def now(event) -> None:
        if given := vars(event).pop("given", None):
            put_together(event, *given[0], **given[1])

    def ask(event, key):
        now(event)
        return asked(event, key)

    def change(event, key, value) -> None:
        now(event)
        changed(event, key, value)

    def tell(manager, e, level=None, node=None, force_warn_or_error_handling=False) -> None:
        if manager.loggers or force_warn_or_error_handling or (level or e.level_tag()).value in HEARD:
            told(manager, e, level, node, force_warn_or_error_handling)

    with instead(
        (BaseEvent, "__init__", lambda was: begin),
        (BaseEvent, "__getattr__", lambda was: ask),
        (BaseEvent, "__setattr__", lambda was: change),
        (EventManager, "fire_event", lambda was: tell),
    ):
        yield
