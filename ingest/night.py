"""The way of a night's files: landed, read, checked, accepted. One connection, one pass for each return."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from time import perf_counter

import failpoint
from expectations import check as checking
from expectations.batch import look_over
from expectations.checks import checks
from expectations.standard import Return, standard
from ingest import (
    acceptance,
    agreement,
    explanations,
    held,
    identity_store,
    landing,
    loading,
    manifests,
    nil_returns,
    noticing,
    reading_apart,
    sharing,
    submissions,
)
from ingest.acceptance import Candidate, Noticed
from ingest.agreement import Said
from ingest.context import Context
from ingest.explanations import Reply
from ingest.inbox import Arrival
from ingest.landing import Landed
from ingest.loading import Load
from ingest.periods import Period
from ingest.reading import Reading, Table, Unreadable
from ingest.submissions import Outcome, Received

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Item:
    """One return found in what landed: its rows, and what is said of them from outside."""

    landed: Landed
    received: Received
    reading: Reading
    table: Table
    said: tuple[Said, ...]


def take_in(connection, arrivals: list[Arrival], context: Context, progress: Progress) -> list[Outcome]:
    """Land, read, check and accept everything that arrived; the outcome of each, in the order of arrival."""
    landed, outcomes = landing.land(connection, arrivals, context)
    outcomes = [Outcome(None, a.organisation_code, a.period, a.name, fate, 0.0) for a, fate in outcomes]
    if landed:
        Thread(target=checking.load, daemon=True).start()
    first = [x for x in landed if not x.waits_for_manifest]
    replies: list[Reply] = []
    items, refused = _read(connection, first, context, progress, replies)
    outcomes += _refuse(connection, refused)
    by_return = _by_return(items)
    outcomes += _one_return(connection, standard()["manifest"], by_return.pop("manifest", []), context)
    facts = manifests.facts(connection)
    outcomes += nil_returns.take_in(connection, first, context)
    waiting = [manifests.told(x, facts) for x in landed if x.waits_for_manifest]
    later, refused = _read(connection, waiting, context, progress, replies)
    outcomes += _refuse(connection, refused)
    for name, more in _by_return(later).items():
        by_return[name] += more
    _free((path for path in context.scratch.rglob("*") if path.is_file()), by_return)
    for number, r in enumerate(standard().values()):
        progress(f"checking {r.code} {r.title}", number, len(standard()))
        told = [manifests.said_of(item, facts) for item in by_return.pop(r.name, [])]
        if r.name == identity_store.RETURN:
            outcomes += identity_store.take_in(connection, r, told, context, _one_return)
        else:
            outcomes += _one_return(connection, r, told, context)
        _free((path for item in told for path in item.table.files), by_return)
    _clear_away(connection)
    noticing.note_other_routes(connection, context.run_id)
    outcomes += explanations.take_in(connection, replies, context)
    return sorted(outcomes, key=lambda o: (o.submission_id or 0, o.file_name))


def _clear_away(connection) -> None:
    """The rows as sent, which stood in memory to be judged, are needed no more."""
    for table in ("batch", checking.FOUND, "bad", "again"):
        connection.execute(f"drop table if exists temp.{table}")


def _free(files: Iterable[Path], to_come: dict[str, list[Item]]) -> None:
    """Remove files from scratch, which is memory where it can be, but what returns to come are loaded from."""
    needed = {path for items in to_come.values() for item in items for path in item.table.files}
    for path in set(files) - needed:
        path.unlink(missing_ok=True)


def _by_return(items: list[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        found[item.table.return_name].append(item)
    return found


def _read(connection, landed: list[Landed], context: Context, progress: Progress, replies: list[Reply]):
    """Items for every return found, and (landed, received, Unreadable) for what could not be read.

    What answers findings is put with the `replies`: it waits for what it may be about.
    """
    items, refused = [], []
    outs = [context.scratch / f"{x.sha256[:16]}-{x.arrival.organisation_code}" for x in landed]
    for out in outs:
        out.mkdir(parents=True, exist_ok=True)
    answers = reading_apart.read_all([x.parcel for x in landed], outs)
    for n, (x, answer) in enumerate(zip(landed, answers, strict=True)):
        progress(f"reading {x.arrival.name}", n, len(landed))
        if isinstance(answer, Unreadable):
            refused.append((x, landing.received(x, submissions.next_id(connection), context), answer))
            continue
        if answer.explained is not None:
            replies.append(Reply(x, landing.received(x, submissions.next_id(connection), context), answer))
        items += _items(connection, x, answer, context)
    return items, refused


def _items(connection, x: Landed, answer: Reading, context: Context) -> list[Item]:
    """One for each return in it; of a file that waited for a person only what was held, under the number it had."""
    organisation = x.arrival.organisation_code
    waited = submissions.held(connection, x.sha256, organisation)
    waits = waited or submissions.held_nils(connection, x.sha256, organisation)
    settled = submissions.settled(connection, x.sha256, organisation) if waits else set()
    items = []
    for table in (t for t in answer.tables if t.return_name not in settled):
        said = (*_said(x), agreement.from_name(table.file or x.arrival.name, answer))
        number = waited.get(table.return_name) or submissions.next_id(connection)
        items.append(Item(x, landing.received(x, number, context), answer, table, said))
    for number in waited.values():
        submissions.forget(connection, number)
    return items


def _said(x: Landed) -> list[Said]:
    a = x.arrival
    return [Said("the inbox", a.organisation_code, a.period, a.return_code)]


def _refuse(connection, refused) -> list[Outcome]:
    return [
        landing.refuse(connection, received, x.arrival, None, None, (x.parcel.format, None), problem)
        for x, received, problem in refused
    ]


def _one_return(connection, r: Return, items: list[Item], context: Context) -> list[Outcome]:
    """All submissions of one return: settled, checked together, accepted each by itself."""
    outcomes, settled = [], []
    for item in items:
        try:
            organisation, period = agreement.settle(
                connection, r, item.reading, item.table, list(item.said), context
            )
            day = item.received.received_at.date()
            sharing.gate(context.agreements, organisation, r.code, item.table.columns, day)
            settled.append((item, organisation, period))
        except Unreadable as problem:
            form = (item.reading.format, item.reading.encoding)
            outcomes.append(
                landing.refuse(connection, item.received, item.landed.arrival, r, item.reading, form, problem)
            )
    for together in _rounds(settled):
        outcomes += _check(connection, r, together, context)
    return outcomes


def _rounds(settled: list[tuple[Item, str, Period]]) -> list[list[tuple[Item, str, Period]]]:
    """Two submissions for one period cannot be judged at once: the later one waits for the earlier."""
    rounds: list[dict] = []
    for one in settled:
        key = one[1], one[2].code
        place = next((r for r in rounds if key not in r), None)
        if place is None:
            rounds.append(place := {})
        place[key] = one
    return [list(r.values()) for r in rounds]


def _check(connection, r: Return, settled: list[tuple[Item, str, Period]], context: Context) -> list[Outcome]:
    began = perf_counter()
    parents = manifests.parents(connection, r, context)
    loading.start(connection, r, sorted(parents))
    candidates = [_candidate(connection, r, one, parents, context) for one in settled]
    look_over(connection, r)
    noticed = Noticed(
        noticing.skip_repeats(connection, r), noticing.note_mixed_codes(connection, r, context.ons_codes)
    )
    ruled = checks(r, context.lists, frozenset(parents), context.area_of)
    try:
        verdict = checking.run(connection, r.name, ruled)
        failpoint.reach("checked")
        limits = None if context.alone else held.limits()
        fates = acceptance.accept(connection, r, candidates, verdict, noticed, limits)
    except checking.Disagreement as fault:
        fates = acceptance.refuse_as_our_fault(connection, r, candidates, fault)
    seconds = perf_counter() - began
    rows = sum(f.rows_read for f in fates) or 1
    return [
        Outcome(
            r.code,
            c.load.organisation_code,
            c.period.code,
            c.received.file_name,
            fate,
            seconds * fate.rows_read / rows,
            c.received.submission_id,
        )
        for c, fate in zip(candidates, fates, strict=True)
    ]


def _candidate(connection, r: Return, one: tuple[Item, str, Period], parents, context: Context) -> Candidate:
    item, organisation, period = one
    load = Load(item.received.submission_id, item.table, organisation, period.start, period.end)
    nameless = item.reading.is_snapshot  # an Annex A's rows do not name the row they belong to
    known = {n: None if nameless else manifests.covers(spans, period) for n, spans in sorted(parents.items())}
    loading.add(connection, r, load, context.aliases, known)
    findings = tuple(
        replace(f, file=f.file or item.table.file or item.landed.arrival.name)
        for name, f in item.reading.findings
        if name == r.name
    )
    skipped = tuple(s for name, s in item.reading.skipped if name == r.name)
    fact = next((s for s in item.said if isinstance(s, manifests.Fact)), None)
    return Candidate(
        item.received,
        item.reading,
        load,
        period,
        findings,
        skipped,
        fact.row_count if fact else None,
        bool(fact and fact.provisional),
        item.landed.arrival.confirmed,
    )
