"""A function or a command in a process of its own: what it answers, how long it took, and the most memory it held.

Who measures stays small and imports next to nothing: a process begins with the memory of who started it in its
account. Seconds are of the clock, from the moment before the process is started; memory is of the largest of the
process and those it started.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1 << (10 if sys.platform == "linux" else 20)
LAST_WORDS = 800
FINE = (0, 1)  # a night with something for somebody to act on is a night


@dataclass(frozen=True)
class Run:
    """One run: seconds by the clock and of the processors, the peak in MB, and what it answered."""

    seconds: float
    processor: float
    peak: float
    answer: dict


class Failed(Exception):
    """A run that came to nothing; its last words."""


def alone(function: str, **given) -> Run:
    """`module:function` of this package in a process of its own; what it answers is a dict.

    It may tell its own `seconds` and `peak`, where it did more than what is measured: `began` tells it when it began.
    """
    with tempfile.TemporaryDirectory() as folder:
        told, answer = Path(folder) / "given.json", Path(folder) / "answer.json"
        told.write_text(json.dumps(given, default=str), "utf-8")
        words = ("-m", "benchmarks.own_process", function, str(told), str(answer))
        run = _timed(words, FINE[:1])
        answered = json.loads(answer.read_text("utf-8"))
    seconds = answered.pop("seconds", run.seconds)
    return Run(seconds, run.processor, max(answered.pop("peak", 0), run.peak), answered)


def command(*words: str, home: Path | None = None) -> Run:
    """The project's own command, as a person gives it."""
    at = ("--home", str(home)) if home else ()
    return _timed((str(ROOT / "warehouse.py"), *at, *words), FINE)


def _timed(words: tuple[str, ...], fine: tuple[int, ...]) -> Run:
    with tempfile.TemporaryFile() as said:
        environment = {**os.environ, "BEGAN": repr(began := time.perf_counter())}
        child = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, env=environment
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in fine:
            said.seek(0)
            last = said.read().decode(errors="replace")[-LAST_WORDS:]
            raise Failed(f"{' '.join(words)}: exit {child.returncode}\n{last}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / MEGABYTE, {})


def since_start() -> float:
    """Seconds since whoever measures started this process: one clock for both."""
    return time.perf_counter() - float(os.environ["BEGAN"])


def peak() -> float:
    """The largest of this process and those it has waited for, in MB."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(w).ru_maxrss for w in who) / MEGABYTE


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    sys.path.insert(0, str(ROOT))
    function = getattr(importlib.import_module(module), name)
    answered = function(**json.loads(Path(sys.argv[2]).read_text("utf-8")))
    Path(sys.argv[3]).write_text(json.dumps(answered), "utf-8")
