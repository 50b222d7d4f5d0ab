"""What was erased is remembered by its digest alone, so that the same rows sent again are skipped."""

from __future__ import annotations

from datetime import datetime

from expectations.standard import Return
from ingest import persons

WHY = "erased on instruction"


def remember(connection, standard: dict[str, Return], instruction: str, run_id: str, now: datetime) -> None:
    """Keep the digest of each key, and of each record that has none of its own, so that neither comes back."""
    connection.execute(
        "insert into landing.erased select scheme, sha256(key), null, ?, ?, ? from wanted",
        [instruction, run_id, now],
    )
    for r in standard.values():
        if not persons.key_columns(r):
            connection.execute(
                f"insert into landing.erased select distinct null, {_record('t', r)}, '{r.name}', ?, ?, ? "
                f"from accepted.{r.name} t where t.rowid in (select row from mine where schema_name = 'accepted' "
                f"and return_name = '{r.name}')",
                [instruction, run_id, now],
            )


def _record(alias: str, r: Return) -> str:
    return (
        "sha256(concat_ws('|', " + ", ".join(f'cast({alias}."{c}" as varchar)' for c in r.primary_key) + "))"
    )


def _is_erased(key: str, scheme: str | None) -> str:
    same = f'or e.person_key_scheme = b."{scheme}"' if scheme else ""
    return (
        "exists (select 1 from landing.erased e where e.return_name is null "
        f'and e.digest = sha256(b."{key}") and (e.person_key_scheme is null {same}))'
    )


def skip_erased(connection, r: Return) -> dict[int, int]:
    """Take the rows of erased persons out of the batch, and tell that they were skipped; how many, by submission.

    Costs one count where nothing was ever erased, else one look at each row.
    """
    if not connection.execute("select count(*) from landing.erased").fetchone()[0]:
        return {}
    again = [_is_erased(key, scheme) for key, scheme in persons.key_columns(r)]
    if not again:
        again = [f"{_record('b', r)} in (select digest from landing.erased where return_name = '{r.name}')"]
    connection.execute(
        "create or replace temp table again as select b.rowid as row, b.submission_id, b.file, b.sheet "
        f"from batch b where {' or '.join(again)}"
    )
    connection.execute(
        f"insert into landing.skipped select submission_id, file, sheet, '{WHY}', count(*) from again group by all"
    )
    connection.execute("delete from batch where rowid in (select row from again)")
    return dict(connection.execute("select submission_id, count(*) from again group by all").fetchall())
