"""kill -9 at random moments of nights, one after another on one home: what was acknowledged is there, once and whole."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb

from tests.faults import forked

AFTER = 1.2  # of the time a night takes: some end before they are killed


@dataclass
class Told:
    """How many nights were killed, how many ended before that; how many files were lost, states half published."""

    killed: int = 0
    ended: int = 0
    published: int = 0
    lost: int = 0
    partial: int = 0


def kill(home: Path, nights: forked.Nights, project: Path, chance: Random, times: int) -> Told:
    """Start a night and kill it at a random moment of the time it takes, or a little after; as often as told.

    A file is sent when the one before it was published: so one lies in the inbox, and every night takes as long.
    """
    forked.sent(home, month(0))
    began = time.monotonic()
    assert nights.run(home, project=project).code == 0
    takes, known, told, sent = time.monotonic() - began, rows(home), Told(), 0
    for _ in range(times):
        if month(sent) in known:
            forked.sent(home, month(sent := sent + 1))
        night = nights.start(home, project=project)
        time.sleep(chance.uniform(0, AFTER * takes))
        os.kill(night.pid, signal.SIGKILL)  # the process waits to be reaped, so the number is still its own
        was_killed = night.end().code == -signal.SIGKILL
        told.killed, told.ended = told.killed + was_killed, told.ended + (not was_killed)
        known = _judge(told, home, known)
    nights.run(home, project=project)
    told.lost += len({month(number) for number in range(sent + 1)} - set(rows(home)))
    return told


def _judge(told: Told, home: Path, known: dict[str, int]) -> dict[str, int]:
    """Everything known is still there; what is new is there with all of its rows."""
    now = rows(home)
    told.published += now != known
    told.lost += len([m for m in known if now.get(m) != known[m]])
    told.partial += any(n != 3 for m, n in now.items() if m not in known)
    return now


def rows(home: Path) -> dict[str, int]:
    """The rows of each month, as ledger, accepted rows and figures tell them alike; -1 where they differ."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        told = connection.execute(
            "select s.period, case when sum(s.rows_accepted) = any_value(a.n) and any_value(a.n) = any_value(m.n) "
            "then any_value(a.n) else -1 end from landing.submissions s "
            "join (select submission_id, count(*) as n from accepted.pol_incident group by all) a using (submission_id) "
            "join (select submission_id, sum(value) as n from marts.fct_indicator_values group by all) m "
            "using (submission_id) where s.status like 'accepted%' group by s.period"
        ).fetchall()
    return dict(told)


def month(number: int) -> str:
    """A month for each file; a home is good for a hundred."""
    return f"{2014 + number // 12}-{number % 12 + 1:02}"
