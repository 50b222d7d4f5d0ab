"""Identities are judged like any return and rest nowhere but in files that only their key opens."""

from __future__ import annotations

import csv
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyrage
import pytest

from expectations.standard import standard
from ingest import identity, identity_store, inbox, tables
from ingest.context import prepare
from ingest.night import take_in
from ingest.vault import nowhere

SEEDS = Path(__file__).parents[2] / "seeds"
R25 = standard()["person_identity"]
CANARY = "Canarybird"
GOOD = {k: str(v) for k, v in R25.accepted.items()} | {"surname": CANARY}


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    """A key made for the test: its secret half and its public half."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


@pytest.fixture
def county(tmp_path, pair):
    """A warehouse in a file, an inbox, and a way to run the first part of a night on it."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        tables.create(connection, standard())
        (tmp_path / "inbox").mkdir()
        key = identity.throwaway()

        def night(recipient=pair[1], day=10):
            now = datetime(2024, 6, day, tzinfo=UTC)
            plain = tmp_path / "read"
            context = prepare(connection, SEEDS, key, nowhere(plain), plain, f"{now:%Y%m%d}", now)
            context = replace(context, identity=tmp_path / "identity", identity_recipient=recipient)
            arrived = inbox.arrivals(tmp_path / "inbox", set(context.organisations))
            return take_in(connection, arrived, context, lambda *_: None)

        yield connection, tmp_path, night


def put(folder: Path, name: str, rows: list[dict], columns=R25.column_names) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as f:
        write = csv.DictWriter(f, columns, extrasaction="ignore", lineterminator="\n")
        write.writeheader()
        write.writerows(rows)


def rows(n: int, **change) -> list[dict]:
    return [{**GOOD, "record_ref": f"R{i}", "local_id": f"{1000 + i}", **change} for i in range(n)]


def fates(outcomes) -> list[tuple]:
    return [
        (o.return_code, o.organisation_code, o.fate.status, o.fate.rows_accepted, o.fate.rows_quarantined)
        for o in outcomes
    ]


def test_identities_are_counted_in_the_ledger_and_kept_locked(county, pair):
    connection, folder, night = county
    sent = rows(40)
    sent[7]["birth_date"] = "2009-02-30"
    sent[8]["valid_from"] = CANARY  # of a column that is not sensitive: here no value at all is repeated
    put(folder / "inbox" / "ROT" / "2024-05", "r25.csv", sent)
    (outcome,) = night()
    assert fates([outcome]) == [("R25", "ROT", "accepted with findings", 38, 2)]
    assert connection.execute("select count(*) from landing.rule_results").fetchone()[0] > 20
    assert connection.execute(
        "select line, column_name, value, rule_code from landing.findings where severity = 'error' order by line"
    ).fetchall() == [(9, "birth_date", "(withheld)", "C205"), (10, "valid_from", "(withheld)", "C205")]
    for schema in ("accepted", "quarantine"):
        assert connection.execute(f"select count(*) from {schema}.person_identity").fetchone() == (0,)
    (locked,) = (folder / "identity").iterdir()
    assert locked.name == f"{outcome.submission_id}.age"
    assert stat.S_IMODE(locked.stat().st_mode) == 0o600
    assert identity_store.unlock(locked, pair[0]).num_rows == 38
    assert identity_store.unlock(locked, pair[0], "quarantine").column("birth_date").to_pylist()[0] == (
        "2009-02-30"
    )


def test_no_name_is_in_the_warehouse_and_none_opens_without_the_key(county):
    connection, folder, night = county
    put(folder / "inbox" / "ROT" / "2024-05", "r25.csv", rows(3, forenames=CANARY))
    night()
    connection.execute("checkpoint")
    connection.close()
    kept = [p for p in folder.rglob("*") if p.is_file() and "inbox" not in p.parts and "read" not in p.parts]
    assert {p.name for p in kept} >= {"warehouse.duckdb"}
    assert [p for p in kept if CANARY.encode() in p.read_bytes()] == []
    (locked,) = (folder / "identity").iterdir()
    with pytest.raises(pyrage.DecryptError):
        identity_store.unlock(locked, str(pyrage.x25519.Identity.generate()))


def test_the_warehouse_itself_takes_no_row_of_identities(county):
    connection, _, _ = county
    with pytest.raises(duckdb.ConstraintException):
        connection.execute("insert into accepted.person_identity (submission_id) values (1)")


def test_a_corrected_return_of_the_same_period_counts_alone(county):
    connection, folder, night = county
    put(folder / "inbox" / "ROT" / "2024-05", "first.csv", rows(3))
    night(day=10)
    put(folder / "inbox" / "ROT" / "2024-05", "second.csv", rows(2))
    night(day=11)
    statuses = connection.execute(
        "select status, rows_accepted from landing.submissions order by submission_id"
    ).fetchall()
    assert statuses == [("superseded", 3), ("accepted", 2)]
    assert [k.submission_id for k in identity_store.counted(connection)] == [2]
    assert len(list((folder / "identity").iterdir())) == 2


def test_two_corrections_in_one_night_count_as_one(county):
    connection, folder, night = county
    put(folder / "inbox" / "ROT" / "2024-05", "first.csv", rows(3))
    put(folder / "inbox" / "ROT" / "2024-05", "second.csv", rows(2))
    night()
    statuses = connection.execute("select status from landing.submissions order by submission_id").fetchall()
    assert statuses == [("superseded",), ("accepted",)]
    assert len(identity_store.counted(connection)) == 1


def test_a_column_that_is_none_of_ours_is_not_repeated(county):
    connection, folder, night = county
    columns = [*R25.column_names, "Canarybird Jones"]
    put(folder / "inbox" / "ROT" / "2024-05", "r25.csv", rows(3), columns)
    night()
    told = connection.execute(
        "select column_name, says from landing.findings where rule_code = 'S106'"
    ).fetchall()
    assert told == [(None, "A column is not part of R25; it was not stored.")]


def test_without_a_key_to_lock_with_nothing_is_taken_and_it_is_tried_again(county):
    _, folder, night = county
    put(folder / "inbox" / "ROT" / "2024-05", "r25.csv", rows(3))
    assert fates(night(recipient=None, day=10)) == [("R25", "ROT", "refused", 0, 0)]
    assert not (folder / "identity").exists()
    assert fates(night(day=11)) == [("R25", "ROT", "accepted", 3, 0)]


def test_a_refused_file_leaves_nothing(county):
    connection, folder, night = county
    put(folder / "inbox" / "ROT" / "2024-05", "r25.csv", rows(3, surname="R2D2"))
    (outcome,) = night()
    assert outcome.fate.status == "refused"
    assert not (folder / "identity").exists()
    assert CANARY not in str(connection.execute("from landing.submissions").fetchall())
