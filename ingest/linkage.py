"""The night's step that says which pseudonyms are one child, where identities or decisions are new.

The step reads what counts, has it linked in a process apart (`linkage_apart`), and adds to `landing.links`
only what changed: what was linked before is never written over, so a moment before tonight stays as it was.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest import identity_store
from ingest.linkage_apart import LINKS, REVIEWS, Answer, Request, Source, from_stream, run, to_stream

MODEL = Path(__file__).parent / "linking"
# What somebody decided stands until they decide anew: a decision counts whatever was sent after it, but for a
# later word on the same record. Of two that contradict each other the one decided later counts.
ERASED = "select person_key_scheme, digest from landing.erased where return_name is null"
DECISIONS = """
with
    told as (
        select d.*, s.organisation_code, s.received_at from accepted.link_decision as d
        inner join landing.submissions as s using (submission_id)
        where s.status not in ('refused', 'duplicate') and (d.decision is not null or d.record_action = 'D')
    ),
    latest as (
        select * from told
        qualify row_number() over (
            partition by organisation_code, record_ref order by received_at desc, submission_id desc, line desc
        ) = 1
    ),
    pairs as (
        select *, [left_scheme, left_key] as one, [right_scheme, right_key] as other
        from latest where record_action is distinct from 'D'
    )
select left_scheme, left_key, right_scheme, right_key, decision, decided_on from pairs
qualify row_number() over (
    partition by least(one, other), greatest(one, other)
    order by decided_on desc, received_at desc, submission_id desc, line desc
) = 1
order by all
"""
CURRENT = """
select * from landing.links
qualify row_number() over (partition by person_key_scheme, person_key order by linked_at desc) = 1
"""
OWN = "md5(person_key_scheme || ':' || person_key)"


@dataclass(frozen=True)
class Told:
    """How the night's linkage went: linked, nothing new, no key or failed; `says` is for a person."""

    status: str
    says: str | None = None
    keys: int = 0
    changed: int = 0
    reviews: int = 0

    @property
    def exit_code(self) -> int:
        """1 where somebody must act: the night was published with the links it had."""
        return 1 if self.status == "failed" else 0


def link_night(change, home, step: Callable) -> Told:
    """Link what is new. `change` gives connection, run_id and now; `home` gives identity, keys and seeds.

    The night goes on whatever happens here: without the key, or where linkage fails, the links stay as they were.
    """
    connection = change.connection
    kept = identity_store.counted(connection)
    decisions = connection.execute(DECISIONS).to_arrow_table()
    basis = _basis(kept, decisions, home)
    if basis is None or basis == _last_basis(connection):
        return Told("nothing new")
    step("linking children", 0, 1)
    if kept and not home.keys.has("identity"):
        says = "Nothing was linked: the key `identity` is not within reach. The links stay as they were."
        return _noted(change, basis, Told("no key", says))
    missing = [k.submission_id for k in kept if not _file(home, k).exists()]
    if missing:
        says = f"Nothing was linked: {_file(home, kept[0]).parent} lacks the files of {_list(missing)}. Restore them."
        return _noted(change, basis, Told("failed", says))
    answer = run(request_of(connection, home, kept, decisions))
    if answer.failed:
        says = f"Linkage failed ({answer.failed}). The links stay as they were; it is tried again next night."
        return _noted(change, basis, Told("failed", says))
    return _noted(change, basis, _apply(change, answer))


def _file(home, kept: identity_store.Kept) -> Path:
    return home.identity / f"{kept.submission_id}.age"


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _basis(kept, decisions, home) -> str | None:
    """A name for all that linkage rests on: what was sent, what was decided, the rules and the key; None for nothing."""
    if not kept and not decisions.num_rows:
        return None
    digest = hashlib.sha256()
    for part in sorted(p for p in MODEL.rglob("*") if p.suffix in (".py", ".json", ".sql")):
        digest.update(part.read_bytes())
    for k in kept:
        digest.update(f"{k.submission_id} {k.organisation_code} {k.sha256}\n".encode())
    digest.update(repr(decisions.to_pylist()).encode())
    digest.update(hashlib.sha256(home.keys.secret("pseudonym").encode()).digest())
    return digest.hexdigest()


def _last_basis(connection) -> str | None:
    row = connection.execute(
        "select arg_max(basis, tried_at) from landing.linkages where status = 'linked'"
    ).fetchone()
    return row[0]


def request_of(connection, home, kept: list[identity_store.Kept], decisions=None) -> Request:
    """What linkage is told: where identities lie and the keys to them, the decisions that count, the links there are."""
    areas = _areas(home.seeds)
    sources = tuple(
        Source(
            _file(home, k),
            k.submission_id,
            k.organisation_code,
            areas.get(k.organisation_code),
            k.period_end,
            k.received_at,
        )
        for k in kept
    )
    earlier = connection.execute(
        f"select person_key_scheme, person_key, child_key from ({CURRENT})"
    ).to_arrow_table()
    return Request(
        sources,
        home.keys.secret("identity") if kept else None,
        home.keys.secret("pseudonym"),
        to_stream(decisions) if decisions is not None else b"",
        to_stream(earlier),
        to_stream(connection.execute(ERASED).to_arrow_table()),
    )


def _areas(seeds: Path) -> dict[str, str]:
    """The number of each council, which stands before its local ids in a pseudonym."""
    with (seeds / "agencies.csv").open(encoding="utf-8") as f:
        return {
            row["organisation_code"]: row["area_code"]
            for row in csv.DictReader(f)
            if row["kind"] == "council"
        }


def _apply(change, answer: Answer) -> Told:
    """Add the links that changed, those of keys no longer told of among them, and put the queue in place of the old."""
    connection, when = change.connection, [change.now, change.run_id]
    connection.register("linked", from_stream(answer.links))
    connection.execute(f"create or replace temp table current_links as {CURRENT}")
    changed = connection.execute(
        f"insert into landing.links by name select {LINKS}, ? as linked_at, ? as run_id from linked "
        "anti join current_links using (person_key_scheme, person_key, child_key, rule, confidence)",
        when,
    ).fetchone()[0]
    changed += connection.execute(
        f"insert into landing.links by name select person_key, person_key_scheme, {OWN} as child_key, "
        "organisation_code, 'alone' as rule, 'alone' as confidence, "
        "'no identity says so any more' as reason, ? as linked_at, ? as run_id from current_links "
        "anti join linked using (person_key_scheme, person_key) where rule <> 'alone'",
        when,
    ).fetchone()[0]
    keys = connection.execute("select count(*) from linked").fetchone()[0]
    connection.unregister("linked")
    connection.register("reviews", from_stream(answer.reviews))
    connection.execute("delete from landing.link_reviews")
    waiting = connection.execute(
        f"insert into landing.link_reviews by name select {REVIEWS}, ? as run_id from reviews",
        [change.run_id],
    ).fetchone()[0]
    connection.unregister("reviews")
    return Told("linked", None, keys, changed, waiting)


def _noted(change, basis: str, told: Told) -> Told:
    change.connection.execute(
        "insert into landing.linkages values (?, ?, ?, ?, ?, ?, ?, ?)",
        [change.run_id, change.now, told.status, told.says, basis, told.keys, told.changed, told.reviews],
    )
    return told
