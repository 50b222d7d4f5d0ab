"""After the verdict: good rows into `accepted.<return>`, the rest into `quarantine.<return>` with every reason."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from expectations.batch import quoted
from expectations.check import Verdict
from expectations.standard import Return
from ingest import erased, filing, held, loading, submissions
from ingest.loading import Load
from ingest.periods import Period
from ingest.reading import Finding, Reading, Skipped
from ingest.submissions import Current, Fate, Received

TAKEN = ("accepted", "accepted with findings")


@dataclass(frozen=True)
class Candidate:
    """A submission whose rows are in the batch, waiting for its fate."""

    received: Received
    reading: Reading
    load: Load
    period: Period
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    rows_said: int | None = None
    provisional: bool = False
    confirmed: bool = False
    came_after: Current | None = None


@dataclass(frozen=True)
class Noticed:
    """By submission: rows that stood there twice, and files with codes of two ages."""

    repeats: dict[int, int]
    mixed_codes: set[int]


@dataclass(frozen=True)
class Tally:
    """One submission's rows: those in the batch, those in error, those left out (said twice, or erased before)."""

    rows: int
    bad: int
    repeats: int
    mixed_codes: bool


def accept(
    connection,
    r: Return,
    candidates: list[Candidate],
    verdict: Verdict,
    noticed: Noticed,
    limits: held.Limits | None = None,
) -> list[Fate]:
    """Give every candidate its fate and file all of it; the fates, in the order of the candidates.

    Without `limits` nothing is held for a person.
    """
    gone = erased.skip_erased(connection, r)
    failed = _failed(connection)
    _mark_bad(connection, verdict)
    bad, rows = _count(connection, "bad"), _count(connection, "batch")
    fates: list[Fate] = []
    candidates = [_placed_in_time(connection, r, c) for c in candidates]
    for c in candidates:
        sid = c.received.submission_id
        aside = noticed.repeats.get(sid, 0) + gone.get(sid, 0)
        tally = Tally(rows.get(sid, 0), bad.get(sid, 0), aside, sid in noticed.mixed_codes)
        fate = _settle(connection, r, c, verdict, failed[sid], tally)
        settled = list(zip(candidates[: len(fates)], fates, strict=True))
        fates.append(_unless_doubtful(connection, r, c, fate, settled, limits))
    filing.file(connection, r, candidates, fates, verdict, failed)
    return fates


def _placed_in_time(connection, r: Return, c: Candidate) -> Candidate:
    """The candidate with what counts now, where that was received after it."""
    now = submissions.current(connection, r.code, c.load.organisation_code, c.period.code, c.reading.format)
    return replace(c, came_after=now) if submissions.came_late(now, c.received.received_at) else c


def _unless_doubtful(connection, r: Return, c: Candidate, fate: Fate, tonight: list, limits) -> Fate:
    """The fate, unless what could be taken may be a mistake; `tonight` are those settled before it, and how."""
    if limits is None or c.confirmed or c.came_after or fate.status not in (*TAKEN, "nil"):
        return fate
    known = [
        (other.load.organisation_code, held.Counted(other.received.submission_id, other.period, held.rows(f)))
        for other, f in tonight
        if f.status in TAKEN
        and submissions.route(other.reading.format) == submissions.route(c.reading.format)
    ]
    says = held.doubt(connection, r, c, fate, known, limits)
    return held.fate(says, fate) if says else fate


def refuse_as_our_fault(connection, r: Return, candidates: list[Candidate], fault: Exception) -> list[Fate]:
    """Where our two ways of checking differ neither is believed: all of the return is refused, and tried again."""
    rows, fates = _count(connection, "batch"), []
    for c in candidates:
        sid = c.received.submission_id
        broken = len(loading.broken(connection, c.load.table))
        repeats = connection.execute(
            "select coalesce(sum(rows), 0) from landing.skipped where submission_id = ?", [sid]
        ).fetchone()[0]
        left = rows.get(sid, 0) + broken
        read = left + repeats + sum(s.rows for s in c.skipped)
        fates.append(Fate("refused", f"{submissions.OUR_FAULT} {fault}", read, 0, 0, read))
        filing.file_our_fault(connection, r, c, fates[-1], left)
    return fates


def _count(connection, table: str) -> dict[int, int]:
    return dict(connection.execute(f"select submission_id, count(*) from {table} group by all").fetchall())


def _failed(connection) -> dict[int, dict[int, int]]:
    """Rows that break each check, by submission."""
    counted: dict[int, dict[int, int]] = defaultdict(dict)
    for sid, number, n in connection.execute(
        "select b.submission_id, f.number, count(*) from found f join batch b on b.rowid = f.row group by all"
    ).fetchall():
        counted[sid][number] = n
    return counted


def _mark_bad(connection, verdict: Verdict) -> None:
    errors = [n for n, c in enumerate(verdict.checks) if c.severity in ("error", "file")]
    codes = ", ".join(f"{n}: {quoted(verdict.checks[n].rule_code)}" for n in errors) or "-1: ''"
    connection.execute(
        "create or replace temp table bad as select f.row, any_value(b.submission_id) as submission_id, "
        f"list_sort(list_distinct(list(map_extract_value(MAP {{{codes}}}, f.number)))) as reasons "
        f"from found f join batch b on b.rowid = f.row where f.number in ({', '.join(map(str, errors)) or -1}) "
        "group by f.row"
    )


def _settle(connection, r, c: Candidate, verdict, failed: dict[int, int], tally: Tally) -> Fate:
    broken = len(loading.broken(connection, c.load.table))
    set_aside = sum(s.rows for s in c.skipped) + tally.repeats
    read = tally.rows + broken + set_aside
    in_error, there = tally.bad + broken, tally.rows + broken
    now = submissions.current(connection, r.code, c.load.organisation_code, c.period.code, c.reading.format)
    replaces = now.submission_id if now and not c.came_after else None
    if not there and c.reading.holds_several:
        return Fate("nil", f"The {c.reading.format} holds no row of this return.", read, 0, 0, read, replaces)
    if says := _refusal(r, c, verdict, failed, in_error, (there, tally.repeats)):
        return Fate("refused", says, read, 0, in_error, set_aside + tally.rows - tally.bad)
    told = {check.severity for n, check in enumerate(verdict.checks) if failed.get(n)}
    told |= {f.severity for f in c.findings}
    clean = not (c.came_after or in_error or tally.repeats or tally.mixed_codes or told - {"information"})
    status = "accepted" if clean else "accepted with findings"
    return Fate(status, None, read, tally.rows - tally.bad, in_error, set_aside, replaces, c.provisional)


def _refusal(
    r, c: Candidate, verdict, failed: dict[int, int], in_error: int, rows: tuple[int, int]
) -> str | None:
    there, aside = rows
    for number, check in enumerate(verdict.checks):
        if check.severity == "file" and failed.get(number):
            return f"{check.rule_code} {check.says}"
    if not there and not aside:
        return "F002 There are no rows. If there was nothing to report, send a nil return (a manifest with status NIL)."
    if c.rows_said is not None and c.rows_said != there + aside + sum(
        s.rows for s in c.skipped if s.reason != "blank line"
    ):
        return f"F005 The manifest says {c.rows_said} rows, the file has {there}. Send the whole file again."
    if in_error > r.refuse_above * there:
        share, allowed = 100 * in_error / there, 100 * r.refuse_above
        return f"S118 {in_error} of {there} rows are in error ({share:.1f} %); more than {allowed:g} % refuses the file."
    return None
