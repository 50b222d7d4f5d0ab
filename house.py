"""A home: every path there is, the ways to open what lies there, and the one way to change it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Thread

import failpoint

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Change:
    """A copy of the warehouse being changed: an open connection to it, and which run does it when.

    `proofs` are asked when the copy is built anew: each is given a connection, and may refuse. `doubt` says of the
    machine's clock why it may be wrong; `now` is later than the last night even then.
    """

    connection: object
    run_id: str
    now: datetime
    copy: Path
    proofs: list = field(default_factory=list)
    doubt: str | None = None


def _run_id(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S}Z{os.getpid()}"


def _change(connection, now: datetime, copy: Path) -> Change:
    """A change that comes after the last night, whatever the clock says."""
    from operations import clock

    last = clock.last_night(connection)
    fitting = clock.after(last, now)
    return Change(connection, _run_id(fitting), fitting, copy, doubt=clock.doubt(last, now))


@dataclass(frozen=True)
class Home:
    """Every path there is, below one folder or come with the command, and the ways to open what lies there."""

    root: Path
    here = HERE
    seeds = HERE / "seeds"
    project = HERE / "dbt_project"
    live = property(lambda self: self.root / "warehouse.duckdb")
    inbox = property(lambda self: self.root / "inbox")
    vault = property(lambda self: self.root / "vault")
    identity = property(lambda self: self.root / "identity")
    work = property(lambda self: self.root / "work")
    findings = property(lambda self: self.root / "findings")
    releases = property(lambda self: self.root / "releases")
    certificates = property(lambda self: self.root / "certificates")
    audit = property(lambda self: self.root / "audit")
    parsed = property(lambda self: self.root / "cache")

    @cached_property
    def settings(self):
        """How this home is run: `settings.toml`, or the demo's settings."""
        from operations import settings

        return settings.read(self.root / "settings.toml")

    @property
    def keys(self):
        """Where the keys are; in the demo's settings one is made when it is first needed."""
        from operations.keys import Keys

        return Keys(self.root / "keys", self.settings.keys, self.settings.is_demo)

    @property
    def waiting_keys(self):
        """Where the secret waits that is to follow a key being changed."""
        from ingest import next_keys

        return next_keys.waiting(self.keys)

    @property
    def agreements(self):
        """Who may send what, until when."""
        from ingest.sharing import Agreements

        return Agreements.read(self.seeds / "sharing_agreements.csv")

    def key_id(self, secret: str) -> str:
        """What names a key without telling it."""
        from ingest import identity

        return identity.key_id(secret)

    @property
    def warehouse_key(self) -> str | None:
        """The key of the warehouse file; None where the settings say that it is not encrypted."""
        from ingest import rotation

        return rotation.fitting(self.keys, self.live) if self.settings.encryption == "required" else None

    def open(self, path: Path, read_only: bool = False, draft: bool = False):
        """A connection to a warehouse file, encrypted as the settings say; a `draft` is no good if cut short."""
        from operations import warehouse_file

        return warehouse_file.connect(path, self.warehouse_key, read_only, draft)

    def reading(self, as_at: str | None = None):
        """The live warehouse to read from; as at a moment, a copy built for it."""
        from operations import readonly

        key = self.warehouse_key if self.live.exists() else None
        memory = self.settings.memory
        return readonly.reading(self.live, self.root, self.project, self.parsed, as_at, key, memory)

    @property
    def person(self) -> str:
        """Who runs this, as the operating system knows."""
        from operations import login

        return login.person()

    @property
    def dictionary(self) -> str:
        """The data dictionary, as the standard gives it."""
        from expectations.dictionary import dictionary
        from expectations.standard import standard

        return dictionary(standard())

    def may_see(self, role: str, table: str, columns: tuple[str, ...]) -> bool:
        """Whether a role may see these columns of every row of a table of core."""
        from operations import roles

        return roles.may_see(self.seeds, role, table, columns)

    def note(self, action: str, **facts) -> None:
        """Write into the audit who did what."""
        from operations import audit

        audit.note(self.audit, action, **facts)

    @contextmanager
    def locked(self) -> Iterator[tuple[str, datetime]]:
        """Nobody else changes anything meanwhile; the name of this run, and when it began."""
        from operations import lock

        now = datetime.now(UTC)
        with lock.night_lock(self.root, run_id := _run_id(now), now):
            yield run_id, now

    @contextmanager
    def changing(self, step=lambda *_: None, compact: bool = False, afresh: bool = True) -> Iterator[Change]:
        """A copy to change; built and published in one step where nothing went wrong, else thrown away.

        `compact` writes it out afresh first, so that nothing deleted is left in blocks the file no longer uses. Who
        only adds submissions need not have everything built `afresh`.
        """
        from ingest import opening
        from operations import built, previous, publish, stopping

        with self.locked() as (_, now):
            failpoint.reach("locked")
            # DuckDB loads pandas at the first parameter it is given: it is there by then.
            Thread(target=import_module, args=("pandas",)).start()
            previous.check(self)
            copy = publish.work_copy(self.live, self.work)
            failpoint.reach("copied")
            with closing(
                opening.ready(self.open(copy, draft=True), self.work, self.settings.memory)
            ) as connection:
                yield (change := _change(connection, now, copy))
                rests_on = built.rests_on(connection, self.project, self.seeds)
                way = built.Way.AFRESH if afresh else built.way(connection, rests_on)
            failpoint.reach("accepted")
            step("building the core data set", 0, 1)
            self._build(change, way, rests_on, compact)
            failpoint.reach("built")
            step("publishing", 0, 1)
            stopping.check()
            publish.publish(copy, self.live, keep=not compact)
            failpoint.reach("published")
            publish.clean(self.work)
            failpoint.reach("cleaned")

    def _build(self, change: Change, way, rests_on, compact: bool) -> None:
        from ingest import after
        from operations import build, built, telling, warehouse_file

        if way is not built.Way.NOTHING:
            afresh = way is built.Way.AFRESH
            held = {"key": self.warehouse_key, "afresh": afresh, "memory": self.settings.memory}
            build.build(self.project, change.copy, self.parsed, **held)
        with closing(self.open(change.copy)) as connection:
            if way is not built.Way.NOTHING:
                built.note(connection, rests_on)
            after.note_cross_return(connection, change.run_id)
            telling.begin(self.root, connection, change.run_id)
            for proof in change.proofs:
                proof(connection)
        if compact:
            warehouse_file.compact(change.copy, self.warehouse_key)

    def forget_previous(self) -> None:
        """Keep no night before any longer."""
        from operations import previous

        previous.keep_previous(self.live, keep=False)

    @property
    def sealing(self):
        """What locks files with age, for packages that know nothing of ingest."""
        from ingest import sealing

        return sealing

    @property
    def terminal(self):
        """What shows things, for packages that know nothing of operations."""
        from operations import terminal

        return terminal
