"""The measures of the command itself: how soon it answers, how long a small file takes to check."""

from __future__ import annotations

from functools import partial

from benchmarks.bars import Found, number
from benchmarks.own_process import alone, command
from benchmarks.told import Asked, Table, Told, by_turns, span


def commands(asked: Asked) -> Told:
    """`--help`, and `check` of a file of so many rows; every run a process of its own."""
    path = asked.work / "SYCSE_R04_SYP_2024-25_v01.csv"
    rows, bars = [], {}
    size = asked.sizes[-1]
    alone("benchmarks.county:reports", path=path, rows=size)
    words = {
        "help": ("`--help`", ("--help",)),
        "check a file": (
            f"`check`, {size:,} rows",
            ("check", str(path), "--from", "SYP", "--period", "2024-25"),
        ),
    }
    for bar, (said, given) in words.items():
        (runs,) = by_turns(asked, (said, partial(command, *given, home=asked.work / "no home")))
        bars[bar] = Found(runs.seconds, size, None, "")
        told = (str(len(runs.runs)), number(runs.cold.seconds), span(runs.seconds))
        rows.append((said, *told, number(runs.processor), number(runs.peak)))
    path.unlink()
    head = ("command", "runs", "cold s", "warm s", "of the processor", "peak MB")
    return Told(bars, (Table("The command", head, tuple(rows), "Cold: the first run of them."),))
