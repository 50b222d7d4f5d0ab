"""A small county to send bad files to, and the one judge of what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import isgenerator
from pathlib import Path

import duckdb

from expectations.standard import standard
from ingest import identity, inbox, tables
from ingest.context import Context, prepare
from ingest.night import take_in
from ingest.submissions import Outcome
from ingest.vault import nowhere
from operations import terminal
from tests.faults.bad import MAKERS
from tests.faults.matrix import Row
from tests.planted.searching import in_text, of_database

SEEDS = Path(__file__).parents[2] / "seeds"
PLANTED = {"Zephaba", "Quillenaba"}
STATUS = {
    "A": ("accepted",),
    "W": ("accepted with findings",),
    "Q": ("accepted with findings",),
    "R": ("refused",),
    "H": ("held",),
    "D": ("deferred",),
    "S": ("already loaded", "duplicate", "accepted"),
}


@dataclass
class County:
    """An empty warehouse in memory, an inbox, and every night's outcomes."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    key: identity.Key = field(default_factory=identity.throwaway)
    nights: list[list[Outcome]] = field(default_factory=list)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def now(self) -> datetime:
        """When this night is: each a month after the one before."""
        return datetime(2024, 6 + len(self.nights), 10, tzinfo=UTC)

    def context(self, now: datetime) -> Context:
        """What a night knows before it begins."""
        read = self.folder / f"read-{len(self.nights)}"
        return prepare(self.connection, SEEDS, self.key, nowhere(read), read, f"{now:%Y%m%d}", now)

    def night(self, now: datetime | None = None) -> list[Outcome]:
        """Take in what lies in the inbox, as the night does before it builds; a night comes a month after another."""
        context = self.context(now or self.now())
        arrived = inbox.arrivals(self.inbox, set(context.organisations))
        self.nights.append(take_in(self.connection, arrived, context, lambda *_: None))
        return self.nights[-1]

    def number_of(self, file_name: str) -> int | None:
        """The submission of a file that was not even opened."""
        sql = "select max(submission_id) from landing.submissions where file_name = ?"
        return self.connection.execute(sql, [file_name]).fetchone()[0]

    def send(self, name: str) -> list[Outcome]:
        """Have the maker of a row of the matrix send its files; the outcomes of the last night."""
        made = MAKERS[name](self.inbox)
        for _ in made if isgenerator(made) else ():
            self.night()
        return self.night()


@contextmanager
def county(folder: Path) -> Iterator[County]:
    """An empty county in a folder."""
    (folder / "inbox").mkdir()
    with duckdb.connect() as connection:
        tables.create(connection, standard())
        yield County(connection, folder)


def judge(tried: County, row: Row) -> None:
    """Hold a night against its row of the matrix: fate, code, place, exit code, every row found again, no leak.

    Files whose name begins with `good` lie beside the bad one, and are taken whatever became of that.
    """
    outcomes = tried.nights[-1]
    good = [o for o in outcomes if Path(o.file_name).name.startswith("good")]
    bad = [o for o in outcomes if o not in good and o.fate.status != "already loaded"]
    bad = bad or [o for o in outcomes if o not in good]
    assert all(o.fate.status in ("accepted", "already loaded") for o in good)
    assert len(bad) == 1, [(o.file_name, o.fate.status) for o in bad]
    assert bad[0].fate.status in STATUS[row.outcome], bad[0].fate
    assert (bad[0].fate.rows_quarantined > 0) == (row.outcome == "Q") or row.outcome in "RHDS"
    assert str(terminal.exit_code(outcomes)) in row.exit.split("/")
    if row.code:
        _said(tried, bad[0], row)
    conserved(tried.connection)
    assert leaks(tried) == []


def _said(tried: County, outcome: Outcome, row: Row) -> None:
    """The code, with the file, the line and the column the matrix names, and a sentence that says what to do."""
    number = outcome.submission_id or tried.number_of(outcome.file_name)
    found = tried.connection.execute(
        "select file, line, column_name, says from landing.findings where submission_id = ? and rule_code = ?",
        [number, row.code],
    ).fetchall()
    if row.outcome in "RHD":
        assert (outcome.fate.says or "").startswith(f"{row.code} "), outcome.fate.says
        assert _speaks(outcome.fate.says)
    if row.outcome != "D":
        assert found, (row.code, outcome.fate)
        places = {(line, column or "") for _, line, column, _ in found}
        assert (row.line, row.column) in places, places
        assert all(_speaks(says) for *_, says in found)
    if row.outcome == "Q":
        name = tried.connection.execute(
            "select return_name from landing.submissions where submission_id = ?", [outcome.submission_id]
        ).fetchone()[0]
        reasons = tried.connection.execute(f"select distinct unnest(reasons) from quarantine.{name}")
        assert row.code in {reason for (reason,) in reasons.fetchall()}


def _speaks(says: str) -> bool:
    """A whole sentence, on one line, without anything that steers a terminal."""
    return bool(re.search(r"\w.*[.?)]$", says)) and says.isprintable()


def conserved(connection) -> None:
    """Rows read = accepted + quarantined + skipped, and each of them is there to be found."""
    there = connection.execute(
        "select submission_id, return_name, status, rows_read, rows_accepted, rows_quarantined, rows_skipped "
        "from landing.submissions"
    ).fetchall()
    for number, name, status, read, accepted, quarantined, skipped in there:
        assert read == accepted + quarantined + skipped, number
        if name is None or name in tables.APART:
            continue
        for schema, told in (("accepted", accepted), ("quarantine", quarantined)):
            found = connection.execute(
                f"select count(*) from {schema}.{name} where submission_id = ?", [number]
            ).fetchone()[0]
            assert found == told, (number, schema, status)


def leaks(tried: County) -> list[str]:
    """What was planted and stands in a table, a sentence or a name."""
    said = "\n".join(f"{o.file_name}\t{o.fate.says}" for night in tried.nights for o in night)
    stored = "\n".join(of_database(tried.connection))
    return in_text(said + stored, PLANTED)
