"""Fates into tables: rows accepted or quarantined, findings with their place, the ledger of submissions."""

from __future__ import annotations

from dataclasses import replace

import failpoint
from expectations.batch import quoted, text_column
from expectations.check import Verdict
from expectations.personal_data import (
    CODES,
    MARK,
    MEASURED,
    WITHHELD,
    holds_codes,
    looks,
    told_apart,
    unless_personal,
    unless_strange,
    unless_words,
)
from expectations.standard import Field, Return
from ingest import held, loading, submissions
from ingest.reading import Finding, Skipped
from ingest.submissions import Fate

NOT_OURS = "S106"


def file(connection, r: Return, candidates, fates, verdict: Verdict, failed) -> None:
    """Write every candidate's rows, findings, skipped rows and its row in the ledger of submissions."""
    for c, fate in zip(candidates, fates, strict=True):
        sid = c.received.submission_id
        submissions.note_skipped(connection, sid, list(c.skipped))
        if fate.status == "held":
            _held_whole(connection, c, fate)
        else:
            note(connection, r, sid, list(c.findings))
            _quarantine_broken(connection, r, c)
        if fate.status == "refused":
            _refused_whole(connection, sid, fate)
        elif fate.replaces_submission_id:
            submissions.supersede(connection, fate.replaces_submission_id)
        submissions.record(
            connection,
            c.received,
            r,
            c.load.organisation_code,
            c.period,
            (c.reading.format, c.reading.encoding),
            fate,
        )
        if c.came_after and fate.status != "refused":
            submissions.note(connection, sid, [submissions.late(c.came_after)])
            submissions.supersede(connection, sid)
    failpoint.reach("filing")
    judged = [c for c, fate in zip(candidates, fates, strict=True) if fate.status != "held"]
    taken = [c for c, fate in zip(candidates, fates, strict=True) if fate.status not in ("refused", "held")]
    personal = any(verdict.failed) and _any_personal(connection, r)
    _write_rows(connection, r, [c.received.submission_id for c in taken], personal)
    _write_findings(connection, r, verdict, personal)
    _write_results(connection, verdict, judged, failed)
    for c, fate in zip(candidates, fates, strict=True):
        if fate.replaces_submission_id:
            _compare(connection, r, c.received.submission_id, fate.replaces_submission_id)
            _left_out(connection, r, c.received.submission_id, fate.replaces_submission_id)


def note(connection, r: Return, sid: int, findings: list[Finding]) -> None:
    """Findings of a reader: of what is withheld, or looks like personal data, only the place is told."""
    closed = {f.name for f in r.fields if f.withheld}
    told = [replace(f, value=WITHHELD) if f.value and f.column_name in closed else f for f in findings]
    submissions.note(connection, sid, told)
    if not findings:
        return
    connection.execute(
        f"update landing.findings set value = {quoted(WITHHELD)} where submission_id = ? and {looks('value')}",
        [sid],
    )
    # The one column name that is the sender's own: a heading of a column that is not in the standard.
    connection.execute(
        f"update landing.findings set column_name = {quoted(WITHHELD)}, "
        f"says = replace(says, column_name, {quoted(WITHHELD)}) "
        f"where submission_id = ? and rule_code = '{NOT_OURS}' and {looks('column_name')}",
        [sid],
    )


def file_our_fault(connection, r: Return, c, fate: Fate, left: int) -> None:
    """The ledger's row of a submission refused for a fault of ours; `left` are its rows not skipped before."""
    sid = c.received.submission_id
    code, _, says = fate.says.partition(" ")
    note(connection, r, sid, [*c.findings, Finding(code, "file", says)])
    why = Skipped(c.load.table.file, c.load.table.sheet, "row not judged: a fault of ours", left)
    submissions.note_skipped(connection, sid, [*c.skipped, why])
    form = (c.reading.format, c.reading.encoding)
    submissions.record(connection, c.received, r, c.load.organisation_code, c.period, form, fate)


def _refused_whole(connection, sid: int, fate: Fate) -> None:
    code, _, says = fate.says.partition(" ")
    submissions.note(connection, sid, [Finding(code, "file", says)])
    connection.execute(
        "insert into landing.skipped select submission_id, file, sheet, 'good row of a refused file', count(*) "
        "from batch where submission_id = ? and rowid not in (select row from bad) group by all",
        [sid],
    )


def _held_whole(connection, c, fate: Fate) -> None:
    """Of what waits for a person nothing is kept but why: it is judged anew once they have said that it is right."""
    sid = c.received.submission_id
    code, _, says = fate.says.partition(" ")
    connection.execute("delete from landing.findings where submission_id = ?", [sid])
    submissions.note(connection, sid, [Finding(code, "file", says)])
    broken = len(loading.broken(connection, c.load.table))
    there = connection.execute("delete from batch where submission_id = ?", [sid]).fetchone()[0]
    why = Skipped(c.load.table.file, c.load.table.sheet, held.REASON, there + broken)
    submissions.note_skipped(connection, sid, [why])


def _any_personal(connection, r: Return) -> bool:
    """Whether any row with a finding holds personal data anywhere; asked once, as asking column by column is dear."""
    every = f"concat_ws(chr(31), {', '.join(f'b.{text_column(f)}' for f in r.fields if not f.sensitive)})"
    rows = f"select {every} as every from batch b where b.rowid in (select row from found)"
    return bool(connection.execute(f"select bool_or({looks('every')}) from ({rows})").fetchone()[0])


def _kept(f: Field, personal: bool) -> str:
    """SQL for a column's text as it may be kept outside the vault."""
    text = f"b.{text_column(f)}"
    if f.type in MEASURED:
        return unless_words(text)
    if holds_codes(f):
        text = unless_strange(text)
    return unless_personal(text, told_apart(f)) if personal and not f.sensitive else text


def _write_rows(connection, r: Return, accepted: list[int], personal: bool) -> None:
    typed = ", ".join(f'"{f.name}"' for f in r.fields)
    sent = ", ".join(_kept(f, personal) for f in r.fields)
    place = "submission_id, file, sheet, line"
    ids = ", ".join(map(str, accepted)) or "-1"
    connection.execute(
        f"insert into accepted.{r.name} select {place}, {typed} from batch "
        f"where submission_id in ({ids}) and rowid not in (select row from bad)"
    )
    if not connection.execute("select count(*) from bad").fetchone()[0]:
        return
    connection.execute(
        f"insert into quarantine.{r.name} select b.submission_id, b.file, b.sheet, b.line, "
        f"{sent}, bad.reasons, null from batch b join bad on bad.row = b.rowid"
    )


def _quarantine_broken(connection, r: Return, c) -> None:
    """Lines with another number of columns than the header: kept as they stand."""
    nulls = ", ".join("null" for _ in r.fields)
    says = "The line has another number of columns than the header."
    for file, sheet, line, raw in loading.broken(connection, c.load.table):
        sid = c.received.submission_id
        connection.execute(
            f"insert into quarantine.{r.name} select ?, ?, ?, ?, {nulls}, ['S103'], {unless_personal('raw')} "
            "from (select cast(? as varchar) as raw)",
            [sid, file, sheet, line, raw],
        )
        submissions.note(connection, sid, [Finding("S103", "error", says, file, sheet, line)])


def _write_findings(connection, r: Return, verdict: Verdict, personal: bool) -> None:
    for number, check in enumerate(verdict.checks):
        if not verdict.failed[number]:
            continue
        f = r.field(check.column) if check.column else None
        column, value = quoted(check.column) if f else "null", "null"
        if check.rule_code in CODES:
            # The mark names each column that looks so: a finding for every one of them.
            column = f"unnest(regexp_extract_all(b.{MARK}, '{check.rule_code} (\\w+)', 1))"
            value = quoted(WITHHELD)
        elif f:
            value = quoted(WITHHELD) if f.withheld else _kept(f, personal)
        connection.execute(
            f"insert into landing.findings select b.submission_id, b.file, b.sheet, b.line, {column}, {value}, ?, ?, ? "
            "from found f join batch b on b.rowid = f.row where f.number = ? order by b.rowid",
            [check.rule_code, check.severity, check.says, number],
        )


def _write_results(connection, verdict: Verdict, candidates, failed) -> None:
    rows = dict(connection.execute("select submission_id, count(*) from batch group by all").fetchall())
    results = [
        (sid, check.rule_code, check.column, check.severity, rows.get(sid, 0), failed[sid].get(number, 0))
        for sid in (c.received.submission_id for c in candidates)
        for number, check in enumerate(verdict.checks)
    ]
    if results:
        marks = ", ".join("(?, ?, ?, ?, ?, ?)" for _ in results)
        connection.execute(
            f"insert into landing.rule_results values {marks}", [v for row in results for v in row]
        )


def _compare(connection, r: Return, sid: int, earlier: int) -> None:
    """How many records came, changed and went against the submission this one replaces."""
    keys = ", ".join(f'"{c}"' for c in r.restates.identity)
    columns = ", ".join(f'"{f.name}"' for f in r.fields)
    counts = connection.execute(
        f"with old as (select {columns} from accepted.{r.name} where submission_id = ?), "
        f"new as (select {columns} from accepted.{r.name} where submission_id = ?), "
        f"other as (select distinct {keys} from (from new except from old)), "
        f"added as (from other except select {keys} from old), "
        f"gone as (select {keys} from old except select {keys} from new) "
        "select (select count(*) from added), (select count(*) from other) - (select count(*) from added), "
        "(select count(*) from gone)",
        [earlier, sid],
    ).fetchone()
    says = "Against submission {}, which it replaces: records added {}, changed {}, gone {}.".format(
        earlier, *counts
    )
    submissions.note(connection, sid, [Finding("X407", "information", says)])


def _left_out(connection, r: Return, sid: int, earlier: int) -> None:
    """No silent loss: what the earlier submission had and this one has not is listed, row by row."""
    keys = ", ".join(f'"{c}"' for c in r.restates.identity)
    named = [c for c in r.restates.identity if not r.field(c).withheld]
    value = "concat_ws(' · ', " + ", ".join(f'cast("{c}" as varchar)' for c in named) + ")"
    connection.execute(
        f"insert into landing.findings select {sid}, null, null, null, ?, {value}, 'X404', 'information', "
        "'A row of the submission this one replaces is not in it; it no longer counts.' "
        f"from (select {keys} from accepted.{r.name} where submission_id = {earlier} "
        f"except select {keys} from accepted.{r.name} where submission_id = {sid})",
        [r.restates.identity[0]],
    )
