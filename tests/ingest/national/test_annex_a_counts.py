"""What counts where an Annex A stands beside other routes: the model `stg_submissions`, on a ledger made here."""

from __future__ import annotations

import csv
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import jinja2
import pytest

from expectations.standard import standard
from ingest import tables

MODEL = Path(__file__).parents[3] / "dbt_project" / "models" / "staging" / "stg_submissions.sql"
ANNEX, CSV, CENSUS, CSWW = "annex_a", "csv", "cin census xml", "csww xml"
NAMES = {r.code: r.name for r in standard().values()}
YEAR_24 = ("2023-24", "2023-04-01", "2024-03-31")


@pytest.fixture
def counted():
    """(id, format, return, period, start, end[, organisation, status, day]) → ids that count at a moment."""

    def run(*ledger: tuple, at: str = "9999-12-31") -> list[int]:
        with duckdb.connect() as connection:
            tables.create(connection, standard())
            for number, form, code, period, start, end, *more in ledger:
                organisation, status, day = [*more, *("ROT", "accepted", "2024-06-01")[len(more) :]]
                connection.execute(
                    "insert into landing.submissions by name select ? as submission_id, ? as format, ? as return_code, "
                    "? as return_name, ? as period, ?::date as period_start, ?::date as period_end, ? as organisation_code, "
                    "? as status, ?::timestamptz as received_at, 'f' as file_name, 's' as sha256, 'x' as run_id, "
                    "0 as rows_read, 0 as rows_accepted, 0 as rows_quarantined, 0 as rows_skipped, false as provisional",
                    [number, form, code, NAMES[code], period, start, end, organisation, status, day],
                )
            sql = jinja2.Template(MODEL.read_text("utf-8")).render(
                source=lambda a, b: f"{a}.{b}", as_at=lambda: f"timestamptz '{at}'"
            )
            return sorted(row[0] for row in connection.execute(sql).fetchall())

    return run


def annex(number: int, day: str, code: str = "R09", *more: str) -> tuple:
    start = day if code == "R13" else f"{int(day[:4]) - 1}-{day[5:7]}-{day[8:]}"
    return (number, ANNEX, code, day, start, day, *more)


def test_an_annex_a_alone_counts(counted):
    assert counted(annex(1, "2024-03-31"), annex(2, "2024-03-31", "R13")) == [1, 2]


@pytest.mark.parametrize("form", [CSV, CENSUS, "manifest"])
@pytest.mark.parametrize(
    ("period", "counts"),
    [
        (YEAR_24, [2]),
        (("2024-03", "2024-03-01", "2024-03-31"), [2]),
        (("2023-04", "2023-04-01", "2023-04-30"), [2]),
        (("2022-23", "2022-04-01", "2023-03-31"), [1, 2]),
        (("2024-04", "2024-04-01", "2024-04-30"), [1, 2]),
    ],
)
def test_its_rows_are_not_counted_twice(counted, form, period, counts):
    """Whichever came first, a return that came another way for any of the twelve months leaves the Annex A out."""
    for first, second in (("2024-05-01", "2024-05-02"), ("2024-05-02", "2024-05-01")):
        mine = annex(1, "2024-03-31", "R09", "ROT", "accepted", first)
        assert counted(mine, (2, form, "R09", *period, "ROT", "accepted", second)) == counts


def test_only_what_itself_counts_leaves_it_out(counted):
    mine = annex(1, "2024-03-31")
    assert counted(mine, (2, CSV, "R09", *YEAR_24, "ROT", "refused")) == [1]
    assert counted(mine, (2, CSV, "R09", *YEAR_24, "DON")) == [1, 2]
    assert counted(mine, (2, CSV, "R10", *YEAR_24)) == [1, 2]
    later = (2, CSV, "R09", *YEAR_24, "ROT", "accepted", "2024-07-01")
    assert counted(mine, later, at="2024-06-15") == [1]


def test_a_later_one_of_the_same_day_replaces_it(counted):
    again = annex(2, "2024-03-31", "R09", "ROT", "accepted", "2024-07-01")
    assert counted(annex(1, "2024-03-31"), again) == [2]
    assert counted(annex(1, "2024-03-31"), again, at="2024-06-15") == [1]


def test_of_care_the_latest_annex_a_alone_counts(counted):
    """It holds each child's latest episode: an earlier one's open episodes would stay open for ever."""
    days = ("2024-01-31", "2024-03-31", "2023-03-31")
    assert counted(*(annex(n, day, "R13") for n, day in enumerate(days))) == [1]
    assert counted(*(annex(n, day, "R09") for n, day in enumerate(days))) == [0, 1, 2]
    assert counted(*(annex(n, day, "R14B") for n, day in enumerate(days))) == [0, 1, 2]
    # The latest that counts: one left out for another route does not put the earlier one out as well.
    beside = (9, CSV, "R13", "2024-25", "2024-04-01", "2025-03-31")
    assert counted(annex(1, "2023-03-31", "R13"), annex(2, "2024-06-30", "R13"), beside) == [1, 9]


def test_the_workforce_census_stands_beside_the_councils_own_posts(counted):
    own = (1, CSV, "R19", "2022-09-30", "2022-09-30", "2022-09-30")
    assert counted(own, (2, CSWW, *own[2:])) == [1, 2]


def test_a_whole_night_counts_each_council_once(night, home, workbook, a_row, tmp_path):
    """Rotherham sends an Annex A alone; Sheffield its referrals as the standard has them as well."""
    contact = a_row(**{"Date of Contact": datetime(2023, 5, 1), "Contact Source": "q) 6: Police"})
    sent = workbook({"List 1": [contact], "List 8": [a_row(care=True)]})
    for council in ("ROT", "SHE"):
        (tmp_path / "inbox" / council / "2024-03-31").mkdir(parents=True)
        shutil.copy(sent.path, tmp_path / "inbox" / council / "2024-03-31")
    r = standard()["sc_contact_referral"]
    own = {k: str(v) for k, v in r.accepted.items()} | {"la": "373", "referral_date": "2023-06-01"}
    own |= {"decision_date": "2023-06-01", "closure_date": "", "closure_reason": ""}
    (tmp_path / "inbox" / "SHE" / "2023-24").mkdir()
    with (tmp_path / "inbox" / "SHE" / "2023-24" / "r09.csv").open("w", newline="") as f:
        write = csv.DictWriter(f, r.column_names, lineterminator="\n")
        write.writeheader()
        write.writerow(own)
    night(tmp_path / "inbox")
    with home.reading(None) as connection:
        referrals = (
            "select area_code, is_contact_only, referral_date::varchar from core.fct_referrals order by all"
        )
        assert connection.execute(referrals).fetchall() == [
            ("372", True, "2023-05-01"),
            ("373", False, "2023-06-01"),
        ]
        care = "select area_code, start_date::varchar, start_reason from core.fct_looked_after_episodes order by all"
        assert connection.execute(care).fetchall() == [("372", "2023-05-01", "P"), ("373", "2023-05-01", "P")]
        received = (
            "select return_code, count(*), min(period), max(period) from marts.fct_coverage "
            "where organisation_code = 'ROT' and status = 'received' group by all order by all"
        )
        assert connection.execute(received).fetchall() == [
            ("R09", 12, "2023-04", "2024-03"),
            ("R13", 1, "2024-03", "2024-03"),
            ("R14B", 1, "2024-03", "2024-03"),
        ]
