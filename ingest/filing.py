"""Fates into tables: rows accepted or quarantined, findings with their place, the ledger of submissions."""

from __future__ import annotations

from expectations.batch import quoted, text_column
from expectations.check import Verdict
from expectations.standard import Return
from ingest import loading, submissions
from ingest.reading import Finding, Skipped
from ingest.submissions import Fate

WITHHELD = "(withheld)"


def file(connection, r: Return, candidates, fates, verdict: Verdict, failed) -> None:
    """Write every candidate's rows, findings, skipped rows and its row in the ledger of submissions."""
    for c, fate in zip(candidates, fates, strict=True):
        sid = c.received.submission_id
        submissions.note(connection, sid, list(c.findings))
        submissions.note_skipped(connection, sid, list(c.skipped))
        _quarantine_broken(connection, r, c)
        if fate.status == "refused":
            _refused_whole(connection, sid, fate)
        elif fate.replaces_submission_id:
            connection.execute(
                "update landing.submissions set status = 'superseded' where submission_id = ?",
                [fate.replaces_submission_id],
            )
        submissions.record(
            connection,
            c.received,
            r,
            c.load.organisation_code,
            c.period,
            (c.reading.format, c.reading.encoding),
            fate,
        )
    taken = [c for c, fate in zip(candidates, fates, strict=True) if fate.status != "refused"]
    _write_rows(connection, r, [c.received.submission_id for c in taken])
    _write_findings(connection, r, verdict)
    _write_results(connection, verdict, candidates, failed)
    for c, fate in zip(candidates, fates, strict=True):
        if fate.replaces_submission_id:
            _left_out(connection, r, c.received.submission_id, fate.replaces_submission_id)


def file_our_fault(connection, r: Return, c, fate: Fate, left: int) -> None:
    """The ledger's row of a submission refused for a fault of ours; `left` are its rows not skipped before."""
    sid = c.received.submission_id
    code, _, says = fate.says.partition(" ")
    submissions.note(connection, sid, [*c.findings, Finding(code, "file", says)])
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


def _write_rows(connection, r: Return, accepted: list[int]) -> None:
    typed = ", ".join(f'"{f.name}"' for f in r.fields)
    sent = ", ".join(text_column(f) for f in r.fields)
    place = "submission_id, file, sheet, line"
    ids = ", ".join(map(str, accepted)) or "-1"
    connection.execute(
        f"insert into accepted.{r.name} select {place}, {typed} from batch "
        f"where submission_id in ({ids}) and rowid not in (select row from bad)"
    )
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
            f"insert into quarantine.{r.name} values (?, ?, ?, ?, {nulls}, ['S103'], ?)",
            [sid, file, sheet, line, raw],
        )
        submissions.note(connection, sid, [Finding("S103", "error", says, file, sheet, line)])


def _write_findings(connection, r: Return, verdict: Verdict) -> None:
    for number, check in enumerate(verdict.checks):
        if not verdict.failed[number]:
            continue
        f = r.field(check.column) if check.column else None
        value = quoted(WITHHELD) if f and f.sensitive else f"b.{text_column(f)}" if f else "null"
        connection.execute(
            f"insert into landing.findings select b.submission_id, b.file, b.sheet, b.line, ?, {value}, ?, ?, ? "
            "from found f join batch b on b.rowid = f.row where f.number = ? order by b.rowid",
            [check.column, check.rule_code, check.severity, check.says, number],
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


def _left_out(connection, r: Return, sid: int, earlier: int) -> None:
    """No silent loss: what the earlier submission had and this one has not is listed, row by row."""
    keys = ", ".join(f'"{c}"' for c in r.restates.identity)
    value = "concat_ws(' · ', " + ", ".join(f'cast("{c}" as varchar)' for c in r.restates.identity) + ")"
    connection.execute(
        f"insert into landing.findings select {sid}, null, null, null, ?, {value}, 'X404', 'information', "
        "'A row of the submission this one replaces is not in it; it no longer counts.' "
        f"from (select {keys} from accepted.{r.name} where submission_id = {earlier} "
        f"except select {keys} from accepted.{r.name} where submission_id = {sid})",
        [r.restates.identity[0]],
    )
