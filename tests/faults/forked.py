"""Cheap nights: each is forked from one process that has everything loaded, and ends as a process of its own ends.

`serve` is that process: it has one thread, a mount namespace of its own where the machine allows it (what is
mounted there goes with it), and does what lines of JSON tell it. `Nights` is its other end.
"""

from __future__ import annotations

import atexit
import importlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults import strange
from tests.faults.bad import put, rows, text

CHECKOUT = Path(__file__).parents[2]
SERVE = "from tests.faults import forked; forked.serve()"
SMALL = """name: core_data_set
profile: warehouse
flags: {send_anonymous_usage_stats: false, version_check: false}
models: {core_data_set: {+materialized: table, core: {+schema: core}, marts: {+schema: marts}}}
"""
MODELS = (
    (
        "core",
        "fct_cross_return_findings",
        "select '' as rule_code, '' as severity, '' as area_code, '' as period, '' as record, '' as says where false",
    ),
    (
        "marts",
        "fct_indicator_values",
        "select submission_id, count(*) as value from accepted.pol_incident group by all",
    ),
)
SLOWEST = 300  # seconds; what takes longer hangs
APART = (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"], [])


@dataclass(frozen=True)
class Done:
    """How a night ended: its exit code (a signal's number below 0), what it printed and said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Night:
    """A night under way."""

    nights: Nights
    pid: int
    out: Path
    err: Path

    def end(self) -> Done:
        """Wait for it to end."""
        code = self.nights.ask(do="wait", pid=self.pid)
        return Done(code, self.out.read_text("utf-8", "replace"), self.err.read_text("utf-8", "replace"))


@dataclass(frozen=True)
class Nights:
    """Starts nights; `root` is how the files look from among its mounts."""

    server: subprocess.Popen
    folder: Path
    may_mount: bool

    @property
    def root(self) -> Path:
        return Path(f"/proc/{self.server.pid}/root")

    def ask(self, **request):
        """One request, one answer."""
        self.server.stdin.write(json.dumps(request, default=str) + "\n")
        self.server.stdin.flush()
        return json.loads(self.server.stdout.readline())

    def start(self, home: Path, *words, project: Path | None = None, env: Mapping = {}, **odd) -> Night:
        """Start a command of the warehouse (`nightly`, unless told otherwise); `odd` as in `strange.be`."""
        number = len(list(self.folder.iterdir()))
        out, err = self.folder / f"{number}.out", self.folder / f"{number}.err"
        for path in (out, err):
            path.touch(0o666)
        line = ["--home", str(home), *(map(str, words) if words else ["nightly"])]
        told = {"project": project, "out": out, "err": err, "env": dict(env), "odd": odd}
        return Night(self, self.ask(do="start", words=line, **told), out, err)

    def run(self, home: Path, *words, **odd) -> Done:
        """Start one and wait for its end."""
        return self.start(home, *words, **odd).end()

    def mount(self, place: Path, size: str) -> Path:
        """A memory disk of a size at a folder; the folder as it looks from here."""
        self.ask(do="mount", place=place, size=size)
        return self.root / place.relative_to("/")

    def mounted(self, *options: str) -> None:
        """Mount something again with other options, or `umount` it."""
        self.ask(do="call", line=list(options))

    def close(self) -> None:
        self.server.stdin.close()
        self.server.wait()


def open_nights(folder: Path) -> Nights:
    """Start the process that nights are forked from."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    apart = next(a for a in APART if not a or works(a))
    pipe = subprocess.PIPE
    line = [*apart, sys.executable, "-c", SERVE]
    server = subprocess.Popen(line, cwd=CHECKOUT, stdin=pipe, stdout=pipe, text=True)
    assert json.loads(server.stdout.readline()) == "ready"
    return Nights(server, folder, bool(apart))


def works(line: list[str]) -> bool:
    """Whether this machine lets a command be run so."""
    return bool(shutil.which(line[0])) and not subprocess.run([*line, "true"], capture_output=True).returncode


def serve() -> None:
    """Load everything, then do as told until the pipe ends; in a night's own process this returns at once."""
    _load()
    answers = os.fdopen(os.dup(1), "w")
    asked = os.fdopen(os.dup(0), "r")
    answers.write('"ready"\n')
    answers.flush()
    while line := asked.readline():
        told = json.loads(line)
        match told.pop("do"):
            case "start":
                if (answer := os.fork()) == 0:
                    return _be(**told)
            case "wait":
                answer = _wait(told["pid"])
            case "mount":
                size = f"size={told['size']},mode=0700"
                subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", told["place"]], check=True)
                answer = None
            case "call":
                subprocess.run(told["line"], check=True)
                answer = None
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _wait(pid: int) -> int:
    """The exit code of a night; one that hangs is killed."""
    until = time.monotonic() + SLOWEST
    while not (ended := os.waitpid(pid, os.WNOHANG))[0]:
        time.sleep(0.01)
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(ended[1])


LOADED = (
    *("dbt.cli.main", "dbt.adapters.duckdb", "dbt.adapters.duckdb.impl", "dbt.adapters.duckdb.connections"),
    *("duckdb", "pyarrow", "numpy", "pyrage", "filelock", "openpyxl", "xlsxwriter"),
    *("ingest.night", "ingest.after", "ingest.opening", "ingest.linkage", "ingest.released", "warehouse"),
    *("operations.build", "operations.previous", "operations.terminal", "operations.audit"),
)


def _load() -> None:
    """What a night loads, and nothing that starts a thread."""
    for name in LOADED:
        importlib.import_module(name)
    from expectations import check
    from expectations.standard import standard

    check.load()
    standard()
    logging.getLogger().handlers.clear()  # dbt adds one, which in a night comes after what would use it


def _be(words: list[str], project: str | None, out: str, err: str, env: dict, odd: dict) -> None:
    """In the forked process: become the command."""
    os.setsid()
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(env)
    import house
    import warehouse

    if project:
        house.Home.project = Path(project)
    strange.be(**odd)
    try:
        warehouse.app(words)
    except SystemExit as ended:
        _end(ended.code)


def _end(code: int) -> None:
    """What is done at a process's end, but for libraries of C that look for the threads of the process before."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


def sent(home: Path, *months: str, rows_each: int = 3, end: str = "") -> None:
    """Good files of R04 in a home's inbox, one for each month."""
    for month in months:
        own = [
            {**row, "record_ref": f"R{month}-{n}", "incident_ref": f"I{month}-{n}"}
            for n, row in enumerate(rows(rows_each))
        ]
        told = text(own).replace("2024-05", month) + end
        put(home / "inbox", told, "good.csv", f"SYP/{month}")


def small_project(folder: Path) -> Path:
    """A dbt project of two models in place of hundreds: where the fault is not in the build, it may be short."""
    (folder / "macros").mkdir(parents=True)
    for name in ("profiles.yml", "selectors.yml", "macros/generate_schema_name.sql"):
        shutil.copyfile(CHECKOUT / "dbt_project" / name, folder / name)
    (folder / "dbt_project.yml").write_text(SMALL)
    for schema, name, sql in MODELS:
        path = folder / "models" / schema / f"{name}.sql"
        path.parent.mkdir(parents=True)
        path.write_text(sql)
    return folder
