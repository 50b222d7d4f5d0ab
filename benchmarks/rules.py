"""In a process of its own: one return checked by the standard's rules, and by the same rules written out by hand."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks import bare, county, own_process

HERE = Path(__file__).resolve().parent
RETURN = "pol_incident"


def checked(path: str, scratch: str) -> dict:
    """Seconds to check a file's rows, which are in the engine: `ours`, `by_hand`; what Great Expectations takes to
    load (`loading`); and the rules on which the two differ (none)."""
    import duckdb

    from expectations import check
    from expectations.batch import look_over
    from expectations.checks import checks
    from expectations.standard import standard

    r = standard()[RETURN]
    with duckdb.connect() as connection:
        context, rows = _loaded(connection, r, Path(path), Path(scratch))
        ruled = checks(r, context.lists, frozenset(), context.area_of)
        by_hand, found = _by_hand(connection)
        began = time.perf_counter()
        check.load()
        loading = time.perf_counter() - began
        began = time.perf_counter()
        look_over(connection, r)
        verdict = check.run(connection, r.name, ruled)
        ours = time.perf_counter() - began
    theirs = {
        f"{c.rule_code} {c.column}": n for c, n in zip(verdict.checks, verdict.failed, strict=True) if n
    }
    differ = sorted(k for k in theirs.keys() | found.keys() if theirs.get(k, 0) != found.get(k, 0))
    told = {"rows": rows, "rules": len(ruled), "broken": sum(verdict.failed), "differ": differ}
    return {
        **told,
        "ours": ours,
        "by_hand": by_hand,
        "loading": loading,
        "seconds": own_process.since_start(),
    }


def _loaded(connection, r, path: Path, scratch: Path):
    """The rows of a file in the table `batch`, as a night has them."""
    from ingest import identity, loading, readers, tables, vault
    from ingest.context import prepare
    from ingest.reading import Sent

    scratch.mkdir(parents=True, exist_ok=True)
    connection.execute(f"{bare.same_as_a_night()}; set temp_directory = '{scratch}/spill'")
    tables.create(connection, {r.name: r})
    now = datetime.now(UTC)
    kept = vault.nowhere(scratch)
    context = prepare(
        connection, HERE.parent / "seeds", identity.throwaway(), kept, scratch, "rules", now, alone=True
    )
    reading = readers.read_csv(Sent(path, path.name), scratch)
    loading.start(connection, r, [])
    spring = date(2024, 4, 1)
    load = loading.Load(1, reading.tables[0], "SYP", spring, date(2025, 3, 31))
    loading.add(connection, r, load, context.aliases, {})
    return context, connection.execute("select count(*) from batch").fetchone()[0]


def _by_hand(connection) -> tuple[float, dict[str, int]]:
    from expectations.personal_data import KINDS

    sql = (
        (HERE / "by_hand.sql")
        .read_text("utf-8")
        .replace("PERSONAL_PATTERNS", "|".join(k.regex for k in KINDS))
    )
    began = time.perf_counter()
    connection.execute(sql)
    counted = connection.execute("select broken, count(*) from by_hand group by all").fetchall()
    seconds = time.perf_counter() - began
    connection.execute("drop table by_hand")
    return seconds, dict(counted)


def make(path: str, rows: int) -> dict:
    """The file to be checked."""
    return county.reports(path, rows)
