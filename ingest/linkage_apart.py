"""Linkage in a process of its own: identities are opened in its memory alone, and only keys come out of it.

What it needs, secrets among it, is sent to it down a pipe: never by the command line, the environment or a
file. Its database is in memory and spills nowhere, it prints nothing, and where it dies it leaves nothing.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path

import failpoint

MEMORY, THREADS = "4GB", 2
LIMIT_SECONDS = 3600
LINKS = "person_key, person_key_scheme, child_key, organisation_code, rule, weight, confidence, reason"
REVIEWS = (
    "left_scheme, left_key, left_organisation, right_scheme, right_key, right_organisation, weight, why, "
    "forenames, surnames, birth_dates, sexes, postcodes, nhs_numbers, upns"
)
PEOPLE = """
create table known as
with
    latest as (
        select * from identities
        qualify row_number() over (
            partition by organisation_code, record_ref
            order by period_end desc, received_at desc, submission_id desc, line desc
        ) = 1
    ),
    standing as (select * from latest where record_action is distinct from 'D')
select * from standing where person_key is not null
union all by name
select * replace (pseudonym(area_code || '|' || child(local_id)) as person_key, pseudonym_scheme('{scheme}') as person_key_scheme)
from standing where area_code is not null and child(local_id) is not null;
-- Who was erased is in the files still, and comes no further: neither under the key nor the rest of its rows.
create table gone as
select distinct known.organisation_code, known.record_ref from known
inner join erased on sha256(known.person_key) = erased.digest
    and known.person_key_scheme = coalesce(erased.person_key_scheme, known.person_key_scheme);
delete from known where exists (
    select 1 from gone where gone.organisation_code = known.organisation_code and gone.record_ref = known.record_ref);
create table people as
select organisation_code || ' ' || record_ref as record_id, person_key, person_key_scheme, organisation_code,
    forenames, surname, birth_date, sex, postcode, nhs_number, upn
from known
"""

# A person may decide about a pseudonym whose holder sends no identities: it is known by its key alone.
DECIDED_ONLY = """
insert into people by name
with
    decided as (
        select left_scheme as person_key_scheme, left_key as person_key from decisions
        union
        select right_scheme, right_key from decisions
    )
select person_key_scheme || ' ' || person_key as record_id, * from decided
anti join people using (person_key_scheme, person_key)
"""


@dataclass(frozen=True)
class Source:
    """A locked file of identities, and what is known of its submission; `area_code` is a council's number."""

    path: Path
    submission_id: int
    organisation_code: str
    area_code: str | None
    period_end: date
    received_at: datetime


@dataclass(frozen=True, repr=False)
class Request:
    """All that the process is told; `decisions`, `earlier` and `erased` (digests of keys) are Arrow streams."""

    sources: tuple[Source, ...]
    identity_secret: str | None
    pseudonym_secret: str
    decisions: bytes
    earlier: bytes
    erased: bytes


@dataclass(frozen=True)
class Answer:
    """Links and reviews as Arrow streams, or why there are none: the name of a fault, never its words."""

    links: bytes = b""
    reviews: bytes = b""
    failed: str | None = None


def run(request: Request) -> Answer:
    """Link in a new process; where that dies or takes longer than an hour, an answer that says so."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_work, args=(theirs,), daemon=True)
    child.start()
    theirs.close()
    try:
        ours.send(request)
        if not ours.poll(LIMIT_SECONDS):
            return Answer(failed=f"no answer within {LIMIT_SECONDS} seconds")
        return ours.recv()
    except (EOFError, OSError):
        child.join(5)
        return Answer(failed=f"it ended with code {child.exitcode}")
    finally:
        ours.close()
        child.kill()
        child.join()


def _work(pipe) -> None:
    """The process: quiet, without a core dump to fall into, and for one answer."""
    _be_quiet()
    request = pipe.recv()
    try:
        answer = _linked(request)
    except Exception as fault:  # noqa: BLE001 - its words may quote a name; its kind does not
        answer = Answer(failed=type(fault).__name__)
    pipe.send(answer)


def _be_quiet() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource
    except ImportError:  # Windows keeps no core dumps of this kind
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _linked(request: Request) -> Answer:
    from ingest.linking import link

    with room() as connection:
        people(connection, request)
        connection.execute("drop table known; drop table identities")
        _table(connection, "decisions", request.decisions)
        connection.execute(DECIDED_ONLY)
        _table(connection, "earlier", request.earlier)
        failpoint.reach("linking")
        link(connection)
        return Answer(
            _stream(connection, f"select {LINKS} from links"),
            _stream(connection, f"select {REVIEWS} from reviews"),
        )


def room():
    """A database in memory that spills nowhere: it ends in an error sooner than write a name to a disk."""
    import duckdb

    connection = duckdb.connect(":memory:")
    for setting in (
        "temp_directory = ''",
        f"memory_limit = '{MEMORY}'",
        f"threads = {THREADS}",
        "timezone = 'UTC'",
        "enable_progress_bar = false",
        "python_enable_replacements = false",
    ):
        connection.execute(f"set {setting}")
    return connection


def people(connection, request: Request) -> None:
    """Make `people`: of each record what was said last, once under each pseudonym; in `known` with all its columns."""
    from ingest import identity
    from ingest.national.values import MACROS, SCHEME

    connection.execute(MACROS)
    identity.prepare(connection, identity.Key.of(request.pseudonym_secret))
    identities(connection, request)
    _table(connection, "erased", request.erased)
    connection.execute(PEOPLE.format(scheme=SCHEME))


def identities(connection, request: Request) -> None:
    """Make the table `identities`: every row of every file that counts, with whose it is."""
    from expectations.standard import standard
    from ingest import identity_store, tables

    r = standard()[identity_store.RETURN]
    columns = ", ".join(f'"{f.name}" {tables.DUCKDB_TYPES[f.type]}' for f in r.fields)
    connection.execute(
        f"create table identities ({tables.PLACE}, {columns}, organisation_code varchar, area_code varchar, "
        "period_end date, received_at timestamptz)"
    )
    for s in request.sources:
        connection.register("opened", identity_store.unlock(s.path, request.identity_secret))
        connection.execute(
            "insert into identities by name select *, ? as organisation_code, ? as area_code, ? as period_end, "
            "? as received_at from opened",
            [s.organisation_code, s.area_code, s.period_end, s.received_at],
        )
        connection.unregister("opened")


def _table(connection, name: str, stream: bytes) -> None:
    connection.register("told", from_stream(stream))
    connection.execute(f"create table {name} as select * from told")
    connection.unregister("told")


def _stream(connection, query: str) -> bytes:
    return to_stream(connection.execute(query).to_arrow_table())


def to_stream(table) -> bytes:
    """An Arrow table as the bytes of a stream."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def from_stream(stream: bytes):
    """The Arrow table that the bytes of a stream hold."""
    import pyarrow as pa

    return pa.ipc.open_stream(stream).read_all()
