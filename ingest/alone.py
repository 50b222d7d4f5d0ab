"""The check of files by themselves: an empty warehouse in memory, a key for this run only, the same rules."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from expectations.standard import find, standard
from ingest import identity, periods, tables, vault
from ingest.context import prepare
from ingest.findings_workbook import write_findings
from ingest.inbox import Arrival, of_file
from ingest.night import take_in
from ingest.scratch import scratch
from ingest.submissions import Outcome
from refusal import Refusal

COLUMNS = "submission_id, file, sheet, line, column_name, value, rule_code, severity, says"


def check(
    files: list[Path],
    seeds: Path,
    organisation: str | None,
    period: str | None,
    as_return: str | None,
    workbooks: Path | None,
) -> tuple[list[Outcome], list[dict]]:
    """Check files as the night would; their outcomes and findings. Nothing is kept, but workbooks asked for."""
    arrivals = [_arrival(path, organisation, period, as_return) for path in _each(files)]
    need = sum(a.path.lstat().st_size for a in arrivals)
    with duckdb.connect() as connection, scratch(Path(tempfile.gettempdir()), need, must=False) as folder:
        tables.create(connection, standard())
        now = datetime.now(UTC)
        context = prepare(
            connection,
            seeds,
            identity.throwaway(),
            vault.nowhere(folder),
            folder,
            "check",
            now,
            alone=True,
        )
        outcomes = take_in(connection, arrivals, context, lambda *_: None)
        found = connection.execute(
            f"select {COLUMNS} from landing.findings order by submission_id, file, line"
        )
        names = COLUMNS.split(", ")
        findings = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        if workbooks:
            workbooks.mkdir(parents=True, exist_ok=True)
            for o in (o for o in outcomes if o.submission_id):
                write_findings(connection, o.submission_id, workbooks / _book(o, outcomes), alone=True)
    return outcomes, findings


def _book(o: Outcome, outcomes: list[Outcome]) -> str:
    """What a workbook is called: by its file, and where another is of that name by its return and number too."""
    name = Path(o.file_name).name
    alike = [other for other in outcomes if other.submission_id and Path(other.file_name).name == name]
    which = f".{o.return_code or 'unread'}_submission_{o.submission_id}" if len(alike) > 1 else ""
    return f"{name}{which}.findings.xlsx"


def _each(paths: list[Path]) -> list[Path]:
    for path in paths:
        if not path.exists():
            raise Refusal(f"{path} is not there.")
    return [
        p for path in paths for p in (sorted(path.rglob("*")) if path.is_dir() else [path]) if not p.is_dir()
    ]


def _arrival(path: Path, organisation: str | None, period: str | None, as_return: str | None) -> Arrival:
    if period and not periods.parse(period):
        raise Refusal(f"{period!r} is no period. Write 2024-05, 2024-25-Q1, 2024-25 or 2024.")
    arrival = of_file(path, path.parent, organisation)
    code = find(as_return).code if as_return else None
    return Arrival(path, arrival.name, path.parent, organisation, period, code, None, arrival.problem)
