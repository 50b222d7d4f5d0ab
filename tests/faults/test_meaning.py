"""Meaning, time and identity: every variant ends as the matrix says, and what is held waits until a person confirms it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from hashlib import sha256

import duckdb
import pytest
from typer.testing import CliRunner

import warehouse
from expectations.standard import standard
from ingest import after, calendar, held, inbox, tables
from ingest.held import Counted, Limits
from ingest.periods import parse
from ingest.receiving import nil_return
from ingest.submissions import Fate, Outcome
from operations import standing, terminal
from refusal import Refusal
from tests.faults.arriving import counted
from tests.faults.bad import put, rows, text
from tests.faults.bad.meaning import NIGHTS, STEERS, VARIANTS
from tests.faults.matrix import rows as matrix
from tests.faults.trial import SEEDS, STATUS, conserved, county, leaks

ROWS = {row.name: row for row in matrix() if row.name in {*VARIANTS, *NIGHTS}}
MONTHS = {name: f"{2022 + (6 + n) // 12}-{1 + (6 + n) % 12:02}" for n, name in enumerate(VARIANTS)}
YEARS = {name: 2016 + n for n, name in enumerate(NIGHTS)}


def sender(name: str) -> str:
    return "RHI" if name in ("77-interview-before-return", "78-unknown") else "SYP"


@pytest.fixture(scope="module")
def one_night(tmp_path_factory):
    """One night over all files that need but one, each for a month of its own."""
    with county(tmp_path_factory.mktemp("variants")) as tried:
        for name, month in MONTHS.items():
            for file, content in VARIANTS[name](month).items():
                put(tried.inbox, content, file, f"{sender(name)}/{month}/{name}")
        tried.night()
        conserved(tried.connection)
        assert leaks(tried) == []
        yield tried


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory):
    """Two nights over all files that come after others, each in a year of its own; what counted after each."""
    with county(tmp_path_factory.mktemp("nights")) as tried:
        seen = []
        for night in (0, 1):
            for name, year in YEARS.items():
                for place, file, content in NIGHTS[name]()[night]:
                    content = content if isinstance(content, bytes) else content.encode()
                    put(
                        tried.inbox,
                        moved(content, year),
                        file,
                        moved(f"{place}/{name}".encode(), year).decode(),
                    )
            tried.night()
            seen.append(counted(tried.connection))
        conserved(tried.connection)
        yield tried, seen


def moved(content: bytes, year: int) -> bytes:
    """The same in another year than 2024."""
    financial = f"{year}-{(year + 1) % 100:02}".encode()
    return content.replace(b"2024-25", financial).replace(b"2024", str(year).encode())


def ends_as_told(row, tried) -> None:
    (mine,) = [o for o in tried.nights[-1] if o.file_name.endswith(f"/{row.name}/bad.csv")]
    assert mine.fate.status in STATUS[row.outcome], mine.fate
    assert row.outcome in "RHS" or (mine.fate.rows_quarantined > 0) == (row.outcome == "Q"), mine.fate
    assert str(terminal.exit_code([mine])) == row.exit
    found = tried.connection.execute(
        "select line, coalesce(column_name, ''), says from landing.findings "
        "where submission_id = ? and rule_code = ?",
        [mine.submission_id, row.code],
    ).fetchall()
    assert not row.code or (row.line, row.column) in {(line, column) for line, column, _ in found}, found
    assert all(says.isprintable() and says.endswith(".") for *_, says in found)
    if row.outcome in "RH":
        assert mine.fate.says.startswith(f"{row.code} "), mine.fate.says


@pytest.mark.parametrize(
    "row",
    [pytest.param(r, id=n, marks=pytest.mark.faults(r.number)) for n, r in ROWS.items() if n in VARIANTS],
)
def test_a_variant_ends_as_the_matrix_says(row, one_night):
    ends_as_told(row, one_night)


@pytest.mark.parametrize(
    "row", [pytest.param(r, id=n, marks=pytest.mark.faults(r.number)) for n, r in ROWS.items() if n in NIGHTS]
)
def test_what_comes_after_another_ends_as_the_matrix_says(row, two_nights):
    ends_as_told(row, two_nights[0])


def test_every_variant_has_its_row():
    assert {*VARIANTS, *NIGHTS} == set(ROWS)


@pytest.mark.faults(67, 68, 69, 70, 71)
def test_what_counts_changes_by_a_correction_alone(two_nights):
    """The same bytes, the same rows, an older file, an overlap, a cut file: as the night before, row for row."""
    _, (before, then) = two_nights
    year = YEARS["69"]
    changed = {*before} ^ {*then}
    assert {(row[2], row[3]) for row in changed} == {("SYP", f"{year}-05")}
    assert sorted((row in then, row[1]) for row in changed) == [
        (False, "I0"), (False, "I1"), (True, "I0"), (True, "I40"),
    ]  # fmt: skip


@pytest.mark.faults(69, 70)
def test_the_old_is_kept_and_as_at_a_moment_before_it_counts(two_nights):
    """A correction received in July; an older file received on the fifth of June, a newer one on the eighth."""
    tried, (before, _) = two_nights
    corrected, late = f"{YEARS['69']}-05", f"{YEARS['70']}-05"
    old = counted(tried.connection, "2024-07-01")
    assert [r for r in old if r[3] == corrected] == [r for r in before if r[3] == corrected]
    on_the_sixth = [r[1] for r in counted(tried.connection, f"{YEARS['70']}-06-06") if r[3] == late]
    assert (len(on_the_sixth), "I39" in on_the_sixth) == (39, False)
    said = tried.connection.execute(
        "select says from landing.findings where rule_code = 'X407' order by all"
    ).fetchall()
    assert [s.partition(": ")[2] for (s,) in said] == [
        "records added 0, changed 0, gone 0.",
        "records added 1, changed 1, gone 1.",
    ]


@pytest.fixture
def waiting(tmp_path):
    """A county with a file that is held: a quarter of its records is gone."""
    with county(tmp_path) as tried:
        put(tried.inbox, text(rows(40)), "first.csv")
        tried.night()
        (tried.inbox / "SYP/2024-05/first.csv").unlink()
        put(tried.inbox, text(rows(30)), "second.csv")
        tried.night()
        yield tried


def ledger(tried) -> list[tuple]:
    return tried.connection.execute(
        "select submission_id, status, rows_read, rows_accepted, rows_skipped from landing.submissions order by all"
    ).fetchall()


@pytest.mark.faults(69)
def test_what_is_held_is_told_every_night_under_one_number_until_somebody_confirms_it(waiting):
    stays = [(1, "accepted", 40, 40, 0), (2, "held", 30, 0, 30)]
    assert ledger(waiting) == stays
    first = waiting.nights[-1]
    after.clear(inbox.arrivals(waiting.inbox, {"SYP"}), first, waiting.inbox)
    (again,) = waiting.night()
    assert (again.fate, again.submission_id) == (first[0].fate, 2)
    assert ledger(waiting) == stays
    for table, rows_of_it in (("findings", 1), ("skipped", 1), ("submission_files", 1)):
        there = f"select count(*) from landing.{table} where submission_id = 2"
        assert waiting.connection.execute(there).fetchone() == (rows_of_it,), table
    noted: list[str] = []
    target = held.confirm(waiting.connection, 2, waiting.inbox, noted.append)
    assert target == waiting.inbox / "SYP/confirmed/2024-05/second.csv"
    assert (
        noted
        == waiting.connection.execute(
            "select list(sha256) from landing.submissions where submission_id = 2"
        ).fetchone()[0]
    )
    (taken,) = waiting.night()
    assert (taken.fate.status, taken.submission_id, taken.period) == ("accepted", 2, "2024-05")
    assert ledger(waiting) == [(1, "superseded", 40, 40, 0), (2, "accepted", 30, 30, 0)]
    conserved(waiting.connection)
    with pytest.raises(Refusal, match="Submission 2 is not held: it is accepted"):
        held.confirm(waiting.connection, 2, waiting.inbox, noted.append)
    with pytest.raises(Refusal, match="There is no submission 9"):
        held.confirm(waiting.connection, 9, waiting.inbox, noted.append)


@pytest.fixture
def emptied(tmp_path):
    """A county where a nil return came over a month of seventy rows, and the next month is said to be nil too."""
    with county(tmp_path) as tried:
        put(tried.inbox, text(rows(70)), "first.csv")
        tried.night()
        (tried.inbox / "SYP/2024-05/first.csv").unlink()
        for month in ("2024-05", "2024-06"):
            nil_return(tried.inbox, "SYP", month, "R04", None)
        tried.night()
        yield tried


def fates(tried) -> dict[str, tuple]:
    """Of each nil return of R04 its number, its fate and what is said of it."""
    nil = "return_name = 'pol_incident' and format = 'manifest'"
    told = f"select period, submission_id, status, says from landing.submissions where {nil}"
    return {period: rest for period, *rest in tried.connection.execute(told).fetchall()}


@pytest.mark.faults(69)
def test_a_nil_return_over_a_full_one_and_a_fall_to_nothing_wait_until_somebody_confirms_them(emptied):
    first = fates(emptied)
    (over, held_over, says), (fall, held_fall, why) = first["2024-05"], first["2024-06"]
    assert (held_over, held_fall) == ("held", "held") and {o.fate.status for o in emptied.nights[-1]} == {
        "accepted",
        "held",
    }
    assert says == (
        "X406 A nil return of R04 for 2024-05 would replace submission 1 and its 70 rows. Ask the sender whether none of "
        f"them is to count. If it is right as it is, say so: warehouse confirm {over} --because TEXT."
    )
    assert why == (
        "F005 R04 for 2024-06 is said to be nil; for 2024-05 it had 70 rows (submission 1). Ask the sender whether there "
        f"was nothing. If it is right as it is, say so: warehouse confirm {fall} --because TEXT."
    )
    assert ledger(emptied)[0] == (1, "accepted", 70, 70, 0)
    after.clear(inbox.arrivals(emptied.inbox, {"SYP"}), emptied.nights[-1], emptied.inbox)
    assert [o.fate.status for o in emptied.night()] == ["held", "held"] and fates(emptied) == first
    held.confirm(emptied.connection, fall, emptied.inbox, lambda _: None)
    emptied.night()
    assert fates(emptied)["2024-06"] == [fall, "nil", "A nil return: received, with nothing in it."]
    assert fates(emptied)["2024-05"] == first["2024-05"] and ledger(emptied)[0][1] == "accepted"
    held.confirm(emptied.connection, over, emptied.inbox, lambda _: None)
    emptied.night()
    assert fates(emptied)["2024-05"][:2] == [over, "nil"]
    assert ledger(emptied)[0] == (1, "superseded", 70, 70, 0)
    assert len(ledger(emptied)) == 5  # the full one, two manifests, two nil returns: each once
    conserved(emptied.connection)


@pytest.mark.faults(69)
def test_a_nil_return_over_a_few_rows_or_where_nothing_was_is_taken(tmp_path):
    with county(tmp_path) as tried:
        put(tried.inbox, text(rows(19)), "first.csv")
        tried.night()
        for month in ("2024-05", "2024-06"):
            nil_return(tried.inbox, "SYP", month, "R04", None)
        tried.night()
        assert {month: status for month, (_, status, _) in fates(tried).items()} == {
            "2024-05": "nil",
            "2024-06": "nil",
        }


@pytest.mark.faults(69)
def test_only_the_very_file_that_was_held_is_confirmed(waiting):
    path = waiting.inbox / "SYP/2024-05/second.csv"
    path.write_text(text(rows(29)), encoding="utf-8")
    for says in ("is not the file that was held as submission 2", "is no longer there, so submission 2"):
        with pytest.raises(Refusal, match=says):
            held.confirm(waiting.connection, 2, waiting.inbox, pytest.fail)
        path.unlink(missing_ok=True)


@pytest.mark.faults(69, 86)
def test_a_held_file_whose_name_steers_a_terminal_can_be_confirmed(tmp_path):
    with county(tmp_path) as tried:
        for rows_sent, name in ((40, "first.csv"), (30, "\u202e\x1bsecond.csv")):
            put(tried.inbox, text(rows(rows_sent)), name)
            tried.night()
        target = held.confirm(tried.connection, 2, tried.inbox, lambda _: None)
        assert target == tried.inbox / "SYP/confirmed/2024-05/\u202e\x1bsecond.csv"
        assert target.is_file()


@pytest.mark.faults(5)
def test_a_set_of_files_is_held_confirmed_and_taken_as_one(tmp_path):
    """An SSDA903 with episodes of 10 children where there were 120; its missing episodes are few in both, and taken once."""
    with county(tmp_path) as tried:
        for year, children in (("2023-24", 120), ("2024-25", 10)):
            for name, content in ssda903(year, children).items():
                put(tried.inbox, content, name, f"DON/{year}")
            outcomes = tried.night(datetime(2025, 6, 1 + children, tzinfo=UTC) if children < 28 else None)
        told = {o.return_code: o.fate.status for o in outcomes if o.fate.status != "already loaded"}
        assert told == {"R13": "held", "R14": "accepted"}
        arrived = inbox.arrivals(tried.inbox, {"DON"})
        after.clear(arrived, outcomes, tried.inbox)
        assert len(list(tried.inbox.rglob("*.csv"))) == 3
        number = next(o.submission_id for o in outcomes if o.fate.status == "held")
        held.confirm(tried.connection, number, tried.inbox, lambda _: None)
        assert (
            sorted(p.parent for p in tried.inbox.rglob("*.csv"))
            == [tried.inbox / "DON/confirmed/2024-25"] * 3
        )
        (taken,) = tried.night(datetime(2025, 7, 1, tzinfo=UTC))
        assert (taken.return_code, taken.fate.status, taken.submission_id) == ("R13", "accepted", number)
        conserved(tried.connection)


@pytest.mark.faults(69)
def test_a_return_that_a_national_file_no_longer_has_a_row_of_is_held_too(tmp_path):
    """Seventy missing episodes, and the year after a list of them with its heading alone."""
    with county(tmp_path) as tried:
        for year, episodes in (("2023-24", 70), ("2024-25", 0)):
            files = ssda903(year, 3)
            heading = files["missing.csv"].splitlines()[0]
            days = [f"{1 + n % 28:02}/{5 + n // 28:02}/{year[:4]}" for n in range(episodes)]
            began = [f"9000,14/06/2012,M,{day},{day}\n" for day in days]
            for name, content in (files | {"missing.csv": "".join([f"{heading}\n", *began])}).items():
                put(tried.inbox, content, name, f"DON/{year}")
            outcomes = tried.night(datetime(2025, 6, 11, tzinfo=UTC) if not episodes else None)
        says = {o.return_code: (o.fate.status, o.fate.says) for o in outcomes if o.period == "2024-25"}
        assert says["R14"][0] == "held" and says["R14"][1].startswith("F005 R14 for 2024-25 has 0 rows")
        conserved(tried.connection)


def ssda903(year: str, children: int) -> dict[str, str]:
    began = int(year[:4])
    header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
    episodes = (
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    )
    missing = f"CHILD,DOB,MISSING,MIS_START,MIS_END\n9000,14/06/2012,M,27/10/{began},02/11/{began}\n"
    for n in range(9000, 9000 + children):
        header += f"{n},F,14/06/2012,WBRI,,,\n"
        episodes += f"{n},12/07/{began},S,C2,N1,U6,PR1,,,,,,\n"
    return {"header.csv": header, "episodes.csv": episodes, "missing.csv": missing}


@pytest.mark.faults(5, 69, 71)
def test_few_rows_and_what_chance_may_do_are_not_held():
    """Exact edges of seeds/thresholds.csv: a fifth is let pass, more is not; and a count is judged from twenty on."""
    limit, r = held.limits(), standard()["pol_incident"]
    assert limit == Limits(20, 8, 20, 20)

    def falls(last: int, now: int) -> bool:
        return bool(held._fallen(r, [Counted(1, parse("2024-04"), last)], parse("2024-05"), now, limit))

    assert [falls(10_000, n) for n in (8_000, 7_999)] == [False, True]
    assert [falls(100, n) for n in (15, 14)] == [False, True]
    assert [falls(19, 0), falls(400, 160), falls(640, 400)] == [False, True, False]

    def overlaps(code: str, there: int, known: int) -> bool:
        return bool(held._overlapping(r, [Counted(1, parse("2024-25-Q1"), known)], parse(code), there, limit))

    assert [overlaps("2024-06", *n) for n in ((20, 20), (19, 900), (900, 19))] == [True, False, False]
    assert [overlaps(c, 90, 90) for c in ("2024-07", "2024-25-Q1", "2024-05-31")] == [False, False, False]


@pytest.mark.faults(69)
def test_the_command_confirms_and_the_audit_says_who_and_why(tmp_path):
    home = warehouse.Home(tmp_path / "home")
    content = text(rows(3)).encode()
    path = put(home.inbox, content)
    digest = sha256(content).hexdigest()
    with home.open(home.live) as connection:
        tables.create(connection, standard())
        row = [7, "SYP", "2024-05/bad.csv", digest, "2024-06-01", "held", "run"]
        connection.execute(
            "insert into landing.submissions (submission_id, organisation_code, file_name, sha256, received_at, "
            "status, run_id, rows_read, rows_accepted, rows_quarantined, rows_skipped, provisional) "
            "values (?, ?, ?, ?, ?, ?, ?, 3, 0, 0, 3, false)",
            row,
        )
        connection.execute("insert into landing.submission_files values (7, 'bad.csv', ?, 99)", [digest])
    words = ["--home", str(home.root), "confirm", "7", "--because", "the force rang on 07700900000"]
    done = CliRunner().invoke(warehouse.app, words)
    assert done.exit_code == 0, done.output
    assert not path.exists()
    assert (home.inbox / "SYP/confirmed/2024-05/bad.csv").read_bytes() == content
    (told,) = [
        line["facts"]
        for line in map(json.loads, (home.audit / "audit.jsonl").read_text("utf-8").splitlines())
        if line["action"] == "confirm"
    ]
    assert (told["submission_id"], told["sha256"]) == (7, digest)
    assert told["purpose"].startswith("the force rang on")
    assert "07700900000" not in told["purpose"]


@pytest.mark.faults(72)
def test_a_period_that_did_not_come_is_said(tmp_path):
    with county(tmp_path) as tried:
        for year in ("2021-22", "2023-24"):
            sent = text(rows(3)).replace("2024-05", f"{year[:4]}-05")
            put(tried.inbox, sent, f"{year}.csv", f"SYP/{year}")
        tried.night()
        calendar.expect(tried.connection, SEEDS, date(2024, 6, 10))
        answer = standing.standing(tried.connection)
        at = {name: answer.columns.index(name) for name in ("organisation", "return", "period", "stands")}
        told = {
            row[at["period"]]: row[at["stands"]]
            for row in answer.rows
            if (row[at["organisation"]], row[at["return"]]) == ("SYP", "R04")
        }
        assert told == {
            "2020-21": "not received",
            "2021-22": "late",
            "2022-23": "not received",
            "2023-24": "late",
        }


@pytest.mark.faults(76)
@pytest.mark.parametrize(
    ("born", "day", "broken"),
    [
        ("2024-06", "2024-05-31", {"R05.16"}),
        ("2024-05", "2024-05-01", set()),
        ("2006-05", "2024-05-31", set()),
        ("2006-04", "2024-05-01", {"R05.18"}),
        ("1998-05", "2024-05-31", {"R05.18"}),
        ("1998-04", "2024-05-01", {"R05.17"}),
        ("2008-02", "2024-02-29", set()),
        ("2006-02", "2024-02-29", set()),
        ("2006-01", "2024-02-29", {"R05.18"}),
    ],
)
def test_an_age_is_known_by_its_month_alone_and_in_doubt_younger(born, day, broken):
    """A month of birth: whoever may still be 17, or 25, on the day is not said to be older; 29 February is a day."""
    rules = [r for r in standard()["pol_missing_episode"].rules if r.code in ("R05.16", "R05.17", "R05.18")]
    with duckdb.connect() as connection:
        row = f"select date '{born}-01' as birth_month, timestamptz '{day} 12:00:00+00' as reported_at"
        found = {
            r.code
            for r in rules
            if connection.execute(f"select {r.arguments['where']} from ({row})").fetchone()[0]
        }
    assert found == broken


@pytest.mark.faults(79, 80, 81)
def test_what_a_text_holds_is_kept_as_it_was_sent(one_night):
    kept = {
        value
        for (value,) in one_night.connection.execute(
            "select dedupe_group from accepted.pol_incident where dedupe_group is not null"
        ).fetchall()
    }
    assert kept == {'=HYPERLINK("https://example.org","1")', "<script>alert(1)</script>", f"G{STEERS}"}


@pytest.mark.faults(81)
def test_nothing_in_a_name_or_a_value_steers_the_terminal(capsys):
    fate = Fate("refused", f"F010 {STEERS}\n.", 0)
    outcome = Outcome("R04", "SYP", "2024-05", f"a{STEERS}\n.csv", fate, 0.0, 1)
    finding = {
        "file": f"a{STEERS}\n.csv", "sheet": None, "line": 2, "column_name": f"c{STEERS}", "value": f"v{STEERS}\n",
        "rule_code": "C215", "severity": "error", "says": "It is no code.",
    }  # fmt: skip
    terminal.show_night([outcome], False)
    terminal.show_check([outcome], [finding], False)
    said = "".join(capsys.readouterr())
    assert "F010" in said
    assert "C215" in said
    assert all(c == "\n" or c.isprintable() for c in said), repr(said)
