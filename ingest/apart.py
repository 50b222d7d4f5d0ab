"""A function in a process of its own, within limits: what it reads is not trusted, and it holds no key.

The process is told what to do down a pipe, and answers down another. It has next to nothing in its environment,
prints nothing, and ends with the process that started it, however that ends.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Timer

import failpoint
from refusal import Refusal

BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from ingest import set_apart; set_apart.work()"
# What a process needs to run at all; nothing that names where keys are, or holds one.
TOLD = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    failpoint.VARIABLE,
    failpoint.FIFO,
)
# An answer is data: one that would have this process call anything else is no answer.
READING = ("Reading", "Table", "Finding", "Skipped", "Explained", "Unreadable")
KNOWN = {("ingest.reading", name) for name in READING}
KNOWN |= {("pathlib", "PosixPath"), ("pathlib", "WindowsPath"), ("builtins", "OSError")}
KNOWN |= {("ingest.national.cin_xml", "Part"), ("ingest.national.cin_xml", "Census")}
KNOWN |= {("ingest.national.cin_checks", "Tally")}
KNOWN |= {(__name__, "Overrun"), (__name__, "Fault")}
SLACK = 5


@dataclass(frozen=True)
class Limits:
    """What one call may use: bytes of address space, seconds of processor, bytes of one file written.

    It may take `patience` times its seconds by the clock, for it may wait for others.
    """

    memory: int
    seconds: int
    written: int
    patience: int = 4


class Overrun(Exception):
    """A call without an answer: `why` is `memory`, `time`, `written` or `death`."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


class Fault(Exception):
    """A call that failed in a way nobody foresaw: the kind of error and where it arose, never its words."""


@dataclass(frozen=True)
class Worker:
    """A process that waits to be called."""

    process: subprocess.Popen

    def call(self, limits: Limits, function: Callable, *args):
        """What the function answers; raises Overrun or Fault, or what it is known to raise (`ingest.reading`)."""
        late = []
        clock = Timer(limits.seconds * limits.patience, lambda: (late.append(True), self.process.kill()))
        clock.daemon = True
        clock.start()
        try:
            self.send(limits, function, *args)
            answer = _Data(self.process.stdout).load()
        except pickle.UnpicklingError:
            self.kill()
            raise Overrun("death") from None
        except (EOFError, OSError):
            raise Overrun("time" if late else self.end()) from None
        finally:
            clock.cancel()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def send(self, limits: Limits, function: Callable, *args) -> None:
        """Have it begin, and wait for nothing."""
        pickle.dump((limits, function, args), self.process.stdin)
        self.process.stdin.flush()

    def end(self) -> str:
        """End it at once; what it died of, where it was dead before."""
        if not self.process.stdout.closed:
            self.process.stdout.close()
        try:
            code = self.process.wait(SLACK)  # it may be dying, and its code tells of what
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        return "time" if code == -getattr(signal, "SIGXCPU", 0) else "death"

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()


def start() -> Worker:
    """A worker that has answered once; Refusal (exit 4) where none can be started, which is no file's fault."""
    line = [sys.executable, "-I", "-X", "utf8", "-c", BEGIN, *(str(Path(p).resolve()) for p in sys.path)]
    told = {name: os.environ[name] for name in TOLD if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"}
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    worker = Worker(subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=quiet, env=told))
    try:
        if _Data(worker.process.stdout).load() is not True:
            raise EOFError
    except (EOFError, pickle.UnpicklingError):
        worker.kill()
        raise Refusal(
            "The reader of files could not be started on this machine. Run `warehouse doctor`.", 4
        ) from None
    return worker


@dataclass(frozen=True)
class Call:
    """What is to be done, and what it may use."""

    limits: Limits
    function: Callable
    arguments: tuple = ()


def side_by_side(calls: list[Call], processes: int) -> Iterator:
    """Do all calls in so many processes; the answers in the order of the calls, what was raised among them."""
    if not calls:
        return
    pool = _Pool([], SimpleQueue(), Event())
    with ThreadPoolExecutor(processes) as threads:
        try:
            for _ in range(min(processes, len(calls))):
                pool.add()
            for answer in [threads.submit(pool.answer, call) for call in calls]:
                yield answer.result()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            pool.end(processes)


@dataclass(frozen=True)
class _Pool:
    """Processes that share the calls; one that fails a call is replaced."""

    workers: list[Worker]
    idle: SimpleQueue
    over: Event

    def add(self) -> None:
        worker = start()
        self.workers.append(worker)
        self.idle.put(worker)

    def answer(self, call: Call):
        """What a process answers; one that died is asked again in another, for it may have died of something else."""
        for again in (True, False):
            worker = self.idle.get()
            if worker is None:
                return None
            try:
                answer = worker.call(call.limits, call.function, *call.arguments)
            except Overrun as overrun:
                self.replace(worker)
                if overrun.why == "death" and again:
                    continue
                return overrun
            except Exception as raised:  # noqa: BLE001 - who asked judges it
                answer = raised
            self.idle.put(worker)
            return answer

    def replace(self, worker: Worker) -> None:
        worker.kill()
        if not self.over.is_set():
            self.add()

    def end(self, waiting: int) -> None:
        """Nobody waits for what a process still does, and nobody for a process."""
        self.over.set()
        for worker in self.workers:
            worker.kill()
        for _ in range(waiting):
            self.idle.put(None)


class _Data(pickle.Unpickler):
    """An answer, if it is data and nothing else: no other class is named in it, and of those it changes none."""

    def __init__(self, file):
        super().__init__(file)
        self.named: dict[type, dict] = {}

    def find_class(self, module: str, name: str):
        if (module, name) not in KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is no answer")
        found = super().find_class(module, name)
        self.named.setdefault(found, dict(vars(found)))
        return found

    def load(self):
        try:
            return super().load()
        finally:
            if changed := [kind for kind, was in self.named.items() if dict(vars(kind)) != was]:
                self._put_back(changed)
                raise pickle.UnpicklingError("an answer changes what it is made of")

    def _put_back(self, changed: list[type]) -> None:
        for kind in changed:
            was = self.named[kind]
            for name in vars(kind).keys() - was.keys():
                delattr(kind, name)
            for name, value in was.items():
                if vars(kind)[name] is not value:
                    setattr(kind, name, value)
