"""The night's linkage: apart, undone and done again by decisions, and never at the cost of the night."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from expectations.standard import standard
from ingest import identity, inbox, linkage, rights, tables
from ingest.context import prepare
from ingest.night import take_in
from ingest.vault import nowhere
from operations.keys import Keys

SEEDS = Path(__file__).parents[2] / "seeds"
R25, R32 = standard()["person_identity"], standard()["link_decision"]
FIRST = datetime(2024, 6, 10, tzinfo=UTC)
POLICE, COUNCIL = ("SY1", "a" * 16), ("ROT1", "b" * 16)
MAY = {"valid_from": "2024-05-01"}
ADA = {**MAY, "forenames": "Adastra Maria", "surname": "Quillfeather", "birth_date": "2009-03-14", "sex": "F"}
ADA |= {"postcode": "S99 9ZZ"}


@dataclass(frozen=True)
class Home:
    """What linkage asks of a home."""

    root: Path
    keys: Keys
    seeds: Path = SEEDS
    identity = property(lambda self: self.root / "identity")


@dataclass(frozen=True)
class Change:
    """What linkage asks of a change."""

    connection: object
    run_id: str
    now: datetime


@contextmanager
def opened(folder: Path) -> Iterator[tuple]:
    """A warehouse, its home with an inbox, and a way to take in what lies there on a day and link it."""
    home = Home(folder, Keys(folder / "keys", made_at_first_use=True))
    (folder / "inbox").mkdir(exist_ok=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        tables.create(connection, standard())

        def night(day: int, home=home) -> linkage.Told:
            now = FIRST + timedelta(days=day)
            plain, key = folder / "read", identity.Key.of(home.keys.secret("pseudonym"))
            context = prepare(connection, SEEDS, key, nowhere(plain), plain, f"night {day}", now)
            context = replace(
                context, identity=home.identity, identity_recipient=home.keys.public_if_there("identity")
            )
            take_in(connection, inbox.arrivals(folder / "inbox", set(context.organisations)), context, print)
            return linkage.link_night(Change(connection, f"night {day}", now), home, print)

        yield connection, home, night


@pytest.fixture
def county(tmp_path):
    with opened(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[Path, linkage.Told]:
    """Where a first night linked Ada, and what it told."""
    folder = tmp_path_factory.mktemp("first")
    with opened(folder) as (_, home, night):
        send_ada(home)
        return folder, night(0)


@pytest.fixture
def linked(first, tmp_path):
    """The same home the morning after, for each test its own."""
    with opened(shutil.copytree(first[0], tmp_path / "home")) as found:
        yield found


def send(home: Home, org: str, name: str, r, rows: list[dict]) -> None:
    folder = home.root / "inbox" / org / "2024-05"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as f:
        write = csv.DictWriter(f, r.column_names, restval="", lineterminator="\n")
        write.writeheader()
        write.writerows({"record_ref": f"{name}-{n}", **row} for n, row in enumerate(rows))


def known_as(key: tuple[str, str], **more) -> dict:
    return {"person_key_scheme": key[0], "person_key": key[1], **more}


def send_ada(home: Home) -> None:
    """One child whom the police and a council know under keys of their own, with one NHS number."""
    send(home, "SYP", "police.csv", R25, [known_as(POLICE, **ADA, nhs_number="9990000018")])
    send(
        home,
        "ROT",
        "council.csv",
        R25,
        [known_as(COUNCIL, **ADA, nhs_number="999 000 0018", local_id="1001")],
    )


def decision(said: str, day: str, one=POLICE, other=COUNCIL, **more) -> dict:
    sides = {"left_scheme": one[0], "left_key": one[1], "right_scheme": other[0], "right_key": other[1]}
    return {
        **sides,
        "decision": said,
        "decided_by": "DQ-1",
        "decided_on": day,
        "reason": "RECORDS_CHECKED",
        **more,
    }


def children(connection, as_at: datetime | None = None) -> dict[tuple[str, str], str]:
    """The child each pseudonym stood for at a moment."""
    moment = as_at or datetime(9999, 1, 1, tzinfo=UTC)
    return {
        (scheme, key): child
        for scheme, key, child in connection.execute(
            "select person_key_scheme, person_key, child_key from landing.links where linked_at <= ? qualify "
            "row_number() over (partition by person_key_scheme, person_key order by linked_at desc) = 1",
            [moment],
        ).fetchall()
    }


@pytest.mark.faults(73)
def test_keys_of_two_agencies_become_one_child_and_nothing_new_is_not_linked_again(first, linked):
    connection, _, night = linked
    told = first[1]
    assert (told.status, told.keys, told.changed) == ("linked", 3, 3)
    found = children(connection)
    assert len(set(found.values())) == 1
    assert {scheme for scheme, _ in found} == {
        "SY1",
        "ROT1",
        next(s for s, _ in found if s.startswith("LACHILD1-")),
    }
    assert night(1).status == "nothing new"
    assert connection.execute("select count(*) from landing.links").fetchone() == (3,)


def test_the_local_id_makes_the_very_key_of_the_councils_own_return(linked):
    connection, home, _ = linked
    key = identity.Key.of(home.keys.secret("pseudonym"))
    identity.prepare(connection, key)
    (made,) = connection.execute("select pseudonym('372|1001')").fetchone()
    assert (identity.own_scheme("LACHILD1", key), made) in children(connection)


def test_a_decision_parts_and_joins_from_then_on(linked):
    connection, home, night = linked
    send(home, "ROT", "parted.csv", R32, [decision("DIFFERENT", "2024-05-20")])
    assert night(1).changed > 0
    parted = children(connection)
    assert parted[POLICE] != parted[COUNCIL]
    before = children(connection, FIRST + timedelta(hours=1))
    assert before[POLICE] == before[COUNCIL]
    send(home, "SYP", "joined.csv", R32, [decision("SAME", "2024-05-21", one=COUNCIL, other=POLICE)])
    night(2)
    again = children(connection)
    assert again[POLICE] == again[COUNCIL]
    between = children(connection, FIRST + timedelta(days=1, hours=1))
    assert between[POLICE] != between[COUNCIL]


def test_of_contradicting_decisions_the_one_decided_later_counts_whenever_it_came(county):
    connection, home, night = county
    send_ada(home)
    send(home, "ROT", "late.csv", R32, [decision("DIFFERENT", "2024-05-25")])
    night(0)
    send(home, "SYP", "early.csv", R32, [decision("SAME", "2024-05-20")])
    night(1)
    found = children(connection)
    assert found[POLICE] != found[COUNCIL]


def test_decisions_of_two_files_add_up_and_a_blank_one_takes_nothing_back(county):
    connection, home, night = county
    send_ada(home)
    other = ("SY1", "c" * 16)
    send(home, "ROT", "one.csv", R32, [decision("DIFFERENT", "2024-05-20", record_ref="L1")])
    send(
        home,
        "ROT",
        "two.csv",
        R32,
        [
            decision("", "", record_ref="L1", decided_by="", reason=""),
            decision("SAME", "2024-05-20", other=other, record_ref="L2"),
        ],
    )
    night(0)
    found = children(connection)
    assert found[POLICE] != found[COUNCIL]
    assert found[POLICE] == found[other]
    assert connection.execute(
        "select distinct status from landing.submissions where return_code = 'R32'"
    ).fetchall() == [("accepted",)]


def test_what_is_withdrawn_is_no_longer_linked_from_then_on(linked):
    connection, home, night = linked
    row = known_as(COUNCIL, **ADA, local_id="1001", record_action="D", record_ref="council.csv-0")
    send(home, "ROT", "council.csv", R25, [row])
    assert night(1).status == "linked"
    found = children(connection)
    assert len(set(found.values())) == 3
    assert len(set(children(connection, FIRST + timedelta(hours=1)).values())) == 1
    assert night(2).status == "nothing new"


def test_without_the_key_the_night_goes_on_and_says_so(county, tmp_path):
    connection, home, night = county
    send_ada(home)
    home.keys.public("identity")
    secret = tmp_path / "keys" / "identity.key"
    away = secret.rename(tmp_path / "away")
    told = night(0)
    assert (told.status, told.exit_code) == ("no key", 0)
    assert told.says.startswith("Nothing was linked: the key `identity` is not within reach.")
    assert children(connection) == {}
    away.rename(secret)
    assert night(1).status == "linked"


def test_with_the_public_half_alone_identities_are_taken_in_and_nothing_is_linked(county):
    """As a key holder leaves it: no key is made in the place of the one that was taken away."""
    connection, home, night = county
    send_ada(home)
    home.keys.secret("pseudonym")
    home.keys.new("identity")
    secret = home.keys.folder / "identity.key"
    secret.unlink()
    told = night(0, replace(home, keys=Keys(home.keys.folder)))
    assert (told.status, told.says, told.exit_code) == (
        "no key",
        "Nothing was linked: the key `identity` is not within reach. The links stay as they were.",
        0,
    )
    taken = connection.execute("select status, rows_accepted from landing.submissions").fetchall()
    assert taken == [("accepted", 1)] * 2
    assert len(list(home.identity.glob("*.age"))) == 2
    assert not secret.exists()


def test_who_was_erased_by_a_councils_own_id_is_not_linked_by_a_later_night(county):
    """Nor under the other key of the same row; the next child of the same file is."""
    connection, home, night = county
    send_ada(home)
    night(0)
    key = identity.Key.of(home.keys.secret("pseudonym"))
    scheme = identity.own_scheme("LACHILD1", key)
    ada, next_child = connection.execute("select pseudonym('372|1001'), pseudonym('372|1002')").fetchone()
    assert (scheme, ada) in children(connection)
    plan = rights.plan_erase(connection, standard(), rights.Key(ada, scheme), False, [])
    rights.erase(connection, plan, standard(), "REF 1", "erasure", FIRST + timedelta(hours=1))
    assert (scheme, ada) not in children(connection)
    other = {**ADA, "forenames": "Bellamy", "surname": "Thistledown", "birth_date": "2010-07-01"}
    again = known_as(COUNCIL, **ADA, nhs_number="9990000018", local_id="1001")
    send(home, "ROT", "council.csv", R25, [again, {**other, "local_id": "1002"}])
    assert night(1).status == "linked"
    found = children(connection)
    assert (scheme, ada) not in found
    assert (scheme, next_child) in found
    assert found[COUNCIL] != found[POLICE]
    assert ada not in str(connection.execute("from landing.link_reviews").fetchall())


def test_killed_in_the_middle_linkage_leaves_the_links_as_they_were_and_is_tried_again(linked, monkeypatch):
    connection, home, night = linked
    before = children(connection)
    send(home, "ROT", "parted.csv", R32, [decision("DIFFERENT", "2024-05-20")])
    monkeypatch.setenv("WAREHOUSE_FAILPOINT", "linking:kill")
    told = night(1)
    assert (told.status, told.exit_code, children(connection)) == ("failed", 1, before)
    assert (
        told.says
        == "Linkage failed (it ended with code -9). The links stay as they were; it is tried again next night."
    )
    outside = [
        p
        for p in home.root.rglob("*")
        if p.is_file() and not {"inbox", "read"} & set(p.relative_to(home.root).parts)
    ]
    assert [p for p in outside if b"Quillfeather" in p.read_bytes()] == []
    monkeypatch.delenv("WAREHOUSE_FAILPOINT")
    assert night(2).status == "linked"
    assert children(connection) != before
    statuses = connection.execute("select status from landing.linkages order by tried_at").fetchall()
    assert statuses == [("linked",), ("failed",), ("linked",)]


def test_a_file_that_is_not_there_is_named_and_links_stay(linked):
    _, home, night = linked
    (home.identity / "1.age").unlink()
    send(home, "ROT", "parted.csv", R32, [decision("DIFFERENT", "2024-05-20")])
    told = night(1)
    assert (told.status, told.says) == (
        "failed",
        f"Nothing was linked: {home.identity} lacks the files of 1. Restore them.",
    )


def test_a_file_of_a_night_that_was_not_published_counts_for_nothing(linked):
    _, home, night = linked
    stray = home.identity / "99.age"
    stray.write_bytes((home.identity / "1.age").read_bytes())
    assert night(1).status == "nothing new"


def test_what_linkage_is_told_does_not_tell_itself(linked):
    connection, home, _ = linked
    request = linkage.request_of(connection, home, linkage.identity_store.counted(connection))
    assert home.keys.secret("identity") not in repr(request)
