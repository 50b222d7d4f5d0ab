"""Who watches the night: how old the last good one is, and what is logged and told of the one that runs.

A night tells its counts to the log and, where the settings say so, to somebody by e-mail, however it ends.
Neither can undo or hide what became of it.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

import plain
from operations import faults, log, notify, stopping, terminal
from operations.readonly import Answer, ask
from operations.trouble import trouble
from refusal import Refusal

# The last by its beginning, which never goes back: a night once run by a wrong clock is not the last for ever.
LAST_GOOD = "select arg_max(finished_at, started_at) from landing.runs where status = 'published'"
INTERRUPTIONS = (130, 143)
AGE = re.compile(r"(\d{1,5})(h|d)")


@dataclass(frozen=True)
class Age:
    """How old the last good night is; `late` where it is older than it may be, or of a time to come."""

    ended: datetime | None
    now: datetime
    most: timedelta

    @property
    def hours(self) -> float | None:
        return None if self.ended is None else ceil((self.now - self.ended) / timedelta(minutes=6)) / 10

    @property
    def late(self) -> bool:
        return self.ended is None or not timedelta(0) <= self.now - self.ended <= self.most

    @property
    def says(self) -> str:
        """The sentence; what to do in it where there is something to do."""
        most = f"{self.most / timedelta(hours=1):g} hours"
        if self.ended is None:
            return "No night has ended well yet. Run: warehouse nightly"
        ended = f"The last good night ended {self.ended:%Y-%m-%dT%H:%M:%SZ}"
        if self.hours < 0:
            return f"{ended}, which is still to come: the clock of this machine has gone back. Set it right."
        says = f"{ended}, {self.hours:g} hours ago"
        if self.late:
            return f"{says}; it may be {most}. See why with warehouse doctor, then run: warehouse nightly"
        return f"{says}."


def allowed(text: str) -> timedelta:
    """How old a night may be: `26h` or `2d`."""
    if not (found := AGE.fullmatch(text.strip())):
        raise Refusal(f"{plain.text(text)!r} is no age. Write 26h or 2d.")
    number, unit = found.groups()
    return timedelta(hours=int(number) * (24 if unit == "d" else 1))


def age(connection, most: timedelta, now: datetime | None = None) -> Age:
    """How old the last good night is that readers are served."""
    (ended,) = ask(connection, LAST_GOOD).rows[0]
    return Age(ended and ended.astimezone(UTC), now or datetime.now(UTC), most)


def look(home, most: timedelta, tell: bool, as_json: bool) -> int:
    """Say whether nights still end well, and where they do not, `tell` it by e-mail too → the exit code, 0 or 1."""
    with home.reading() as connection:
        found = age(connection, most)
    if as_json:
        terminal.show_rows(as_answer(found), as_json)
    else:
        print(found.says, file=sys.stderr if found.late else sys.stdout)
    if found.late and tell and (failed := notify.deliver(home, notify.of_silence(found.hours))):
        print(plain.lines(failed), file=sys.stderr)
    return int(found.late)


def as_answer(found: Age) -> Answer:
    """The same for a machine."""
    ended = found.ended and f"{found.ended:%Y-%m-%dT%H:%M:%SZ}"
    columns = ("last_good_night", "age_hours", "max_age_hours", "late", "says")
    most = found.most / timedelta(hours=1)
    return Answer(columns, [(ended, found.hours, most, found.late, found.says)])


@dataclass
class Watched:
    """What is known of the night that runs: its name once it has one, what it says, what became of each submission."""

    folder: Path
    run_id: str | None = None
    outcomes: list | None = None
    told: list[tuple[str, int]] = field(default_factory=list)

    def began(self, run_id: str) -> None:
        """The night has the lock, and its name."""
        self.run_id = run_id
        self.note("night began")

    def tell(self, says: str, code: int = 0) -> None:
        """Keep a sentence to be said at the end, and the exit code it is worth."""
        self.told.append((says, code))

    def note(self, event: str, **facts) -> None:
        """Log something; where that fails it is said, once, and worth exit code 1."""
        failed = log.write(self.folder, event, run_id=self.run_id, **facts)
        if failed and failed not in {says for says, _ in self.told}:
            self.tell(failed, 1)

    @property
    def exit_code(self) -> int:
        return max([terminal.exit_code(self.outcomes or []), *(code for _, code in self.told)])


@contextmanager
def watched(home) -> Iterator[Watched]:
    """Log and tell what becomes of the night inside, however it ends; then say what it kept to be said.

    `home` gives `root`, `settings` and `keys`. What goes wrong inside goes on to the caller as it is.
    """
    seen, began = Watched(home.root / "log"), time.monotonic()
    try:
        yield seen
    except BaseException as problem:
        _end(home, seen, code_of(problem), time.monotonic() - began)
        raise
    else:
        _end(home, seen, seen.exit_code, time.monotonic() - began)
    finally:
        for says, _ in seen.told:
            print(plain.lines(says), file=sys.stderr)


def _end(home, seen: Watched, code: int, seconds: float) -> None:
    """The closing lines of the log, and the notice; an interrupted night waits for no mail server."""
    outcomes = seen.outcomes or []
    for o in outcomes:
        seen.note("submission", **_facts(o))
    published = seen.outcomes is not None
    statuses = Counter(o.fate.status for o in outcomes)
    rows = Counter({name: sum(getattr(o.fate, f"rows_{name}") for o in outcomes) for name in notify.ROWS})
    ended = "published" if published else "not published"
    counts = {f"rows_{name}": number for name, number in rows.items()} if published else {}
    seen.note(
        "night ended", status=ended, exit=code, seconds=round(seconds, 1), submissions=len(outcomes), **counts
    )
    _give_notice(home, seen, notify.Night(seen.run_id, code, published, statuses, rows))


def _give_notice(home, seen: Watched, night: notify.Night) -> None:
    try:
        how = home.settings.notify
    except Refusal:  # it ended the night, and is told as such
        return
    if how is None:
        return
    notice = notify.of_night(night) if night.code or how.when == "always" else None
    if failed := notify.deliver(home, notice, later=night.code in INTERRUPTIONS):
        seen.tell(failed, 1)
    seen.note(
        "notice",
        status="waits" if notify.waiting(home) else "sent",
        notices=len(notify.waiting(home)),
        exit=seen.exit_code,
    )


def _facts(o) -> dict:
    """What the log tells of one submission: codes and counts."""
    f = o.fate
    code = (f.says or "").partition(" ")[0] if f.status in ("refused", "held", "deferred") else None
    return {
        "submission_id": o.submission_id,
        "return": o.return_code,
        "organisation": o.organisation_code,
        "status": f.status,
        "code": code,
        **{f"rows_{name}": getattr(f, f"rows_{name}") for name in notify.ROWS},
        "seconds": round(o.seconds, 1),
    }


def code_of(problem: BaseException) -> int:
    """The exit code that what goes wrong will have: the same the command ends with."""
    if code := stopping.code():
        return code
    match problem:
        case Refusal():
            return problem.code
        case KeyboardInterrupt():
            return faults.INTERRUPTED
        case RuntimeError() if "interrupted" in str(problem):
            return faults.INTERRUPTED
    return faults.COULD_NOT_WRITE if trouble(problem, Path()) else faults.OUR_FAULT
