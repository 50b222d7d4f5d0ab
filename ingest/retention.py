"""Retention: which records have stood their time, which an inquiry holds, and what goes with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from expectations.standard import Retention, Return
from ingest import vault
from ingest.holds import Hold, covering

QUARANTINE_DAYS = 30
DUE = """
create or replace temp table due (
    schema_name varchar, return_name varchar, return_code varchar, organisation_code varchar, row bigint,
    submission_id bigint, file varchar, sheet varchar, line bigint, day date, rule varchar, hold_id varchar)"""


@dataclass(frozen=True)
class Line:
    """What is due of one return of one organisation, in accepted rows or in quarantine."""

    schema_name: str
    return_code: str
    organisation_code: str
    rule: str
    rows_due: int
    rows_held: dict[str, int]
    oldest: date | None
    newest: date | None


@dataclass(frozen=True)
class Purge:
    """A plan: what goes by which rule, what is held by whom, which files go with it, which releases stay."""

    day: date
    lines: tuple[Line, ...] = ()
    vault_files: tuple[str, ...] = ()
    vault_held: dict[str, tuple[str, ...]] = field(default_factory=dict)
    workbooks: tuple[Path, ...] = ()
    releases: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return sum(line.rows_due for line in self.lines)


def plan_purge(
    connection,
    standard: dict[str, Return],
    held: list[Hold],
    today: date,
    vault_folder: Path,
    releases: Path,
    findings: Path | None = None,
) -> Purge:
    """What is due on a day; nothing is changed but the temporary table `due`, which `purge` reads.

    A record goes as a whole: every statement of it, counted from the day the latest one gives.
    """
    now = [h for h in held if h.on(today)]
    connection.execute(DUE)
    for r in standard.values():
        hold = covering(connection, r, standard, now)
        _due(connection, r, _accepted(r, today), hold, f"{r.retention.years} years")
        _due(connection, r, _quarantined(r, today), hold, f"{QUARANTINE_DAYS} days")
    files, files_held = _vault_files(connection, standard, now, today, vault_folder)
    return Purge(
        today,
        _lines(connection),
        files,
        files_held,
        _workbooks(connection, today, findings),
        tuple(sorted(str(p.parent.relative_to(releases)) for p in releases.rglob("manifest.json"))),
    )


def _accepted(r: Return, today: date) -> str:
    """Rows of records that have stood their time: (row, …, day), as SQL."""
    since = r.retention.since
    day = "s.period_end" if since == "period_end" else f'coalesce(cast(t."{since}" as date), s.period_end)'
    by = ", ".join(f't."{c}"' for c in r.restates.identity)
    latest = f"partition by s.organisation_code, {by} order by s.period_end desc, s.received_at desc, s.submission_id desc"
    return (
        f"select 'accepted' as schema_name, t.rowid as row, s.organisation_code, first_value({day}) over ({latest}) as day, "
        f"t.* from accepted.{r.name} t join landing.submissions s using (submission_id) "
        f"qualify day < date '{today}' - interval {r.retention.years} year"
    )


def _quarantined(r: Return, today: date) -> str:
    return (
        f"select 'quarantine' as schema_name, t.rowid as row, s.organisation_code, cast(s.received_at as date) as day, "
        f"t.* from quarantine.{r.name} t join landing.submissions s using (submission_id) "
        f"where cast(s.received_at as date) < date '{today}' - {QUARANTINE_DAYS}"
    )


def _due(connection, r: Return, rows: str, hold: str, rule: str) -> None:
    connection.execute(
        f"insert into due select t.schema_name, '{r.name}', '{r.code}', t.organisation_code, t.row, t.submission_id, "
        f"t.file, t.sheet, t.line, t.day, '{rule}', {hold} from ({rows}) t"
    )


def _lines(connection) -> tuple[Line, ...]:
    rows = connection.execute(
        "select schema_name, return_code, organisation_code, rule, hold_id, count(*), min(day), max(day) from due "
        "group by all order by all"
    ).fetchall()
    found: dict[tuple, list] = {}
    for *key, hold_id, n, oldest, newest in rows:
        found.setdefault(tuple(key), []).append((hold_id, n, oldest, newest))
    return tuple(
        Line(
            *key,
            rows_due=sum(n for hold_id, n, *_ in parts if hold_id is None),
            rows_held={hold_id: n for hold_id, n, *_ in parts if hold_id},
            oldest=min((p[2] for p in parts if p[2]), default=None),
            newest=max((p[3] for p in parts if p[3]), default=None),
        )
        for key, parts in found.items()
    )


def _vault_files(
    connection, standard: dict[str, Return], held: list[Hold], today: date, folder: Path
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Files of which no row is left, whose every submission has stood its time; and those a hold keeps: by whom."""
    kept = " union ".join(
        f"select t.submission_id from {schema}.{name} t where t.rowid not in (select row from due "
        f"where schema_name = '{schema}' and return_name = '{name}' and hold_id is null)"
        for schema in ("accepted", "quarantine")
        for name in standard
    )
    years = ", ".join(f"'{r.code}': {r.retention.years}" for r in standard.values())
    rows = connection.execute(
        f"""with kept as ({kept}), files as (
            select f.sha256, s.return_code, s.organisation_code, s.status = 'refused' as is_refused,
                s.submission_id in (from kept) or coalesce(s.period_end, cast(s.received_at as date))
                >= date '{today}' - to_years(cast(coalesce(map_extract_value(MAP {{{years}}}, s.return_code), {Retention.years}) as integer)) as stays
            from landing.submission_files f join landing.submissions s using (submission_id))
        select sha256, list((return_code, organisation_code, is_refused)) from files
        group by sha256 having not bool_or(stays) order by sha256"""
    ).fetchall()
    free, keeps = [], {}
    for sha256, came_with in rows:
        if not vault.place(folder, sha256).exists():
            continue
        # Of a person's hold every accepted row is still there; only of a refused file nobody knows.
        by = [
            h.hold_id
            for h in held
            if any(h.may_cover(c, o) and (no or not h.person) for c, o, no in came_with)
        ]
        if by:
            keeps[sha256] = tuple(by)
        else:
            free.append(sha256)
    return tuple(free), keeps


def _workbooks(connection, today: date, folder: Path | None) -> tuple[Path, ...]:
    """Findings workbooks as old as the quarantine they were made from."""
    before = today - timedelta(days=QUARANTINE_DAYS)
    old = connection.execute(
        "select submission_id from landing.submissions where cast(received_at as date) < ?", [before]
    ).fetchall()
    numbers = {str(number) for (number,) in old}
    books = sorted(folder.rglob("*_submission_*.xlsx")) if folder and folder.exists() else []
    return tuple(p for p in books if p.stem.rpartition("_")[2] in numbers)


def purge(connection, plan: Purge, run_id: str, now: datetime) -> dict[str, int]:
    """Delete what the plan's `due` names and no hold covers → rows deleted by table; files are `clear`'s to take.

    The ledger stays as received; what was taken out again is counted apart, in `landing.purged`.
    """
    deleted = remove(connection, "(from due where hold_id is null)", "rule", run_id, now)
    if sum(deleted.values()) != plan.rows:
        raise RuntimeError(f"{plan.rows} rows were due, {sum(deleted.values())} were deleted")
    return deleted


def remove(connection, rows: str, reason: str, run_id: str, now: datetime) -> dict[str, int]:
    """Delete rows by their place, blank what findings and explanations tell of them, and count them apart → by table.

    `rows` is SQL for rows with schema_name, return_name, row, submission_id, file, sheet and line; `reason` SQL for why.
    """
    connection.execute(
        "insert into landing.purged select submission_id, schema_name || '.' || return_name, count(*), "
        f"{reason}, ?, ? from {rows} group by all",
        [run_id, now],
    )
    for table, told in (("findings", "value"), ("explanations", "explanation")):
        connection.execute(
            f"update landing.{table} f set {told} = null where f.{told} is not null and exists (select 1 "
            f"from {rows} d where d.submission_id = f.submission_id and d.line = f.line "
            "and d.file is not distinct from f.file and d.sheet is not distinct from f.sheet)"
        )
    tables = connection.execute(
        f"select distinct schema_name, return_name from {rows} order by all"
    ).fetchall()
    return {
        f"{schema}.{name}": connection.execute(
            f"delete from {schema}.{name} where rowid in (select row from {rows} "
            f"where schema_name = '{schema}' and return_name = '{name}')"
        ).fetchone()[0]
        for schema, name in tables
    }


def clear(plan: Purge, folder: Path) -> None:
    """Remove the vault's files and the workbooks of a plan, after what it deleted was published."""
    for sha256 in plan.vault_files:
        vault.place(folder, sha256).unlink(missing_ok=True)
    for book in plan.workbooks:
        book.unlink(missing_ok=True)
