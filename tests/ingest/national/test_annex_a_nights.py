"""An Annex A taken in by a night: the day it stands for, the same day again, and the same rows by another route."""

from __future__ import annotations

import csv
import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from expectations.standard import standard
from ingest import identity, inbox, tables
from ingest.context import prepare
from ingest.night import take_in
from ingest.vault import nowhere

SEEDS = Path(__file__).parents[3] / "seeds"
MAY = datetime(2023, 5, 1)
OFFERED = "Was the child offered a Return Interview after their last missing episode (Y/N)?"
ACCEPTED = "Did the child accept a Return Interview after their last missing episode (Y/N)?"


@pytest.fixture
def county(tmp_path):
    """An empty warehouse: the inbox, and a way to run a night that clears it."""
    key = identity.throwaway()
    with duckdb.connect() as connection:
        tables.create(connection, standard())
        folder = tmp_path / "inbox"
        folder.mkdir()

        def night(run_id: str = "1"):
            now = datetime(2024, 6, int(run_id), tzinfo=UTC)
            context = prepare(connection, SEEDS, key, nowhere(tmp_path / "r"), tmp_path / "r", run_id, now)
            outcomes = take_in(
                connection, inbox.arrivals(folder, set(context.organisations)), context, lambda *_: None
            )
            shutil.rmtree(folder)
            folder.mkdir()
            return {o.return_code: o.fate for o in outcomes}

        yield connection, folder, night


def put(sent, folder: Path, place: str, name: str = "annex.xlsx") -> None:
    (folder / place).mkdir(parents=True, exist_ok=True)
    shutil.copy(sent.path, folder / place / name)


@pytest.fixture
def lists(a_row):
    contact = a_row(**{"Date of Contact": MAY, "Contact Source": "q) 6: Police"})
    assessed = a_row(
        **{"Continuous Assessment Start Date": MAY, "Continuous Assessment Date of Authorisation": MAY}
    )
    declined = {OFFERED: "Offered and Declined (by YP)", ACCEPTED: "Offered and Declined (by YP)"}
    return {"List 1": [contact], "List 3": [], "List 4": [assessed], "List 8": [a_row(care=True, **declined)]}


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("ROT/2024-03-31", "a.xlsx"),
        ("ROT", "Annex A 2024-03-31.xlsx"),
        ("ROT", "SYCSE_R13_ROT_2024-03-31_v01.xlsx"),
    ],
)
def test_the_day_is_said_by_folder_or_name(county, workbook, lists, place, name):
    connection, folder, night = county
    put(workbook(lists), folder, place, name)
    assert {code: fate.rows_accepted for code, fate in night().items()} == {
        "R09": 1,
        "R10": 1,
        "R13": 1,
        "R14B": 1,
    }
    spans = connection.execute(
        "select distinct return_code, period, period_start::varchar, period_end::varchar, format from landing.submissions order by all"
    ).fetchall()
    year, day = (
        ("2024-03-31", "2023-04-01", "2024-03-31", "annex_a"),
        ("2024-03-31", "2024-03-31", "2024-03-31", "annex_a"),
    )
    assert spans == [("R09", *year), ("R10", *year), ("R13", *day), ("R14B", *day)]
    told = "select snapshot_date::varchar, missing_count_12m, last_rhi_offered, last_rhi_accepted, last_rhi_outcome "
    found = connection.execute(f"{told} from accepted.la_missing_count").fetchone()
    assert found == ("2024-03-31", 3, "Y", "N", "OFF_DECL")


def test_the_day_is_said_by_a_manifest(county, workbook, lists):
    _, folder, night = county
    put(workbook(lists), folder, "ROT")
    digest = hashlib.sha256((folder / "ROT" / "annex.xlsx").read_bytes()).hexdigest()
    r = standard()["manifest"]
    row = {k: str(v) for k, v in r.accepted.items() if k in r.column_names}
    row |= {"return_code": "R13", "submitting_org": "ROT", "period_start": "2024-03-31", "period_end": "2024-03-31",
            "period_type": "SNAPSHOT", "sha256": digest, "status": "FINAL"}  # fmt: skip
    with (folder / "ROT" / "manifest.csv").open("w", newline="") as f:
        write = csv.DictWriter(f, r.column_names, lineterminator="\n", extrasaction="ignore")
        write.writeheader()
        write.writerow(row)
    assert {code: fate.rows_accepted for code, fate in night().items() if code != "R00"} == {
        **{"R09": 1, "R10": 1, "R13": 1, "R14B": 1}
    }


@pytest.mark.parametrize(
    ("place", "code", "says"),
    [("ROT", "S124", "which day"), ("ROT/2023-24", "S121", "2023-24 is a financial year")],
)
def test_without_a_day_it_is_refused(county, workbook, lists, place, code, says):
    _, folder, night = county
    put(workbook(lists), folder, place)
    fates = night()
    assert {(fate.status, fate.says[:4]) for fate in fates.values()} == {("refused", code)}
    assert all(says in fate.says for fate in fates.values())


def test_a_later_one_of_the_same_day_replaces_it_and_of_another_day_does_not(county, workbook, lists, a_row):
    connection, folder, night = county
    del lists["List 3"], lists["List 4"]
    put(workbook(lists), folder, "ROT/2024-03-31")
    night("1")
    lists["List 1"] *= 2
    put(workbook(lists), folder, "ROT/2024-03-31")
    night("2")
    put(workbook(lists), folder, "ROT/2024-04-30")
    night("3")
    rows = connection.execute(
        "select period, status, rows_read, rows_skipped from landing.submissions where return_code = 'R09' order by submission_id"
    ).fetchall()
    assert rows == [
        ("2024-03-31", "superseded", 1, 0),
        ("2024-03-31", "accepted with findings", 2, 1),
        ("2024-04-30", "accepted with findings", 2, 1),
    ]
    # The same contact is the same record in each; a count on another day is another.
    for name, records in (("sc_contact_referral", 1), ("lac_episode", 1), ("la_missing_count", 2)):
        found = connection.execute(
            f"select count(distinct record_ref), count(*) from accepted.{name}"
        ).fetchone()
        assert found == (records, 3), name
    keys = connection.execute("select distinct person_key from accepted.la_missing_count").fetchall()
    assert len(keys) == 1 and len(keys[0][0]) == 64


def test_a_row_names_no_referral_and_is_not_refused_for_it(county, workbook, lists):
    """The return of its referrals came in the same file; a row of List 4 still cannot say which is its own."""
    connection, folder, night = county
    put(workbook(lists), folder, "ROT/2024-03-31")
    night()
    assert connection.execute(
        "select count(*) from landing.findings where rule_code = 'R304'"
    ).fetchone() == (0,)
    said = connection.execute(
        "select f.severity, f.says from landing.findings f join landing.submissions s using (submission_id) "
        "where s.return_code = 'R10' and f.rule_code = 'AXA01'"
    ).fetchone()
    assert said[0] == "information" and "does not say which referral" in said[1]


@pytest.mark.parametrize("first", ["annex", "csv"])
def test_another_route_is_told_whichever_came_first(county, workbook, lists, first):
    connection, folder, night = county
    r = standard()["lac_episode"]
    row = {k: str(v) for k, v in r.accepted.items()} | {"decom": "2023-05-01", "dec": "", "rec": ""}

    def send(which: str) -> None:
        if which == "annex":
            return put(workbook({"List 8": lists["List 8"]}), folder, "ROT/2024-03-31")
        (folder / "ROT" / "2023-24").mkdir(parents=True)
        with (folder / "ROT" / "2023-24" / "r13.csv").open("w", newline="") as f:
            write = csv.DictWriter(f, r.column_names, lineterminator="\n")
            write.writeheader()
            write.writerow(row)

    send(first)
    night("1")
    send("csv" if first == "annex" else "annex")
    assert night("2")["R13"].status.startswith("accepted")
    found = connection.execute(
        "select s.return_code, s.format, f.value, f.severity from landing.findings f join landing.submissions s "
        "using (submission_id) where f.rule_code = 'X405'"
    ).fetchall()
    assert found == [("R13", "annex_a", "csv 2023-24", "information")]
    statuses = connection.execute(
        "select distinct status from landing.submissions where return_code = 'R13'"
    ).fetchall()
    assert ("superseded",) not in statuses


def test_it_is_no_parent_of_a_councils_own_return(county, workbook, lists):
    """Its referrals go by other names than the council's own: the own assessments are not refused for that."""
    _, folder, night = county
    lists["List 1"][0]["Date of Contact"] = datetime(2024, 5, 1)
    put(workbook({"List 1": lists["List 1"]}), folder, "ROT/2025-03-31")
    assert night("1")["R09"].rows_accepted == 1
    r = standard()["sc_assessment"]
    (folder / "ROT" / "2024-25").mkdir(parents=True)
    with (folder / "ROT" / "2024-25" / "r10.csv").open("w", newline="") as f:
        write = csv.DictWriter(f, r.column_names, lineterminator="\n")
        write.writeheader()
        write.writerow({k: str(v) for k, v in r.accepted.items()})
    assert night("2")["R10"].rows_accepted == 1
