"""After the verdict: good rows into `accepted.<return>`, the rest into `quarantine.<return>` with every reason."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from expectations.batch import quoted, text_column
from expectations.check import Verdict
from expectations.standard import Return
from ingest import loading, submissions
from ingest.loading import Load
from ingest.periods import Period
from ingest.reading import Finding, Reading, Skipped
from ingest.submissions import Fate, Received

WITHHELD = "(withheld)"


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


def skip_repeats(connection, r: Return) -> dict[int, int]:
    """Take rows that stand twice word for word out of the batch, but for the first; how many, by submission."""
    keys = ", ".join(["submission_id", *(f'"{c}"' for c in r.primary_key)])
    texts = ", ".join(["submission_id", *(text_column(f) for f in r.fields)])
    connection.execute(
        f"create or replace temp table again as select rowid as row, submission_id, file, sheet, line, "
        f"row_number() over (partition by {texts} order by rowid) as n "
        f"from batch where ({keys}) in (select ({keys}) from batch group by all having count(*) > 1) qualify n > 1"
    )
    connection.execute(
        "insert into landing.findings select submission_id, file, sheet, line, null, null, 'R305', 'warning', "
        "'The same row stands here again, word for word; it was kept once.' from again"
    )
    connection.execute(
        "insert into landing.skipped select submission_id, file, sheet, 'the same row again, word for word', count(*) "
        "from again group by all"
    )
    connection.execute("delete from batch where rowid in (select row from again)")
    return dict(connection.execute("select submission_id, count(*) from again group by all").fetchall())


def accept(
    connection, r: Return, candidates: list[Candidate], verdict: Verdict, repeats: dict[int, int]
) -> list[Fate]:
    """Give every candidate its fate and write all of it; the fates, in the order of the candidates."""
    failed = _failed(connection)
    _mark_bad(connection, verdict)
    bad = dict(connection.execute("select submission_id, count(*) from bad group by all").fetchall())
    rows = dict(connection.execute("select submission_id, count(*) from batch group by all").fetchall())
    fates = []
    for c in candidates:
        sid = c.received.submission_id
        fate = _settle(
            connection, r, c, verdict, failed[sid], bad.get(sid, 0), rows.get(sid, 0), repeats.get(sid, 0)
        )
        fates.append(fate)
    _write(connection, r, candidates, fates, verdict, failed)
    return fates


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


def _settle(
    connection, r, c: Candidate, verdict, failed: dict[int, int], bad: int, rows: int, repeats: int
) -> Fate:
    broken = len(loading.broken(connection, c.load.table))
    set_aside = sum(s.rows for s in c.skipped) + repeats
    read = rows + broken + set_aside
    in_error, held = bad + broken, rows + broken
    says = _refusal(r, c, verdict, failed, in_error, held)
    if says:
        return Fate("refused", says, read, 0, in_error, set_aside + rows - bad)
    told = {c.severity for n, c in enumerate(verdict.checks) if failed.get(n)}
    told |= {f.severity for f in c.findings}
    clean = not (in_error or repeats or told - {"information"})
    replaces = submissions.current(connection, r.code, c.load.organisation_code, c.period.code)
    status = "accepted" if clean else "accepted with findings"
    return Fate(status, None, read, rows - bad, in_error, set_aside, replaces, c.provisional)


def _refusal(r, c: Candidate, verdict, failed: dict[int, int], in_error: int, held: int) -> str | None:
    for number, check in enumerate(verdict.checks):
        if check.severity == "file" and failed.get(number):
            return f"{check.rule_code} {check.says}"
    if not held:
        return "F002 There are no rows. If there was nothing to report, send a nil return (a manifest with status NIL)."
    if c.rows_said is not None and c.rows_said != held + sum(
        s.rows for s in c.skipped if s.reason != "blank line"
    ):
        return f"F005 The manifest says {c.rows_said} rows, the file has {held}. Send the whole file again."
    if in_error > r.refuse_above * held:
        share, allowed = 100 * in_error / held, 100 * r.refuse_above
        return f"S118 {in_error} of {held} rows are in error ({share:.1f} %); more than {allowed:g} % refuses the file."
    return None


def _write(connection, r: Return, candidates, fates, verdict: Verdict, failed) -> None:
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


def _quarantine_broken(connection, r: Return, c: Candidate) -> None:
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
