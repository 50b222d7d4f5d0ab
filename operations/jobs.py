"""What is run when: the night, its backup, a weekly look at every copy, and who notices if nights stop."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import plain
from operations.settings import Settings
from refusal import Refusal

UNSURE = 1  # the hour that comes twice in October and not at all in March
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Job:
    """What is run how long after the night begins; the secrets it needs; whether once a week only."""

    name: str
    title: str
    words: tuple[str, ...]
    hours: int
    keys: tuple[str, ...]
    weekly: bool = False


@dataclass(frozen=True)
class Plan:
    """How the command is called on this machine, by whom, when a night begins (hour, minute), where copies go."""

    command: tuple[str, ...]
    home: Path
    user: str
    at: tuple[int, int]
    settings: Settings
    copies: Path | None = None

    @property
    def jobs(self) -> tuple[Job, ...]:
        """A good night is at most a few hours old five hours after it began; 26 hours miss none."""
        tell = ("--tell",) if self.settings.notify else ()
        mail = ("smtp",) if self.settings.notify and self.settings.notify.user else ()
        copies = ("--to", str(self.copies)) if self.copies else ()
        file = ("warehouse",) if self.settings.encryption == "required" else ()
        return (
            Job("night", "the warehouse's night", ("nightly",), 0, ("pseudonym", *file, *mail)),
            Job("backup", "the warehouse's backup", ("backup", *copies), 2, file),
            Job("verify", "every byte of the warehouse's backups", ("verify",), 3, (), weekly=True),
            Job(
                "watch",
                "whether nights still end well",
                ("status", "--max-age", "26h", *tell),
                5,
                (*file, *mail),
            ),
        )

    def line(self, job: Job) -> list[str]:
        """The command of a job, word by word."""
        return [*self.command, "--home", str(self.home), *job.words]

    def clock(self, job: Job) -> tuple[int, int]:
        """When a job begins; never in the hour the clocks change."""
        hour = (self.at[0] + job.hours) % 24
        return (hour + 1 if hour == UNSURE else hour), self.at[1]


def moment(text: str) -> tuple[int, int]:
    """Hour and minute of `03:15`; Refusal for the hour that is missing or comes twice when the clocks change."""
    if not (found := CLOCK.fullmatch(text)):
        raise Refusal(f"{plain.text(text)!r} is no time of day. Write it as 03:15.")
    hour, minute = int(found[1]), int(found[2])
    if hour == UNSURE:
        raise Refusal(
            f"{text} comes twice in October and not at all in March. Choose a time before 01:00 or after 02:00."
        )
    return hour, minute
