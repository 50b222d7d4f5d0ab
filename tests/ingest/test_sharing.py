"""Agreements: what one covers, what is said when none does, and what a night does then."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from expectations.standard import standard
from ingest import alone, identity, inbox, tables
from ingest.context import prepare
from ingest.night import take_in
from ingest.sharing import Agreements
from ingest.vault import nowhere
from operations.terminal import exit_code
from refusal import Refusal

SEEDS = Path(__file__).parents[2] / "seeds"
HEADER = "agreement_ref,party,return_codes,fields,legal_basis,purpose,valid_from,expires_on,source"
INCIDENT = standard()["pol_incident"]
DAY = date(2026, 11, 1)
WAY_OUT = "(seeds/sharing_agreements.csv), then send the file again."


def written(path: Path, *rows: str) -> Path:
    """A seed of agreements: ref, party, returns, fields, from, until."""
    whole = [",".join((*r.split(",")[:4], "CA2004_S10", "care", *r.split(",")[4:], "a test")) for r in rows]
    path.write_text("\n".join([HEADER, *whole]) + "\n", "utf-8")
    return path


@pytest.fixture
def covers(tmp_path):
    def answer(*rows: str, sent=("ROT", "R05", ("record_ref", "sex")), day=DAY):
        return Agreements.read(written(tmp_path / "a.csv", *rows)).covers(*sent, day)

    return answer


def test_what_an_agreement_covers_is_taken_to_its_last_day(covers):
    assert covers("A,ROT,all,all,2026-11-01,2026-11-01") is None
    assert covers("A,ROT,R04;R05,sex;age,2000-01-01,2036-12-31") is None
    assert (
        covers("A,ROT,R04;R05,sex;age,2000-01-01,2036-12-31", sent=("ROT", "R00", ("return_code", "")))
        is None
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["A,ROT,all,all,2000-01-01,2026-10-31"], f"The agreement A ended on 2026-10-31. Renew it {WAY_OUT}"),
        (
            ["A,ROT,all,all,2000-01-01,2020-01-01", "B,ROT,R05,all,2020-01-02,2026-10-31"],
            f"The agreement B ended on 2026-10-31. Renew it {WAY_OUT}",
        ),
        (
            ["A,ROT,all,all,2026-11-02,2036-01-01"],
            f"The agreement A begins on 2026-11-02. Wait, or bring it forward {WAY_OUT}",
        ),
        (
            ["A,SHE,all,all,2000-01-01,2036-12-31", "B,ROT,R06;R055,all,2000-01-01,2036-12-31"],
            f"There is no agreement by which ROT may send R05. Make one {WAY_OUT}",
        ),
        ([], f"There is no agreement by which ROT may send R05. Make one {WAY_OUT}"),
        (
            ["A,ROT,R05,record_ref,2000-01-01,2036-12-31", "B,ROT,R05,age,2000-01-01,2036-12-31"],
            f"The agreement A and B does not cover sex. Leave it out, or extend the agreement {WAY_OUT}",
        ),
    ],
)
def test_what_none_covers_is_said_with_what_to_do(covers, rows, says):
    assert covers(*rows) == says


def test_two_agreements_cover_together_what_neither_does_alone(covers):
    rows = ("A,ROT,R05,sex,2000-01-01,2036-12-31", "B,ROT,R05,age,2000-01-01,2036-12-31")
    sent = ("ROT", "R05", ("record_ref", "record_action", "record_version", "sex", "age", ""))
    assert covers(*rows, sent=sent) is None


@pytest.mark.parametrize(
    ("rows", "warned"),
    [
        (["A,ROT,all,all,2000-01-01,2026-11-30"], ["A"]),
        (["A,ROT,all,all,2000-01-01,2026-12-01"], []),
        (["A,ROT,all,all,2000-01-01,2026-10-31"], []),
        (["A,ROT,all,all,2000-01-01,2026-11-30", "B,ROT,all,all,2026-12-01,2030-01-01"], []),
        (["A,ROT,all,all,2000-01-01,2026-11-30", "B,ROT,R05,all,2026-12-01,2030-01-01"], ["A"]),
        (["A,ROT,all,all,2000-01-01,2026-11-30", "B,ROT,all,all,2026-12-02,2030-01-01"], ["A"]),
        (["B,ROT,all,all,2000-01-01,2026-11-30", "A,SHE,all,all,2000-01-01,2026-11-01"], ["A", "B"]),
    ],
)
def test_a_month_before_it_ends_without_another_after_it_is_warned_of(tmp_path, rows, warned):
    says = Agreements.read(written(tmp_path / "a.csv", *rows)).warnings(DAY)
    assert [s.split()[2] for s in says] == warned


@pytest.mark.parametrize(
    ("day", "until", "warned"),
    [
        (date(2027, 1, 31), "2027-02-27", 1),
        (date(2027, 1, 31), "2027-02-28", 0),
        (date(2026, 12, 5), "2027-01-04", 1),
    ],
)
def test_a_month_is_the_same_day_of_the_next(tmp_path, day, until, warned):
    agreements = Agreements.read(written(tmp_path / "a.csv", f"A,ROT,all,all,2000-01-01,{until}"))
    assert len(agreements.warnings(day)) == warned


@pytest.mark.parametrize("row", ["A,ROT,all,all,2000-01-01,soon", "A,ROT"])
def test_agreements_that_cannot_be_read_stop_the_night(tmp_path, row):
    with pytest.raises(Refusal, match="Without agreements nothing is taken in") as refused:
        Agreements.read(written(tmp_path / "a.csv", row))
    assert refused.value.code == 4


def test_without_the_seed_the_night_stops(tmp_path):
    with pytest.raises(Refusal, match="Without agreements nothing is taken in"):
        Agreements.read(tmp_path / "sharing_agreements.csv")


def test_every_organisation_may_send_every_return_of_the_standard_it_is_named_in():
    agreements = Agreements.read(SEEDS / "sharing_agreements.csv")
    missing = [
        (organisation, r.code, day)
        for r in standard().values()
        for organisation in r.organisations
        for day in (date(2000, 1, 1), DAY, date(2036, 12, 31))
        if agreements.covers(organisation, r.code, r.column_names, day)
    ]
    assert missing == []


@pytest.fixture
def night(tmp_path):
    """Seeds of its own, an inbox, an empty warehouse, and a way to run a night on them."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for path in SEEDS.glob("*.csv"):
        (seeds / path.name).write_bytes(path.read_bytes())
    (tmp_path / "inbox").mkdir()
    key = identity.throwaway()
    with duckdb.connect() as connection:
        tables.create(connection, standard())

        def run(agreement: str, now=datetime(2024, 6, 10, tzinfo=UTC)):
            written(seeds / "sharing_agreements.csv", agreement)
            read = tmp_path / "read"
            context = prepare(connection, seeds, key, nowhere(read), read, f"{now:%Y%m%d}", now)
            arrived = inbox.arrivals(tmp_path / "inbox", set(context.organisations))
            return take_in(connection, arrived, context, lambda *_: None)

        yield connection, tmp_path / "inbox", run


def put(folder: Path) -> Path:
    """A good file of R04."""
    folder.mkdir(parents=True)
    path = folder / "incidents.csv"
    row = {**INCIDENT.accepted, "crime_recorded": "N", "crime_ref": ""}
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.DictWriter(file, INCIDENT.column_names, lineterminator="\n")
        write.writeheader()
        write.writerow(row)
    return path


ENDED = "ISA-SYP-01,SYP,all,all,2000-01-01,2024-05-31"
RENEWED = "ISA-SYP-01,SYP,all,all,2000-01-01,2025-05-31"


def test_a_file_no_agreement_covers_is_refused_and_taken_once_one_does(night):
    connection, folder, run = night
    put(folder / "SYP" / "2024-05")
    (first,) = run(ENDED)
    assert (first.fate.status, first.fate.rows_read, first.fate.rows_skipped) == ("refused", 1, 1)
    assert first.fate.says == f"F030 The agreement ISA-SYP-01 ended on 2024-05-31. Renew it {WAY_OUT}"
    assert connection.execute("select count(*) from accepted.pol_incident").fetchone() == (0,)
    found = connection.execute("select rule_code, severity from landing.findings").fetchall()
    assert (found, exit_code([first])) == ([("F030", "file")], 3)
    (second,) = run(RENEWED, datetime(2024, 6, 11, tzinfo=UTC))
    assert (second.fate.status, second.fate.rows_accepted, exit_code([second])) == ("accepted", 1, 0)
    (third,) = run(RENEWED, datetime(2024, 6, 12, tzinfo=UTC))
    assert third.fate.status == "already loaded"


def test_the_day_that_counts_is_the_day_it_was_received(night):
    _, folder, run = night
    put(folder / "SYP" / "2024-05" / "received-2024-05-31")
    (outcome,) = run(ENDED)
    assert outcome.fate.status == "accepted"


def test_a_column_beyond_the_agreement_refuses_the_file(night):
    _, folder, run = night
    put(folder / "SYP" / "2024-05")
    fields = ";".join(c for c in INCIDENT.column_names if c not in ("sex", "record_ref"))
    (outcome,) = run(f"ISA-SYP-01,SYP,R04,{fields},2000-01-01,2036-12-31")
    assert "The agreement ISA-SYP-01 does not cover sex." in outcome.fate.says


def test_a_file_checked_alone_is_held_to_no_agreement(tmp_path):
    path = put(tmp_path / "sent")
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for seed in SEEDS.glob("*.csv"):
        (seeds / seed.name).write_bytes(seed.read_bytes())
    written(seeds / "sharing_agreements.csv", ENDED)
    outcomes, _ = alone.check([path], seeds, "SYP", "2024-05", None, None)
    assert [o.fate.status for o in outcomes] == ["accepted"]


def test_a_file_refused_for_what_is_in_it_is_not_a_matter_of_agreements(night):
    _, folder, run = night
    path = put(folder / "SYP" / "2024-05")
    path.write_bytes(b"a,b\n1,2\n")
    (outcome,) = run(RENEWED)
    assert (outcome.fate.status, exit_code([outcome])) == ("refused", 1)
