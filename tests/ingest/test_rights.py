"""What has stood its time goes, what is held stays; one person's rows are found, erased, and do not come back."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import warehouse
from expectations.standard import standard
from ingest import certificates, erased, persons, retention, rights, tables, vault
from ingest.holds import Hold
from ingest.persons import Key
from ingest.rights_commands import app
from operations import warehouse_file
from refusal import Refusal

NOW = datetime(2026, 6, 10, tzinfo=UTC)
TODAY = NOW.date()
ANN, BEN, AGAIN = "a" * 16, "b" * 16, "c" * 16
LEDGER = "rows_read = rows_accepted + rows_quarantined + rows_skipped"


class County:
    """A warehouse in memory: submissions and rows put in by hand."""

    def __init__(self, connection, folder: Path):
        self.connection, self.folder = connection, folder

    def send(
        self, sid: int, code: str, organisation: str, end: str, received: str | None = None, **ledger
    ) -> None:
        r = next(r for r in standard().values() if r.code == code)
        row = {
            "submission_id": sid,
            "organisation_code": organisation,
            "return_code": code,
            "return_name": r.name,
            "period": end[:7],
            "period_start": end[:8] + "01",
            "period_end": end,
            "received_at": received or end,
            "sha256": digest(sid),
            "file_name": f"{sid}.csv",
            "status": "accepted",
            "rows_read": 1,
            "rows_accepted": 1,
            "rows_quarantined": 0,
            "rows_skipped": 0,
            "run_id": "night",
            "provisional": False,
        } | ledger
        self.put("landing.submissions", row)
        self.put(
            "landing.submission_files",
            {"submission_id": sid, "file": f"{sid}.csv", "sha256": digest(sid), "bytes": 1},
        )
        path = vault.place(self.folder / "vault", digest(sid))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"locked")

    def row(self, table: str, sid: int, line: int = 2, **values) -> None:
        self.put(table, {"submission_id": sid, "file": f"{sid}.csv", "line": line, **values})

    def finding(self, sid: int, line: int | None, value: str, code: str = "C215") -> None:
        where = {"submission_id": sid, "file": f"{sid}.csv", "line": line}
        self.put(
            "landing.findings", where | {"value": value, "rule_code": code, "severity": "error", "says": "s"}
        )

    def put(self, table: str, row: dict) -> None:
        names, marks = ", ".join(f'"{n}"' for n in row), ", ".join("?" for _ in row)
        self.connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))

    def plan(self, *held: Hold, today: date = TODAY):
        releases = self.folder / "releases"
        return retention.plan_purge(
            self.connection,
            standard(),
            list(held),
            today,
            self.folder / "vault",
            releases,
            self.folder / "findings",
        )

    def count(self, table: str) -> int:
        return self.connection.execute(f"select count(*) from {table}").fetchone()[0]


def digest(sid: int) -> str:
    return sha256(str(sid).encode()).hexdigest()


def hold(**change) -> Hold:
    told = {"return_code": "all", "organisation_code": "all", "area_code": "all", "person": None}
    told |= {"held_from": date(2025, 1, 1), "held_until": None, "reason": "r", "ordered_by": "o"}
    return Hold("H1", **(told | change))


@pytest.fixture
def county(tmp_path):
    with duckdb.connect() as connection:
        yield empty(connection, tmp_path)


def empty(connection, folder: Path) -> County:
    connection.execute("set timezone = 'UTC'")
    tables.create(connection, standard())
    connection.execute(
        "create table reference.agencies as from (values ('ROT', 'council', '372'), ('SHE', 'council', '373'), "
        "('SYP', 'police', null)) t(organisation_code, kind, area_code)"
    )
    return County(connection, folder)


@pytest.fixture
def episodes(county):
    """One closed long ago, one still open when last told, one closed lately; told twice by Rotherham."""
    for sid, end in ((1, "2015-03-31"), (2, "2016-03-31"), (3, "2026-05-31")):
        county.send(sid, "R13", "ROT", end)
    for sid, ref, key, dec in (
        (1, "old", ANN, "2015-01-01"),
        (1, "long", BEN, None),
        (2, "long", BEN, "2024-01-01"),
        (3, "new", ANN, "2026-05-01"),
    ):
        told = {"record_ref": ref, "person_key": key, "person_key_scheme": "SY1", "la": "372", "dec": dec}
        county.row("accepted.lac_episode", sid, 2 if ref == "old" else 3, **told)
    return county


def due(plan) -> list[tuple]:
    return [
        (line.schema_name, line.return_code, line.organisation_code, line.rows_due, line.rows_held)
        for line in plan.lines
    ]


def test_a_record_goes_as_a_whole_by_the_day_its_latest_word_gives(episodes):
    """`long` was open when first told; what closed it says the day, and both words of it stay."""
    plan = episodes.plan()
    assert due(plan) == [("accepted", "R13", "ROT", 1, {})]
    assert (plan.lines[0].oldest, plan.lines[0].newest) == (date(2015, 1, 1), date(2015, 1, 1))
    assert due(episodes.plan(today=date(2031, 1, 1))) == [("accepted", "R13", "ROT", 1, {})]
    assert due(episodes.plan(today=date(2031, 1, 2))) == [("accepted", "R13", "ROT", 3, {})]


def test_seven_years_to_the_day(county):
    county.send(1, "R05", "SYP", "2019-06-30")
    county.row("accepted.pol_missing_episode", 1, episode_ref="E1", reported_at="2019-06-10T09:00:00Z")
    assert due(county.plan(today=date(2026, 6, 10))) == []
    assert due(county.plan(today=date(2026, 6, 11))) == [("accepted", "R05", "SYP", 1, {})]


@pytest.mark.parametrize(
    ("change", "is_held"),
    [
        ({}, True),
        ({"return_code": "R13"}, True),
        ({"return_code": "R12"}, False),
        ({"organisation_code": "ROT"}, True),
        ({"organisation_code": "SHE"}, False),
        ({"area_code": "372"}, True),
        ({"area_code": "373"}, False),
        ({"person": Key(ANN)}, True),
        ({"person": Key(ANN, "SY1")}, True),
        ({"person": Key(ANN, "SY2")}, False),
        ({"person": Key(BEN)}, False),
    ],
    ids=str,
)
def test_a_hold_is_stronger_than_time(episodes, change, is_held):
    plan = episodes.plan(hold(**change))
    assert due(plan) == [("accepted", "R13", "ROT", 0 if is_held else 1, {"H1": 1} if is_held else {})]


def test_a_row_that_names_no_area_may_lie_in_any(county):
    county.send(1, "R01", "SYP", "2015-03-31")
    county.send(2, "R01", "SYP", "2015-03-31")
    county.row("accepted.pol_crime", 1, crime_ref="C1")
    county.row("accepted.pol_crime", 2, crime_ref="C2", district="SHE")
    assert due(county.plan(hold(area_code="372"))) == [("accepted", "R01", "SYP", 1, {"H1": 1})]


@pytest.mark.faults(109)
def test_a_purge_takes_rows_values_and_files_and_the_ledger_still_adds_up(episodes):
    episodes.finding(1, 2, "old value")
    episodes.finding(3, 3, "new value")
    episodes.send(4, "R13", "ROT", "2015-03-31", status="refused", rows_accepted=0, rows_skipped=1)
    plan = episodes.plan()
    assert plan.vault_files == (digest(4),)
    assert retention.purge(episodes.connection, plan, "run", NOW) == {"accepted.lac_episode": 1}
    rights.clear(plan, episodes.folder / "vault")
    assert not vault.place(episodes.folder / "vault", digest(4)).exists()
    assert vault.place(episodes.folder / "vault", digest(1)).exists()
    values = episodes.connection.execute(
        "select submission_id, value from landing.findings order by 1"
    ).fetchall()
    assert values == [(1, None), (3, "new value")]
    apart = episodes.connection.execute("select * exclude (purged_at) from landing.purged").fetchall()
    assert apart == [(1, "accepted.lac_episode", 1, "7 years", "run")]
    assert episodes.count(f"landing.submissions where not ({LEDGER})") == 0
    assert episodes.plan().rows == 0


def test_a_file_goes_when_the_last_of_its_submissions_is_gone(county):
    """One file brought two returns; while a row of one is left, it stays. A hold keeps it too."""
    for sid, code in ((1, "R13"), (2, "R12")):
        county.send(sid, code, "ROT", "2015-03-31")
    county.connection.execute("update landing.submission_files set sha256 = ?", [digest(1)])
    county.row("accepted.lac_episode", 1, record_ref="a", person_key=ANN, dec="2015-01-01")
    county.row("accepted.sc_cse_case", 2, record_ref="b", person_key=BEN, closed="2024-01-01")
    assert county.plan().vault_files == ()
    county.connection.execute("delete from accepted.sc_cse_case")
    assert county.plan().vault_files == (digest(1),)
    held = county.plan(hold(organisation_code="ROT", return_code="R12"))
    assert (held.vault_files, held.vault_held) == ((), {digest(1): ("H1",)})


@pytest.mark.faults(109)
def test_quarantine_and_its_workbooks_go_after_thirty_days(county):
    for sid, received in ((1, "2026-05-10"), (2, "2026-05-11")):
        county.send(sid, "R13", "ROT", "2026-04-30", received, rows_accepted=0, rows_quarantined=1)
        county.row("quarantine.lac_episode", sid, person_key=ANN)
        county.finding(sid, 2, "v")
        book = county.folder / "findings" / "ROT" / f"R13_submission_{sid}.xlsx"
        book.parent.mkdir(parents=True, exist_ok=True)
        book.touch()
    plan = county.plan()
    assert due(plan) == [("quarantine", "R13", "ROT", 1, {})]
    assert [p.name for p in plan.workbooks] == ["R13_submission_1.xlsx"]
    assert plan.vault_files == ()
    retention.purge(county.connection, plan, "run", NOW)
    assert county.connection.execute("select submission_id from quarantine.lac_episode").fetchall() == [(2,)]
    assert county.count("landing.findings where value is null") == 1


def test_releases_stay(county):
    (county.folder / "releases" / "public" / "2025").mkdir(parents=True)
    (county.folder / "releases" / "public" / "2025" / "manifest.json").write_text("{}")
    assert county.plan().releases == ("public/2025",)


@pytest.fixture
def known(county):
    return tell(county)


def tell(county: County) -> County:
    """Ann by two agencies under two keys, linked; her interview's episode, which has no key; and Ben."""
    for sid, code, organisation in (
        (1, "R13", "ROT"),
        (2, "R05", "SYP"),
        (3, "R15", "RHI"),
        (4, "R15B", "RHI"),
    ):
        county.send(sid, code, organisation, "2026-04-30")
    whose = [(ANN, 2), (BEN, 3)]
    for key, line in whose:
        mine = {"person_key": key, "person_key_scheme": "SY1"}
        county.row("accepted.lac_episode", 1, line, record_ref=f"L{key}", **mine)
        county.row("accepted.rhi", 3, line, rhi_ref=f"I{key}", **mine)
        county.row(
            "accepted.rhi_episode", 4, line, rhi_ref=f"I{key}", episode_source="POL", episode_ref=f"E{key}"
        )
    county.row(
        "accepted.pol_missing_episode", 2, 2, episode_ref="E1", person_key=AGAIN, person_key_scheme="SY2"
    )
    county.row("quarantine.lac_episode", 1, 4, raw=f"broken,{ANN},line")
    county.finding(1, 2, "told of Ann")
    county.finding(1, None, f"L{ANN}", "X404")
    county.finding(1, 3, "told of Ben")
    for key, scheme in ((ANN, "SY1"), (AGAIN, "SY2"), (BEN, "SY1")):
        child = "child of Ben" if key == BEN else "child of Ann"
        link = {"person_key": key, "person_key_scheme": scheme, "child_key": child, "rule": "alone"}
        county.put("landing.links", link | {"confidence": "certain", "linked_at": NOW, "run_id": "n"})
    review = {"left_scheme": "SY1", "left_key": BEN, "right_scheme": "SY1", "right_key": ANN}
    county.put("landing.link_reviews", review | {"why": "weak", "run_id": "n"})
    return county


def test_lineage_finds_every_row_and_what_hangs_on_it(known):
    found = rights.lineage(known.connection, standard(), Key(ANN))
    where = [(row.table, row.submission_id, row.line) for row in found.rows]
    assert where == [
        ("accepted.lac_episode", 1, 2),
        ("quarantine.lac_episode", 1, 4),
        ("accepted.rhi", 3, 2),
        ("accepted.rhi_episode", 4, 2),
    ]
    assert rights.lineage(known.connection, standard(), Key(ANN, "SY2")).rows == ()


def erase(county, key: Key, linked: bool = False, held=()):
    plan = rights.plan_erase(county.connection, standard(), key, linked, list(held))
    return plan, rights.erase(county.connection, plan, standard(), "REF 1", "run", NOW)


def test_erasing_takes_the_person_and_nobody_else(known):
    plan, deleted = erase(known, Key(ANN))
    one = {"accepted.lac_episode": 1, "accepted.rhi": 1, "accepted.rhi_episode": 1}
    assert deleted == plan.rows == one | {"quarantine.lac_episode": 1}
    assert known.connection.execute("select person_key from accepted.lac_episode").fetchall() == [(BEN,)]
    assert known.count("accepted.pol_missing_episode") == 1
    values = known.connection.execute("select value from landing.findings order by all").fetchall()
    assert values == [("told of Ben",), (None,), (None,)]
    links = known.connection.execute("select person_key from landing.links order by all").fetchall()
    assert links == [(BEN,), (AGAIN,)]
    assert known.count("landing.link_reviews") == 0
    assert {sha for sha, _ in plan.vault_files} == {digest(1), digest(3), digest(4)}
    names = known.connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where not temporary"
    )
    told = [
        name
        for (name,) in names.fetchall()
        if ANN in str(known.connection.execute(f"from {name}").fetchall())
    ]
    assert told == []


def test_what_was_erased_is_in_no_byte_of_the_file_written_out_afresh(tmp_path):
    """Deleted rows stay in the blocks they stood in: only a file written anew is without them."""
    path = tmp_path / "warehouse.duckdb"
    values = [ANN.encode(), f"E{ANN}".encode(), f"broken,{ANN},line".encode(), b"told of Ann"]

    def held() -> list[bytes]:
        return [value for value in values if value in path.read_bytes()]

    with closing(warehouse_file.connect(path, None)) as connection:
        connection.execute("pragma force_compression = 'uncompressed'")  # else no byte could be known again
        county = tell(empty(connection, tmp_path))
        connection.execute("checkpoint")
        assert held() == values
        erase(county, Key(ANN))
        connection.execute("checkpoint")
    warehouse_file.compact(path, None)
    assert held() == []
    assert BEN.encode() in path.read_bytes()


def test_erasing_with_linked_takes_every_key_of_the_child(known):
    plan, deleted = erase(known, Key(ANN, "SY1"), linked=True)
    assert {k.key for k in plan.keys} == {ANN, AGAIN}
    assert deleted["accepted.pol_missing_episode"] == 1


def test_a_held_person_is_not_erased(known):
    with pytest.raises(Refusal, match="H1") as refused:
        erase(known, Key(ANN), held=[hold(person=Key(ANN))])
    assert refused.value.code == 3
    assert known.count("accepted.lac_episode") == 2
    erase(known, Key(ANN), held=[hold(person=Key(BEN))])


def test_what_was_erased_is_skipped_when_it_is_sent_again(known):
    erase(known, Key(ANN))
    for name, sent in (
        ("lac_episode", [(ANN, "SY1"), (BEN, "SY1")]),
        ("rhi_episode", [(f"I{ANN}", "POL"), (f"I{BEN}", "POL")]),
    ):
        r = standard()[name]
        columns = (
            ("person_key", "person_key_scheme") if name == "lac_episode" else ("rhi_ref", "episode_source")
        )
        known.connection.execute(
            f"create or replace temp table batch as select 9::bigint as submission_id, 'f' as file, null as sheet, * "
            f"from (from accepted.{name} limit 0)".replace("*", "* exclude (submission_id, file, sheet)")
        )
        for first, second in sent:
            more = {"episode_ref": f"E{first[1:]}"} if name == "rhi_episode" else {}
            known.put(
                "batch", {"submission_id": 9, "file": "f", columns[0]: first, columns[1]: second, **more}
            )
        assert erased.skip_erased(known.connection, r) == {9: 1}
        assert known.connection.execute(f"select {columns[0]} from batch").fetchall() == [(sent[1][0],)]
    skipped = known.connection.execute("select reason, rows from landing.skipped").fetchall()
    assert skipped == [("erased on instruction", 1)] * 2


def test_a_certificate_names_the_instruction_and_never_the_key(known, tmp_path):
    plan, deleted = erase(known, Key(ANN))
    told = certificates.of_erasure(plan, deleted, "REF 1", TODAY)
    path = certificates.write(tmp_path / "certificates", "erase", "run", told)
    text = path.read_text()
    assert ANN not in text
    assert json.loads(text)["keys"] == [
        {"sha256_begins": sha256(ANN.encode()).hexdigest()[:8], "scheme": "all"}
    ]
    assert json.loads(text)["backups_hold_it_until"] == {
        "daily": "2026-06-17",
        "weekly": "2026-07-08",
        "monthly": "2027-06-17",
    }
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        certificates.write(tmp_path / "certificates", "erase", "run", told)


def test_a_key_does_not_show_itself():
    assert ANN not in repr(Key(ANN))


def test_every_key_of_a_person_is_looked_for():
    found = {r.name: persons.key_columns(r) for r in standard().values()}
    assert found["dsp_disruption"] == [("person_key", "person_key_scheme"), ("adult_key", "adult_key_scheme")]
    assert found["link_decision"] == [("left_key", "left_scheme"), ("right_key", "right_scheme")]


def test_the_seed_of_holds_is_read():
    seed = Path(__file__).parents[2] / "seeds" / "retention_holds.csv"
    found = rights.holds(seed)
    assert [h.hold_id for h in found] == [row["hold_id"] for row in csv.DictReader(seed.open())]
    assert not any(h.on(TODAY) for h in found if h.hold_id.startswith("EXAMPLE"))


def test_the_commands_tell_first_and_do_when_told(copy_of_case, tmp_path):
    """One home: what is asked is shown, what is told is done, written down, and stays done."""
    name, key = "children-known-to-several", "aaaaaaaaaaaaaaa1"
    case = Path(__file__).parents[1] / "cases" / name / "sent"
    home = copy_of_case(name, tmp_path / "home")

    def run(*words) -> str:
        told = CliRunner().invoke(app, list(words), obj=home, catch_exceptions=False)
        assert told.exit_code == 0
        return told.stdout

    assert len(json.loads(run("lineage", key, "--json"))["rows"]) == 4
    assert key.encode() in home.live.read_bytes()
    run("erase", key, "--instruction", "REF 7")
    assert len(json.loads(run("lineage", key, "--json"))["rows"]) == 4
    run("erase", key, "--instruction", "REF 7", "--do")
    assert key.encode() not in home.live.read_bytes()
    assert json.loads(run("lineage", key, "--json")) == {"rows": [], "facts": []}
    again = tmp_path / "again" / "SYP" / "2023-24" / "pol_crime_person.csv"
    again.parent.mkdir(parents=True)
    sent = next(case.rglob("pol_crime_person.csv")).read_text("utf-8")
    again.write_text(sent + "\n", "utf-8")
    (outcome,) = warehouse.night(home, tmp_path / "again", lambda *_: None)
    assert outcome.fate.rows_skipped >= 1
    assert json.loads(run("lineage", key, "--json"))["rows"] == []
    run("purge", "--do")
    certificates_made = sorted(home.certificates.iterdir())
    assert [p.name.partition("-")[0] for p in certificates_made] == ["erase", "purge"]
    told = "".join(p.read_text("utf-8") for p in (*certificates_made, *home.audit.glob("*.jsonl")))
    assert "REF 7" in told
    assert key not in told
