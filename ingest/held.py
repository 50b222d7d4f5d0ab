"""Held: a file that may be a mistake waits for a person. What makes it doubtful, and the person's word for it."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path

from expectations.standard import Return
from ingest import inbox, periods, submissions, tables
from ingest.periods import Period
from ingest.submissions import Fate
from refusal import Refusal

THRESHOLDS = Path(__file__).parents[1] / "seeds" / "thresholds.csv"
# What tells of other files, or adds up, is never instead of what came before.
NEVER = (*tables.APART, "manifest", "link_decision")
REASON = "row of a held file"


@dataclass(frozen=True)
class Limits:
    """From when on a submission is doubtful: seeds/thresholds.csv, the rows that begin with `held_`."""

    fall_pct: float
    fall_deviations: float
    removed_pct: float
    smallest: float


@dataclass(frozen=True)
class Counted:
    """A submission of the same sender and return that counts now."""

    submission_id: int
    period: Period
    rows: int


@cache
def limits(path: Path = THRESHOLDS) -> Limits:
    with path.open(encoding="utf-8", newline="") as file:
        told = {row["threshold"]: float(row["value"]) for row in csv.DictReader(file)}
    return Limits(
        *(told[f"held_{name}"] for name in ("fall_pct", "fall_deviations", "removed_pct", "smallest"))
    )


def doubt(connection, r: Return, c, fate: Fate, tonight: list[Counted], limit: Limits) -> str | None:
    """Why a submission that could be taken waits for a person, in a sentence; None where nothing is doubtful.

    `c` is its Candidate; `tonight` are those of its return settled with it and before it.
    """
    if r.name in NEVER:
        return None
    here, there = c.period, rows(fate)
    known = _counting(connection, r, c.load.organisation_code, c.reading.format)
    known += [other for who, other in tonight if who == c.load.organisation_code]
    says = (
        _overlapping(r, known, here, there, limit)
        or (fate.replaces_submission_id and _removed(connection, r, c, fate.replaces_submission_id, limit))
        or (not fate.replaces_submission_id and _fallen(r, known, here, there, limit))
    )
    return _with_the_way_on(says, c.received.submission_id) if says else None


def _with_the_way_on(says: str, number: int) -> str:
    return f"{says} If it is right as it is, say so: warehouse confirm {number} --because TEXT."


def doubt_of_nil(
    connection, r: Return, organisation: str, here: Period, number: int, replaces: int | None, limit: Limits
) -> str | None:
    """Why a nil return waits for a person: it would empty what is full, or the last period was."""
    if r.name in NEVER:
        return None
    known = _counting(connection, r, organisation, submissions.MANIFEST)
    full = next((k for k in known if k.submission_id == replaces and k.rows >= limit.smallest), None)
    if full:
        says = (
            f"X406 A nil return of {r.code} for {here.code} would replace submission {replaces} and its {full.rows} rows. "
            "Ask the sender whether none of them is to count."
        )
    elif not replaces and (last := _fell_from(known, here, 0, limit)):
        says = (
            f"F005 {r.code} for {here.code} is said to be nil; for {last.period.code} it had {last.rows} rows "
            f"(submission {last.submission_id}). Ask the sender whether there was nothing."
        )
    else:
        return None
    return _with_the_way_on(says, number)


def _counting(connection, r: Return, organisation: str, form: str) -> list[Counted]:
    found = connection.execute(
        "select submission_id, period, rows_accepted + rows_quarantined from landing.submissions "
        "where return_code = ? and organisation_code = ? and status in ('accepted', 'accepted with findings', 'nil') "
        f"and {submissions.ROUTE.format('format')} = {submissions.ROUTE.format('?')}",
        [r.code, organisation, form, form],
    ).fetchall()
    told = [(number, periods.parse(period), rows) for number, period, rows in found]
    return [Counted(number, period, rows) for number, period, rows in told if period]


def _overlapping(r: Return, known: list[Counted], here: Period, there: int, limit: Limits) -> str | None:
    """Two submissions for days in common; days that stand alone, and a few rows, are let pass."""
    if here.kind == "snapshot":
        return None
    for other in (k for k in known if min(there, k.rows) >= limit.smallest):
        days = other.period
        common = days.start <= here.end and here.start <= days.end
        if common and days.code != here.code and days.kind != "snapshot":
            return (
                f"X402 {r.code} for {here.code} came after {r.code} for {days.code} (submission {other.submission_id}): "
                "the days they share would count from both. Ask the sender which is meant."
            )
    return None


def _removed(connection, r: Return, c, earlier: int, limit: Limits) -> str | None:
    """A resubmission that leaves out much of what it replaces; a row in error is there all the same."""
    keys = ", ".join(f'"{name}"' for name in r.restates.identity)
    had, gone = connection.execute(
        f"with had as (select distinct {keys} from accepted.{r.name} where submission_id = ?), "
        f"gone as (from had except select {keys} from batch where submission_id = ?) "
        "select (select count(*) from had), (select count(*) from gone)",
        [earlier, c.received.submission_id],
    ).fetchone()
    if had < limit.smallest or 100 * gone <= limit.removed_pct * had:
        return None
    return (
        f"X406 {r.code} for {c.period.code} would replace submission {earlier}, and {gone} of its {had} records are not in it. "
        "Ask the sender whether they were meant to go."
    )


def _fallen(r: Return, known: list[Counted], here: Period, there: int, limit: Limits) -> str | None:
    last = _fell_from(known, here, there, limit)
    return last and (
        f"F005 {r.code} for {here.code} has {there} rows; for {last.period.code} it had {last.rows} "
        f"(submission {last.submission_id}). If it was cut off, have the whole file sent."
    )


def _fell_from(known: list[Counted], here: Period, there: int, limit: Limits) -> Counted | None:
    """The last period of the same kind, where it had far more rows, and more than chance explains."""
    before = [k for k in known if k.period.kind == here.kind and k.period.end < here.end]
    last = max(before, key=lambda k: k.period.end, default=None)
    if last is None or last.rows < limit.smallest:
        return None
    fall = last.rows - there
    by_chance = fall <= limit.fall_deviations * sqrt(last.rows + there)
    return None if by_chance or 100 * fall <= limit.fall_pct * last.rows else last


def rows(fate: Fate) -> int:
    """The rows a submission has, good and in error."""
    return fate.rows_accepted + fate.rows_quarantined


def fate(says: str, taken: Fate) -> Fate:
    """Nothing of it counts: every row read is left out."""
    return Fate("held", says, taken.rows_read, 0, 0, taken.rows_read)


def confirm(connection, number: int, folder: Path, note) -> Path:
    """Move a held submission's files into its sender's folder `confirmed`, for the next night; where they lie now.

    `note` is called with its SHA-256 when all is proved and before anything is moved. Refusal where it is not
    held, or its files no longer lie there as they were held.
    """
    row = connection.execute(
        "select status, organisation_code, file_name, sha256 from landing.submissions where submission_id = ?",
        [number],
    ).fetchone()
    if row is None:
        raise Refusal(f"There is no submission {number}. `warehouse status` lists them.")
    status, organisation, name, sha256 = row
    if status != "held":
        raise Refusal(f"Submission {number} is not held: it is {status}. Nothing was done.")
    sums = connection.execute(
        "select file, sha256 from landing.submission_files where submission_id = ?", [number]
    ).fetchall()
    sender = next(
        (p for p in sorted(folder.glob("*")) if p.name.upper() == organisation), folder / organisation
    )
    lying = {
        inbox.plain(p.relative_to(sender).as_posix()): p for p in sender.rglob("*")
    }  # as the ledger names them
    names = [f"{name.rpartition('/')[0]}/{file}".lstrip("/") if len(sums) > 1 else name for file, _ in sums]
    held = {lying.get(n, sender / n): digest for n, (_, digest) in zip(names, sums, strict=True)}
    for path, digest in held.items():
        _prove(path, digest, number)
    targets = {path: sender / inbox.CONFIRMED / path.relative_to(sender) for path in held}
    if there := next((t for t in targets.values() if t.exists()), None):
        raise Refusal(f"{there} is there already. Run a night, or take it away; then confirm again.")
    note(sha256)
    for path, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    return next(iter(targets.values()))


def _prove(path: Path, digest: str, number: int) -> None:
    if path.is_symlink() or not path.is_file():
        raise Refusal(f"{path} is no longer there, so submission {number} cannot be confirmed. Put it back.")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise Refusal(
                f"{path} is not the file that was held as submission {number}. Run a night; it is judged anew."
            )
