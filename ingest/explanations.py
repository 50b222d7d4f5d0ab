"""Explanations that came back: held against the warnings they answer, kept where they fit, told of where not.

A reply is a line in the ledger like any other file, of no return: its rows read are explained, in error, or left
out because nothing new was said.
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations.personal_data import looks
from ingest import explained, landing, sharing, submissions
from ingest.context import Context
from ingest.findings_words import EXPLANATIONS, LONGEST, OTHER, REASONS
from ingest.landing import Landed
from ingest.reading import Explained, Finding, Reading, Skipped, Unreadable
from ingest.submissions import Fate, Outcome, Received

NOTHING = (
    "No warning is explained in this findings workbook. Fill in Reason or Explanation in its sheet Warnings. "
    "To send mended rows, mend your own system and send the whole file."
)
ALONE = "Explanations are held against the warehouse they answer. Send them; they cannot be checked alone."
NONE_FITS = "None of the explanations could be taken. See what is said of each, and send them again."
UNKNOWN = "This reference is of no warning we know. Leave the column Reference as it was sent to you."
NOT_YOURS = "This reference is of a warning to another organisation. Explain your own."
REFUSED = "The file this warning is about was refused. Mend it and send it again; nothing needs explaining."
NO_WARNING = "Only a warning can be explained. An error must be mended: then send the whole file again."
NOT_LISTED = f"The reason is not on the list. Choose one: {'; '.join(REASONS)}."
NO_WORDS = "This reason needs words too. Say in Explanation what we should know."
PERSONAL = (
    "The explanation looks to hold a name, postcode, telephone number, e-mail address, NHS or police number. "
    "It was not kept. Say it without."
)
TOO_LONG = f"The explanation is longer than {LONGEST:,} characters. Shorten it."
FOUND = f"""
    select {explained.REFERENCE} as reference, f.severity, s.organisation_code, s.status, s.return_code,
        f.submission_id, f.rule_code, f.file, f.sheet, f.line, f.column_name
    from landing.findings as f join landing.submissions as s using (submission_id)
    where list_contains(?, f.submission_id) order by list_position(['file', 'error', 'information'], f.severity)"""
ABOUT = ("submission_id", "rule_code", "file", "sheet", "line", "column_name")


@dataclass(frozen=True)
class Reply:
    """A file of explanations, read: where it came from, the number of it, and what it says."""

    landed: Landed
    received: Received
    reading: Reading


def take_in(connection, replies: list[Reply], context: Context) -> list[Outcome]:
    """Take in every reply of a night, then carry what is explained to the same records elsewhere; the outcomes."""
    outcomes = [_take_in(connection, reply, context) for reply in replies]
    if not context.alone:
        explained.carry(connection, context.run_id)
    return outcomes


def _take_in(connection, reply: Reply, context: Context) -> Outcome:
    arrival = reply.landed.arrival
    try:
        if context.alone:
            raise Unreadable("F043", ALONE)
        if not reply.reading.explained:
            raise Unreadable("F040", NOTHING)
        fate = _judge(connection, reply, context)
    except Unreadable as problem:
        form = (EXPLANATIONS, reply.reading.encoding)
        return landing.refuse(connection, reply.received, arrival, None, None, form, problem)
    number = reply.received.submission_id
    return Outcome(None, arrival.organisation_code, None, arrival.name, fate, 0.0, number)


def _judge(connection, reply: Reply, context: Context) -> Fate:
    """Keep each answer that fits a warning of the sender's, tell of each that does not, and note it in the ledger."""
    organisation, answers = reply.landed.arrival.organisation_code, reply.reading.explained
    warnings = _warnings(connection, answers)
    personal = _personal(connection, answers)
    wrong = [(a, _wrong(a, warnings.get(a.reference), organisation, a.words in personal)) for a in answers]
    right = [(a, warnings[a.reference]) for a, found in wrong if not found]
    for code in sorted({about["return_code"] for _, about in right}):
        sharing.gate(context.agreements, organisation, code, (), reply.received.received_at.date())
    new = _new(connection, right)
    _keep(connection, reply, new)
    again, empty = len(right) - len(new), reply.reading.unexplained
    aside = len(answers) - len(right)
    fate = _fate(len(new), aside, again, empty)
    _note(connection, reply, [(a, found) for a, found in wrong if found], again, fate)
    return fate


def _fate(taken: int, aside: int, again: int, empty: int) -> Fate:
    counts = (taken + aside + again + empty, taken, aside, again + empty)
    if aside and not taken + again:
        return Fate("refused", f"F044 {NONE_FITS}", *counts)
    says = f"{taken} {'warning' if taken == 1 else 'warnings'} explained."
    return Fate("accepted with findings" if aside else "accepted", says, *counts)


def _warnings(connection, answers: tuple[Explained, ...]) -> dict[str, dict]:
    """What each reference stands for; of findings at one place a warning comes last, and so is the one meant."""
    numbers = {
        int(head) for a in answers if (head := a.reference.partition("-")[0]).isascii() and head.isdigit()
    }
    found = connection.execute(FOUND, [sorted(n for n in numbers if n < 1 << 62)])
    names = [column[0] for column in found.description]
    rows = (dict(zip(names, row, strict=True)) for row in found.fetchall())
    return {row["reference"]: row for row in sorted(rows, key=lambda row: row["severity"] == "warning")}


def _wrong(
    answer: Explained, about: dict | None, organisation: str | None, personal: bool
) -> tuple[str, str] | None:
    """The code and the sentence why an answer cannot be taken; None where it can."""
    if about is None:
        return "X601", UNKNOWN
    if about["organisation_code"] != organisation:
        return "X602", NOT_YOURS
    if about["status"] == "refused":
        return "X603", REFUSED
    if about["severity"] != "warning":
        return "X604", NO_WARNING
    if answer.reason and answer.reason not in REASONS:
        return "X605", NOT_LISTED
    if not answer.words and answer.reason.endswith("see the explanation"):
        return "X606", NO_WORDS
    if len(answer.words) > LONGEST:
        return "X607", TOO_LONG
    return ("X608", PERSONAL) if personal else None


def _personal(connection, answers: tuple[Explained, ...]) -> set[str]:
    """The words that look like personal data, by the same signs as every column of a return."""
    sql = f"select words from (select unnest(cast(? as varchar[])) as words) where {looks('words')}"
    return {words for (words,) in connection.execute(sql, [sorted({a.words for a in answers})]).fetchall()}


def _new(connection, right: list[tuple[Explained, dict]]) -> list[tuple[Explained, dict]]:
    """The answers that say something that was not said before; of two on one warning the last."""
    numbers = sorted({about["submission_id"] for _, about in right})
    last = {about["reference"]: (answer, about) for answer, about in right}
    rows = connection.execute(
        f"select {', '.join(ABOUT)}, reason, coalesce(explanation, '') from {explained.LATEST} "
        "where list_contains(?, submission_id)",
        [numbers],
    ).fetchall()
    said = set(rows)
    return [
        (answer, about)
        for answer, about in last.values()
        if (*(about[c] for c in ABOUT), answer.reason or OTHER, answer.words) not in said
    ]


def _keep(connection, reply: Reply, new: list[tuple[Explained, dict]]) -> None:
    what = reply.received
    rows = [
        (
            what.submission_id, about["submission_id"], about["organisation_code"],
            *(about[c] for c in explained.PLACE), answer.reason or OTHER, answer.words or None,
            what.received_at, what.run_id, None,
        )
        for answer, about in new
    ]  # fmt: skip
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into landing.explanations ({explained.KEPT}) values ({marks})", rows)


def _note(
    connection, reply: Reply, wrong: list[tuple[Explained, tuple[str, str]]], again: int, fate: Fate
) -> None:
    """The ledger's row of a reply, what is wrong with it line by line, and why rows were left out; never a value."""
    what, name, sheet = reply.received, reply.landed.arrival.name, reply.reading.sheet
    number = what.submission_id
    if fate.status == "refused":
        submissions.note(connection, number, [Finding("F044", "file", NONE_FITS, name)])
    findings = [Finding(code, "error", says, name, sheet, a.line) for a, (code, says) in wrong]
    submissions.note(connection, number, findings)
    left = [("explained before in the same words", again), ("not explained", reply.reading.unexplained)]
    skipped = [Skipped(name, sheet, reason, rows) for reason, rows in left if rows]
    submissions.note_skipped(connection, number, skipped)
    form = (EXPLANATIONS, reply.reading.encoding)
    submissions.record(connection, what, None, reply.landed.arrival.organisation_code, None, form, fate)
