"""After the build: cross-return findings kept, workbooks for the senders, the inbox cleared of what was taken."""

from __future__ import annotations

from pathlib import Path

from ingest.inbox import Arrival, is_still_there

KEPT_AS = "rule_code, severity, area_code, period, record, says"


def note_cross_return(connection, run_id: str) -> None:
    """Add to `landing.cross_return_findings` what this night found for the first time."""
    connection.execute(
        f"insert into landing.cross_return_findings select ?, * from (select {KEPT_AS} "
        f"from core.fct_cross_return_findings except select {KEPT_AS} from landing.cross_return_findings)",
        [run_id],
    )
    connection.execute("checkpoint")


def send_back(connection, run_id: str, folder: Path) -> None:
    """A findings workbook for every submission of the run that someone must act on, or that the run explains."""
    rows = connection.execute(
        "select submission_id, coalesce(organisation_code, 'unknown'), coalesce(return_code, 'unread') "
        "from landing.submissions where (run_id = ? and status in ('refused', 'accepted with findings')) "
        "or submission_id in (select submission_id from landing.explanations where run_id = ?) "
        "or (run_id = ? and submission_id in (select submission_id from landing.findings where rule_code = 'X401')) "
        "order by all",
        [run_id, run_id, run_id],
    ).fetchall()
    if rows:
        from ingest.findings_workbook import write_findings
    for submission_id, organisation, code in rows:
        target = folder / organisation
        target.mkdir(parents=True, exist_ok=True)
        write_findings(connection, submission_id, target / f"{code}_submission_{submission_id}.xlsx")


def _waits(arrival: Arrival, waiting: set[tuple[str | None, str]]) -> bool:
    """Whether a file, or the set of files of its folder, waits: a set goes by the name of its folder."""
    of_set = f"{arrival.name.rpartition('/')[0]}/ ("
    return any(
        organisation == arrival.organisation_code and (name == arrival.name or name.startswith(of_set))
        for organisation, name in waiting
    )


def _take_out(arrival: Arrival) -> None:
    """Unless a newer file has taken its place since: that one was not read, and is for the next night."""
    if is_still_there(arrival):
        arrival.path.unlink(missing_ok=True)


def clear(arrivals: list[Arrival], outcomes, inbox: Path) -> None:
    """Take what was published out of our own inbox: its bytes are in the vault. What is deferred or held stays."""
    waiting = {(o.organisation_code, o.file_name) for o in outcomes if o.fate.status in ("deferred", "held")}
    for arrival in arrivals:
        if not _waits(arrival, waiting) and not (arrival.problem and arrival.problem[0] in ("F010", "F012")):
            _take_out(arrival)
    for folder in sorted((p for p in inbox.rglob("*") if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
