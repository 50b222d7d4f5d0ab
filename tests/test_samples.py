"""Real formats made by others: what becomes of every row, and why. Read where they lie; never kept here."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from pyrage import x25519

from expectations.standard import standard
from ingest import identity, inbox, tables
from ingest.context import prepare
from ingest.night import take_in
from ingest.vault import Vault, locked_files, open_kept

HERE = Path(__file__).parent.parent
SAMPLES = HERE.parent / "shared" / "samples"
SECRET = x25519.Identity.generate()
pytestmark = pytest.mark.skipif(
    not SAMPLES.exists(), reason="the samples made by others are not beside the checkout"
)


@pytest.fixture
def taken(tmp_path):
    """Take in files put under an inbox: (connection, outcomes)."""

    def take(place: str, files: dict[str, bytes]):
        folder = tmp_path / "inbox" / place
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        connection = duckdb.connect()
        tables.create(connection, standard())
        now = datetime(2026, 1, 1, tzinfo=UTC)
        locked = Vault(tmp_path / "vault", str(SECRET.to_public()), tmp_path / "read")
        context = prepare(
            connection, HERE / "seeds", identity.throwaway(), locked, tmp_path / "read", "x", now
        )
        arrived = inbox.arrivals(tmp_path / "inbox", set(context.organisations))
        return connection, take_in(connection, arrived, context, lambda *_: None)

    return take


def counts(outcomes) -> dict[str, tuple]:
    return {
        o.return_code: (
            o.fate.status,
            o.fate.rows_read,
            o.fate.rows_accepted,
            o.fate.rows_quarantined,
            o.fate.rows_skipped,
        )
        for o in outcomes
    }


def errors(connection, code: str) -> dict[tuple, int]:
    return {
        (rule, says): n
        for rule, says, n in connection.execute(
            "select rule_code, any_value(f.says), count(*) from landing.findings f join landing.submissions s using (submission_id) "
            "where return_code = ? and severity = 'error' group by all order by all",
            [code],
        ).fetchall()
    }


def test_the_ssda903_set_sent_as_rotherham_2017_18(taken):
    """A random set: a third of the episodes contradict one another, and each is told why."""
    files = {p.name: p.read_bytes() for p in (SAMPLES / "ssda903").glob("*.csv")}
    connection, outcomes = taken("ROT/2017-18", files)
    assert counts(outcomes) == {
        "R13": ("refused", 5050 + 2675 + 12582 + 2675 + 132, 0, 1487, 3563 + 2675 + 12582 + 2675 + 132),
        "R14": ("accepted with findings", 43, 42, 1, 0),
    }
    assert next(o for o in outcomes if o.return_code == "R13").fate.says == (
        "S118 1487 of 5050 rows are in error (29.4 %); more than 5 % refuses the file."
    )
    told = {rule: n for (rule, _), n in errors(connection, "R13").items()}
    assert told == {"R13.05": 1413, "R13.09": 12, "R13.10": 82, "R13.12": 1064, "R13.13": 15, "R13.14": 11}
    assert {rule: n for (rule, _), n in errors(connection, "R14").items()} == {"R14.04": 1}
    # True of the file: as many episodes say how they ended without saying when.
    (without_end,) = duckdb.execute(
        f"select count(*) from read_csv('{SAMPLES}/ssda903/episodes.csv', all_varchar = true) where REC is not null and DEC is null"
    ).fetchone()
    assert without_end == 1413
    # No child's own number, date of birth or postcode rests anywhere.
    row = connection.execute(
        "select person_key, birth_month, line from accepted.la_missing order by line"
    ).fetchone()
    assert (len(row[0]), row[1].day, row[2]) == (64, 1, 2)


def test_the_cin_census_of_no_council_of_ours_is_refused(taken):
    """Its header says LEA 975; every row is accounted for."""
    _, outcomes = taken("DON", {"census.xml": (SAMPLES / "cin" / "fake_CIN_data.xml").read_bytes()})
    assert counts(outcomes) == {
        "R09": ("refused", 402, 0, 0, 402),
        "R10": ("refused", 0, 0, 0, 0),
        "R11": ("refused", 350, 0, 0, 350),
    }
    assert {o.fate.says for o in outcomes} == {"S120 The inbox says it comes from DON, its content says 975."}


def test_the_same_census_were_it_doncasters_row_by_row(taken):
    """With LEA 371 in its header the rows themselves are judged."""
    content = (
        (SAMPLES / "cin" / "fake_CIN_data.xml").read_bytes().replace(b"<LEA>975</LEA>", b"<LEA>371</LEA>")
    )
    connection, outcomes = taken("DON", {"census.xml": content})
    assert counts(outcomes) == {
        "R09": ("refused", 402, 0, 69, 333),
        "R10": ("nil", 0, 0, 0, 0),
        "R11": ("refused", 350, 0, 35, 315),
    }
    late = "{} is after the end of the period."
    assert errors(connection, "R09") == {
        ("C213", late.format("referral_date")): 46,
        ("R09.09", late.format("closure_date")): 35,
    }
    assert errors(connection, "R11") == {("C213", late.format("event_date")): 35}
    # True of the file: so many referrals begin after 31 March 2022.
    dates = re.findall(rb"<CINreferralDate>(.*?)</CINreferralDate>", content)
    assert (len(dates), sum(d > b"2022-03-31" for d in dates)) == (402, 46)


def by_sheet(connection) -> dict[str, list[int]]:
    """Sheet → rows accepted, quarantined, skipped, over all returns of the workbook."""
    found: dict[str, list[int]] = {}
    fed = ("sc_contact_referral", "sc_assessment", "sc_protection_event", "lac_episode", "la_missing_count")
    for place, schema in enumerate(("accepted", "quarantine")):
        for name in fed:
            query = f"select sheet, count(*) from {schema}.{name} group by all"
            for sheet, n in connection.execute(query).fetchall():
                found.setdefault(sheet, [0, 0, 0])[place] += n
    for sheet, n in connection.execute(
        "select sheet, sum(rows) from landing.skipped group by all"
    ).fetchall():
        found.setdefault(sheet, [0, 0, 0])[2] += int(n)
    return found


def annex_a() -> bytes:
    path = SAMPLES / "annex_a" / "Annex_A_liia-tools.xlsx"
    if not path.exists():
        pytest.skip("the Annex A made by others is not beside the checkout")
    return path.read_bytes()


def test_the_annex_a_sent_as_rotherham_row_by_row(taken):
    """All eleven lists, 59 rows: 33 made 56 rows of five returns, and 26 are set aside for what no return holds."""
    connection, outcomes = taken("ROT/2021-03-31", {"annex a.xlsx": annex_a()})
    assert counts(outcomes) == {
        "R09": ("accepted with findings", 21, 11, 0, 10),
        "R10": ("accepted with findings", 5, 5, 0, 0),
        "R11": ("accepted", 30, 30, 0, 0),
        "R13": ("accepted with findings", 21, 5, 0, 16),
        "R14B": ("accepted with findings", 5, 5, 0, 0),
    }
    assert by_sheet(connection) == {
        "List 1": [5, 0, 0],
        "List 2": [0, 0, 5],
        "List 3": [6, 0, 0],
        "List 4": [5, 0, 0],
        "List 5": [13, 0, 0],
        "List 6": [0, 0, 5],
        "List 7": [17, 0, 0],
        "List 8": [10, 0, 0],
        "List 9": [0, 0, 6],
        "List 10": [0, 0, 5],
        "List 11": [0, 0, 5],
    }
    # True of the file: five enquiries, of which three came to a conference; seven plans, five of them ended.
    assert connection.execute(
        "select event_type, count(*) from accepted.sc_protection_event group by all order by all"
    ).fetchall() == [("CPP_END", 5), ("CPP_START", 7), ("ICPC", 3), ("REVIEW", 5), ("S47", 5), ("STRAT", 5)]
    assert connection.execute(
        "select la, period, period_start::varchar from accepted.lac_episode join landing.submissions using (submission_id) limit 1"
    ).fetchone() == ("372", "2021-03-31", "2021-03-31")
    told = connection.execute(
        "select sheet, line, column_name, value, rule_code from landing.findings where rule_code in ('C215', 'C216') "
        "and column_name <> 'pl_la' order by all"
    ).fetchall()
    assert told == [
        ("List 6", 2, "Primary Need Code", "PSRMEM - Support with memory and cognition", "C215"),
        ("List 8", 3, "Placement postcode", None, "C216"),
    ]
    # Nobody who works for the council is named anywhere.
    kept = "".join(
        str(connection.execute(f"select * from {t}").fetchall())
        for t in (
            "landing.findings",
            "accepted.lac_episode",
            "accepted.sc_protection_event",
            "accepted.la_missing_count",
        )
    )
    assert not [name for name in ("Swift", "Gonsalves", "Erwin", "Unit 2", "T28 2WB") if name in kept]


def test_the_annex_a_without_a_day_is_refused(taken):
    _, outcomes = taken("ROT", {"annex a.xlsx": annex_a()})
    assert {(o.fate.status, o.fate.says.split()[0]) for o in outcomes} == {("refused", "S124")}
    assert sum(o.fate.rows_skipped for o in outcomes) == sum(o.fate.rows_read for o in outcomes) == 82


def test_the_samples_folder_was_only_read(taken, tmp_path):
    """What was sent is locked away, byte for byte, and the sender's file is left alone."""
    source = SAMPLES / "cin" / "CIN_Census_2024.xml"
    before = source.read_bytes()
    shutil.copy(source, tmp_path / "copy.xml")
    taken("SHE", {"census.xml": before})
    names = [p.stem for p in locked_files(tmp_path / "vault")]
    kept = [open_kept(tmp_path / "vault", name, str(SECRET)) for name in names]
    assert kept == [before] == [source.read_bytes()]
