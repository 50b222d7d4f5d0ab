"""Submissions: one row each in `landing.submissions`, whatever became of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from expectations.standard import Return
from ingest import sharing
from ingest.periods import Period
from ingest.reading import Finding, Skipped
from ingest.vault import Kept

OUR_FAULT = "E500"
MANIFEST = "manifest"  # what a nil return comes as
# An Annex A or a workforce census never replaces a return of the standard for the same day, nor the reverse.
# What one person decided on Monday is not taken back by what another decided on Tuesday: these add up.
ADDING_UP = ("R32",)
SETTLED = (
    "sha256 = ? and organisation_code is not distinct from ? "
    f"and not starts_with(coalesce(says, ''), '{OUR_FAULT}') and not starts_with(coalesce(says, ''), '{sharing.CODE} ')"
)
ROUTE = "case when {0} in ('annex_a', 'csww xml') then {0} else 'standard' end"


@dataclass(frozen=True)
class Received:
    """What arrived, before anything is known of its rows."""

    submission_id: int
    file_name: str
    received_at: datetime
    run_id: str
    sha256: str
    kept: tuple[tuple[str, Kept], ...]


@dataclass(frozen=True)
class Fate:
    """How a submission ended, and the count of its rows; read = accepted + quarantined + skipped, always."""

    status: str
    says: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_skipped: int = 0
    replaces_submission_id: int | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one submission, as the closing table shows it."""

    return_code: str | None
    organisation_code: str | None
    period: str | None
    file_name: str
    fate: Fate
    seconds: float
    submission_id: int | None = None


@dataclass(frozen=True)
class Current:
    """The submission that counts now for a return, organisation and period."""

    submission_id: int
    received_at: datetime


def record(
    connection, received: Received, r: Return | None, organisation, period: Period | None, form, fate: Fate
):
    """Write the row of one submission and its files; the table's own check holds the count of rows."""
    held = fate.status == "held"  # what is held is of no return yet: whoever counts goes by its code
    row = {
        "submission_id": received.submission_id,
        "organisation_code": organisation,
        "return_code": None if held else r and r.code,
        "return_name": r and r.name,
        "period": period and period.code,
        "period_start": None if held else period and period.start,
        "period_end": None if held else period and period.end,
        "received_at": received.received_at,
        "sha256": received.sha256,
        "file_name": received.file_name,
        "format": form[0],
        "encoding": form[1],
        "standard_version": r and r.version,
        "run_id": received.run_id,
        **asdict(fate),
    }
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    connection.execute(f"insert into landing.submissions ({names}) values ({marks})", list(row.values()))
    for name, kept in received.kept:
        connection.execute(
            "insert into landing.submission_files values (?, ?, ?, ?)",
            [received.submission_id, name, kept.sha256, kept.bytes],
        )


def note(connection, submission_id: int, findings: list[Finding]) -> None:
    """Findings about the file or of the reader, as they stand."""
    for f in findings:
        connection.execute(
            "insert into landing.findings values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [submission_id, f.file, f.sheet, f.line, f.column_name, f.value, f.rule_code, f.severity, f.says],
        )


def note_skipped(connection, submission_id: int, skipped: list[Skipped]) -> None:
    for s in skipped:
        connection.execute(
            "insert into landing.skipped values (?, ?, ?, ?, ?)",
            [submission_id, s.file, s.sheet, s.reason, s.rows],
        )


def route(form: str) -> str:
    """The way a submission came, as ROUTE says it in SQL."""
    return form if form in ("annex_a", "csww xml") else "standard"


def current(connection, return_code: str, organisation: str, period: str, form: str) -> Current | None:
    """The submission that counts now for a return, organisation and period, of those that came the same way.

    None where submissions of the return add up: the next one replaces none.
    """
    if return_code in ADDING_UP:
        return None
    row = connection.execute(
        "select submission_id, received_at from landing.submissions where return_code = ? and organisation_code = ? "
        "and period = ? and status not in ('refused', 'duplicate', 'superseded') "
        f"and {ROUTE.format('format')} = {ROUTE.format('?')} order by received_at desc, submission_id desc limit 1",
        [return_code, organisation, period, form, form],
    ).fetchone()
    return Current(*row) if row else None


def came_late(now: Current | None, received_at: datetime) -> bool:
    """Whether what counts now was received after this: then this is kept for what was known then, and no more."""
    return now is not None and now.received_at > received_at


def late(now: Current) -> Finding:
    """X401: an older submission that came after a newer one."""
    return Finding(
        "X401",
        "warning",
        f"Submission {now.submission_id}, received {now.received_at:%Y-%m-%d}, is of the same return and period and newer "
        "than this one. This one is kept and does not count. If it is the right one, send it again.",
    )


def supersede(connection, submission_id: int) -> None:
    """Another of its return, organisation and period counts now; it counts still as at a moment before."""
    connection.execute(
        "update landing.submissions set status = 'superseded' where submission_id = ?", [submission_id]
    )


def known(connection, sha256: str, organisation: str | None, file_name: str) -> tuple[str, ...]:
    """How the same bytes fared before, from the same sender: statuses, newest first; empty if they are new.

    What was refused for a fault of ours is new: the fault may have been mended. So is what no agreement covered,
    and what is held, or has a part that is.
    """
    if held(connection, sha256, organisation) or held_nils(connection, sha256, organisation):
        return ()
    rows = connection.execute(
        f"select status, file_name = ? from landing.submissions where {SETTLED} order by submission_id desc",
        [file_name, sha256, organisation],
    ).fetchall()
    return tuple(status if same else f"{status} under another name" for status, same in rows)


def held(connection, sha256: str, organisation: str | None) -> dict[str, int]:
    """What of the same bytes from the same sender is held: its number, by the name of the return."""
    return dict(
        connection.execute(
            "select return_name, submission_id from landing.submissions where sha256 = ? "
            "and organisation_code is not distinct from ? and status = 'held' "
            f"and format is distinct from '{MANIFEST}'",
            [sha256, organisation],
        ).fetchall()
    )


def held_nils(connection, sha256: str, organisation: str | None) -> dict[tuple[str, str], int]:
    """Which nil returns of a manifest are held: the number, by the name of the return and the period."""
    rows = connection.execute(
        "select return_name, period, submission_id from landing.submissions where sha256 = ? "
        f"and organisation_code is not distinct from ? and status = 'held' and format = '{MANIFEST}'",
        [sha256, organisation],
    ).fetchall()
    return {(name, period): number for name, period, number in rows}


def settled(connection, sha256: str, organisation: str | None) -> set[str | None]:
    """The returns that were taken from the same bytes, or refused: they are not taken again."""
    rows = connection.execute(
        f"select distinct return_name from landing.submissions where {SETTLED} and status <> 'held'",
        [sha256, organisation],
    ).fetchall()
    return {name for (name,) in rows}


def forget(connection, submission_id: int) -> None:
    """Take what is told of a held submission out of the ledger: it is judged again, under the same number."""
    for table in ("submissions", "submission_files", "findings", "skipped", "rule_results"):
        connection.execute(f"delete from landing.{table} where submission_id = ?", [submission_id])


def number_from_here(connection) -> None:
    """Ready the numbers of this night's submissions; a number once given is never given again."""
    last = connection.execute("select coalesce(max(submission_id), 0) from landing.submissions").fetchone()[0]
    connection.execute(f"create or replace temp sequence submission_numbers start {last + 1}")


def next_id(connection) -> int:
    return connection.execute("select nextval('submission_numbers')").fetchone()[0]
