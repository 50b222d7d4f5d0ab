"""Files → the vault, and what is to be read: grouped into submissions, the ones already known left out."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache

from expectations.personal_data import WITHHELD, looks
from ingest import periods, submissions
from ingest.context import Context
from ingest.inbox import NOT_A_FILE, Arrival, plain, said_by_name
from ingest.readers import Parcel
from ingest.reading import Finding, Reading, Sent, Unreadable
from ingest.reading_apart import kinds
from ingest.submissions import Fate, Outcome, Received
from ingest.vault import Kept, NoFile, StillArriving

SET = "ssda903 csv"
STILL_COPIED = "F013 The file is still being copied; it is taken tomorrow."
PARTS = re.compile(r"(?<=[.;:])\s+")
# Words of our own sentences that look like a name.
OURS = ("An Annex", "No Header", "Unicode Text")


@dataclass(frozen=True)
class Landed:
    """Files in the vault that make one submission, ready to be read."""

    arrival: Arrival
    parcel: Parcel
    kept: tuple[tuple[str, Kept], ...]

    @property
    def sha256(self) -> str:
        """Of the file; of a set, of its files' sums in order, so that the same set is known again."""
        sums = sorted(k.sha256 for _, k in self.kept)
        return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()

    @property
    def waits_for_manifest(self) -> bool:
        """The files of an SSDA903 return do not say their year; where the inbox does not, a manifest must."""
        return self.parcel.format.startswith("ssda903") and self.parcel.year is None


def land(
    connection, arrivals: list[Arrival], context: Context
) -> tuple[list[Landed], list[tuple[Arrival, Fate]]]:
    """Put every file into the vault; what is new, and the fate of what needs no reading."""
    taken, done = _keep(arrivals, context)
    kept = []
    forms = kinds([(file.path, a.path.name) for a, file, problem in taken if not problem])
    for arrival, file, problem in taken:
        form = problem or next(forms)
        if isinstance(form, Unreadable):
            done.append((arrival, _refuse_unread(connection, arrival, file, form, context)))
        else:
            kept.append((arrival, file, form))
    new = []
    for landed in _grouped(kept):
        fate = _known(connection, landed, context)
        if fate:
            done.append((landed.arrival, fate))
        elif any(x.sha256 == landed.sha256 and _place(x) == _place(landed) for x in new):
            done.append((landed.arrival, _duplicate(connection, landed, "tonight", context)))
        else:
            new.append(landed)
    return new, done


def _keep(
    arrivals: list[Arrival], context: Context
) -> tuple[list[tuple[Arrival, Kept | None, Unreadable | None]], list[tuple[Arrival, Fate]]]:
    """Each file into the vault, with what is wrong with its place; what is still being copied waits."""
    taken, waiting = [], []
    for arrival in arrivals:
        problem = Unreadable(*arrival.problem) if arrival.problem else None
        try:
            file = context.vault.keep(arrival.path) if not problem or problem.code != NOT_A_FILE[0] else None
            taken.append((arrival, file, problem))
        except NoFile:
            taken.append((arrival, None, Unreadable(*NOT_A_FILE)))
        except StillArriving:
            waiting.append((arrival, Fate("deferred", STILL_COPIED)))
    return taken, waiting


def _sender(x: Landed) -> str | None:
    return x.arrival.organisation_code


def _place(x: Landed) -> tuple:
    """What a submission's place says of it: the same bytes in a wrong place and a right one are two submissions."""
    return x.arrival.organisation_code, x.arrival.period, x.arrival.return_code, said_by_name(x.arrival.name)


def _grouped(kept: list[tuple[Arrival, Kept, str]]) -> list[Landed]:
    """One submission a file, but the SSDA903 files of one folder, which are one."""
    groups: dict[object, list] = defaultdict(list)
    for arrival, file, form in kept:
        groups[arrival.folder if form == SET else arrival.path].append((arrival, file, form))
    return [_landed(members) for members in groups.values()]


def _landed(members: list[tuple[Arrival, Kept, str]]) -> Landed:
    arrival, _, form = members[0]
    if len(members) > 1:
        arrival = replace(arrival, name=arrival.name.rpartition("/")[0] + f"/ ({len(members)} files)")
    period = periods.parse(arrival.period) if arrival.period else None
    year = period.end.year if period and period.kind == "financial_year" else None
    files = tuple(Sent(k.path, plain(a.path.name)) for a, k, _ in members)
    return Landed(
        arrival,
        Parcel(files, arrival.organisation_code, year, form),
        tuple((plain(a.path.name), k) for a, k, _ in members),
    )


def _known(connection, landed: Landed, context: Context) -> Fate | None:
    past = submissions.known(connection, landed.sha256, _sender(landed), landed.arrival.name)
    if any("under another name" not in p for p in past):
        return Fate("already loaded", f"The same file was taken before ({past[0]}); nothing was done.")
    if any(not p.startswith("refused") for p in past):
        return _duplicate(connection, landed, past[0], context)
    return None


def _duplicate(connection, landed: Landed, past: str, context: Context) -> Fate:
    fate = Fate("duplicate", f"The same bytes were received before ({past}); nothing was done.")
    form = (landed.parcel.format, None)
    number = submissions.next_id(connection)
    organisation = _sender(landed)
    submissions.record(connection, received(landed, number, context), None, organisation, None, form, fate)
    return fate


def received(landed: Landed, submission_id: int, context: Context) -> Received:
    when = landed.arrival.received_at or context.now
    return Received(submission_id, landed.arrival.name, when, context.run_id, landed.sha256, landed.kept)


def _refuse_unread(
    connection, arrival: Arrival, file: Kept | None, problem: Unreadable, context: Context
) -> Fate:
    """A file that is not even opened, or not of a kind we take; kept in the vault where it is a file at all."""
    kept = ((plain(arrival.path.name), file),) if file else ()
    sha256 = kept[0][1].sha256 if kept else ""
    past = submissions.known(connection, sha256, arrival.organisation_code, arrival.name)
    if any("under another name" not in p for p in past):
        return Fate("already loaded", f"The same file was taken before ({past[0]}); nothing was done.")
    when = arrival.received_at or context.now
    number = submissions.next_id(connection)
    what = Received(number, arrival.name, when, context.run_id, sha256, kept)
    return _record_refusal(connection, what, arrival, None, (None, None), problem, 0)


def _record_refusal(
    connection, what: Received, arrival: Arrival, r, form, problem: Unreadable, rows: int
) -> Fate:
    says = without_personal(connection, problem.says)
    fate = Fate("refused", f"{problem.code} {says}", rows, 0, 0, rows)
    period = periods.parse(arrival.period) if arrival.period else None
    submissions.record(connection, what, r, arrival.organisation_code, period, form, fate)
    finding = Finding(problem.code, "file", says, arrival.name, None, problem.line, problem.column)
    submissions.note(connection, what.submission_id, [finding])
    if rows:
        connection.execute(
            "insert into landing.skipped values (?, ?, null, 'row of a refused file', ?)",
            [what.submission_id, arrival.name, rows],
        )
    return fate


def without_personal(connection, says: str) -> str:
    """A refusal's sentence with (withheld) for each part of it that looks like personal data.

    It may repeat what was sent: the title of a sheet, a heading, what stands where a council's number belongs.
    """
    parts = PARTS.split(says)
    judged = [_without_ours(part) for part in parts]
    found = connection.execute(
        f"select {looks('part')} from (select unnest(cast(? as varchar[])) as part, "
        "generate_subscripts(cast(? as varchar[]), 1) as place) order by place",
        [judged, judged],
    ).fetchall()
    shown = zip(parts, found, strict=True)
    return " ".join(WITHHELD + part[len(part.rstrip(".;:")) :] if hide else part for part, (hide,) in shown)


def _without_ours(part: str) -> str:
    for words in (*OURS, *_headings()):
        part = part.replace(words, "")
    return part


@cache
def _headings() -> tuple[str, ...]:
    """Headings of an Annex A of two words or more, the longest first: `Child Name` is one, and nobody's."""
    from ingest.national.annex_a_spec import annex_a

    known = annex_a()
    names = {*known.never_send, *(n for one in known.lists for names in one.reads.values() for n in names)}
    return tuple(sorted((n.rstrip("*") for n in names if " " in n), key=len, reverse=True))


def refuse(
    connection, what: Received, arrival: Arrival, r, reading: Reading | None, form, problem
) -> Outcome:
    """Record a refusal found while reading or settling; the outcome to show."""
    rows = 0
    if reading and r:
        rows = sum(t.rows + len(t.bad) for t in reading.tables if t.return_name == r.name)
        rows += sum(s.rows for name, s in reading.skipped if name == r.name)
    fate = _record_refusal(connection, what, arrival, r, form, problem, rows)
    return Outcome(
        r and r.code, arrival.organisation_code, arrival.period, arrival.name, fate, 0.0, what.submission_id
    )
