"""The key of pseudonyms changed: the warehouse is then as if every file had come under the new key from the first."""

from __future__ import annotations

import hashlib
import hmac
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.standard import standard
from ingest import identity, inbox, key_schemes, next_keys, rekeying, tables
from ingest.context import prepare
from ingest.national.values import SCHEME
from ingest.night import take_in
from ingest.vault import Vault, place
from operations import warehouse_file
from operations.keys import Keys
from operations.settings import Settings
from refusal import Refusal

SEEDS = Path(__file__).parents[3] / "seeds"
NOW = datetime(2024, 6, 10, tzinfo=UTC)
SSDA903 = {
    "header.csv": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n101,2,05/02/2010,WBRI,UN1,,\n",
    "episodes.csv": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "101,01/04/2017,S,C2,N1,U1,PR1,30/06/2017,X1,CARPL,ZZ1 2AB,ZZ99 3CD,1234567\n"
    "102,2017-02-30,S,C2,N1,U1,PR1,,,,,,\n",
    "missing.csv": "CHILD,DOB,MISSING,MIS_START,MIS_END\n101,05/02/2010,M,01/05/2017,02/05/2017\n",
}
CENSUS = """<?xml version="1.0" encoding="UTF-8"?><Message><Header><CollectionDetails><Collection>CIN</Collection>
<Year>2024</Year><ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails>
<Source><SourceLevel>L</SourceLevel><LEA>372</LEA></Source></Header><Children><Child><ChildIdentifiers>
<LAchildID>101</LAchildID><PersonBirthDate>2010-02-05</PersonBirthDate><GenderCurrent>2</GenderCurrent>
</ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
<CINdetails><CINreferralDate>2023-05-01</CINreferralDate><ReferralSource>6</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>0</ReferralNFA><Section47>
<S47ActualStartDate>2023-06-01</S47ActualStartDate><DateOfInitialCPC>2023-06-20</DateOfInitialCPC>
<ICPCnotRequired>0</ICPCnotRequired></Section47></CINdetails></Child></Children></Message>"""
# The one figure of this small core: children in care, which a lost or a doubled pseudonym would move.
CORE = """create or replace table marts.fct_indicator_values as
select 'X' as indicator_code, la as area_code, count(distinct person_key) as value
from accepted.lac_episode group by all"""


@dataclass
class Change:
    """A copy of the warehouse being changed, and what is to be proved before it is published."""

    connection: object
    now: datetime = NOW
    proofs: list = field(default_factory=list)


@dataclass(frozen=True)
class Home:
    """What the change of the pseudonyms' key needs of a home."""

    root: Path
    settings: Settings = field(default_factory=Settings)

    makes_keys: bool = True

    keys = property(lambda self: Keys(self.root / "keys", made_at_first_use=self.makes_keys))
    live = property(lambda self: self.root / "warehouse.duckdb")
    vault = property(lambda self: self.root / "vault")
    work = property(lambda self: self.root / "work")
    seeds = property(lambda self: self.root / "seeds")

    def open(self, path: Path | None = None):
        return closing(warehouse_file.connect(path or self.live, None))

    @contextmanager
    def changing(self, step=None) -> Iterator[Change]:
        copy = self.root / "copy.duckdb"
        shutil.copyfile(self.live, copy)
        with self.open(copy) as connection:
            change = Change(connection)
            yield change
            connection.execute(CORE)
            for proof in change.proofs:
                proof(connection)
        copy.replace(self.live)


def night(home: Home, folder: Path) -> None:
    """Take in the inbox under the home's key, and build the small core."""
    with home.open() as connection:
        tables.create(connection, standard())
        key = key_schemes.settled_key(connection, home.keys)
        locked = Vault(home.vault, home.keys.public("vault"), home.root / "read")
        context = prepare(connection, SEEDS, key, locked, home.root / "read", "1", NOW)
        take_in(connection, inbox.arrivals(folder, set(context.organisations)), context, lambda *_: None)
        connection.execute(CORE)


@pytest.fixture
def sent(tmp_path, workbook, a_row) -> Path:
    """An inbox with every format that brings a council's own child ids; some of its rows are set aside."""
    folder = tmp_path / "inbox" / "ROT"
    (folder / "2017-18").mkdir(parents=True)
    for name, text in SSDA903.items():
        (folder / "2017-18" / name).write_text(text)
    (folder / "census.xml").write_text(CENSUS)
    (folder / "2024-03-31").mkdir()
    lists = {"List 1": [], "List 3": [], "List 4": [], "List 8": [a_row(care=True)]}
    shutil.copy(workbook(lists).path, folder / "2024-03-31" / "annex.xlsx")
    return tmp_path / "inbox"


@pytest.fixture(scope="module")
def after_a_night(tmp_path_factory) -> Home:
    """A home whose one night every test begins after; filled by the first of them."""
    return Home(tmp_path_factory.mktemp("first") / "home")


@pytest.fixture
def home(tmp_path, sent, after_a_night) -> Home:
    if not after_a_night.root.exists():
        after_a_night.root.mkdir()
        night(after_a_night, sent)
    shutil.copytree(after_a_night.root, tmp_path / "home")
    return Home(tmp_path / "home")


def held(home: Home) -> dict[str, list]:
    """Every row of every table that a file's rows or findings come into."""
    with home.open() as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('accepted', 'quarantine', 'marts') or table_name in ('findings', 'skipped') "
            "order by all"
        ).fetchall()
        found = {n: connection.execute(f"from {n} order by all").fetchall() for (n,) in names}
    return {name: rows for name, rows in found.items() if rows}


def pseudonym(secret: str, text: str) -> str:
    return hmac.new(bytes.fromhex(secret), text.encode(), hashlib.sha256).hexdigest()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_warehouse_is_as_if_all_had_come_under_the_new_key(home, sent, tmp_path):
    old = home.keys.secret("pseudonym")
    before = held(home)
    told = str(rekeying.pseudonyms(home))
    new = home.keys.secret("pseudonym")
    assert told.startswith(f"key pseudonym {identity.key_id(old)} -> {identity.key_id(new)}: ")
    assert "10 pseudonyms in 6 tables re-keyed; 1 indicators, 1 figures unchanged" in told
    other = Home(tmp_path / "other")
    other.keys.put("pseudonym", new)
    night(other, sent)
    assert held(home) == held(other) != before
    assert held(home).keys() == before.keys()
    with home.open() as connection:
        found = connection.execute("select distinct person_key, person_key_scheme from accepted.lac_episode")
        assert found.fetchall() == [(pseudonym(new, "372|101"), f"{SCHEME}-{identity.key_id(new)}")]
        ids = connection.execute("select key_id from landing.key_schemes order by since, key_id").fetchall()
        assert {i for (i,) in ids} == {identity.key_id(old), identity.key_id(new)}
    assert not (home.root / "keys" / "next").exists()


def test_links_and_findings_follow_and_what_is_not_ours_stays(home):
    """A child's key is made of a pseudonym, a finding names a record in words: neither may keep the old one."""
    old = home.keys.secret("pseudonym")
    scheme, key = identity.own_scheme(SCHEME, identity.Key.of(old)), pseudonym(old, "372|101")
    child = hashlib.md5(f"{scheme}:{key}".encode()).hexdigest()
    parted = hashlib.md5(f"parted:{child}".encode()).hexdigest()
    theirs = "ab" * 32
    link = "insert into landing.links by name select ? as person_key, ? as person_key_scheme, ? as child_key, 'x' as rule, 'high' as confidence, now() as linked_at, '1' as run_id"
    with home.open() as connection:
        for values in (
            [key, scheme, child],
            [theirs, "SY1", child],
            [theirs, "SY1", parted],
            [theirs, "SY1", theirs],
        ):
            connection.execute(link, values)
        connection.execute(
            "insert into landing.cross_return_findings values ('1', 'X', 'warning', '372', '2024', ?, 's')",
            [f"referral {key} + {theirs} + {key}"],
        )
    rekeying.pseudonyms(home)
    new = home.keys.secret("pseudonym")
    scheme, key = identity.own_scheme(SCHEME, identity.Key.of(new)), pseudonym(new, "372|101")
    child = hashlib.md5(f"{scheme}:{key}".encode()).hexdigest()
    parted = hashlib.md5(f"parted:{child}".encode()).hexdigest()
    with home.open() as connection:
        links = connection.execute(
            "select person_key, person_key_scheme, child_key from landing.links"
        ).fetchall()
        found = connection.execute("select record from landing.cross_return_findings").fetchall()
    assert links == [
        (key, scheme, child),
        (theirs, "SY1", child),
        (theirs, "SY1", parted),
        (theirs, "SY1", theirs),
    ]
    assert found == [(f"referral {key} + {theirs} + {key}",)]


def refuse(home: Home, says: str, code: int) -> str:
    """The change is refused, the file and the key stay as they were → what is said."""
    before, secret = home.live.read_bytes(), home.keys.secret("pseudonym")
    with pytest.raises(Refusal, match=says) as refused:
        rekeying.pseudonyms(home)
    assert refused.value.code == code
    assert (home.live.read_bytes(), home.keys.secret("pseudonym")) == (before, secret)
    with home.open() as connection:
        assert key_schemes.settled_key(connection, home.keys) == identity.Key.of(secret)
    return str(refused.value)


def test_without_the_secret_half_of_the_vault_it_is_refused(home):
    """The night needs the public half alone; who runs it need not be able to change this key."""
    before = home.live.read_bytes()
    (home.root / "keys" / "vault.key").rename(home.root / "elsewhere.key")
    with pytest.raises(Refusal, match="key vault is missing") as refused:
        rekeying.pseudonyms(replace(home, makes_keys=False))
    assert refused.value.code == 4
    assert home.live.read_bytes() == before


def test_a_file_that_is_not_in_the_vault_stops_it(home):
    digest = hashlib.sha256(CENSUS.encode()).hexdigest()
    place(home.vault, digest).unlink()
    refuse(home, "is not in the vault", 4)


def test_a_row_whose_file_says_nothing_of_it_stops_it(home):
    with home.open() as connection:
        connection.execute(
            "insert into accepted.lac_episode by name select submission_id, person_key_scheme, repeat('ef', 32) as "
            "person_key from accepted.lac_episode limit 1"
        )
    refuse(home, "1 rows of accepted.lac_episode have no file", 3)


def test_a_figure_that_moves_stops_it(home):
    """As where the code that builds the core is another than last night's."""
    with home.open() as connection:
        connection.execute("update marts.fct_indicator_values set value = value + 1")
    refuse(home, "2 figures came out different", 3)


@pytest.mark.parametrize("published", [False, True])
def test_killed_before_or_after_publishing_the_next_night_has_the_right_key(home, sent, published):
    """The file says which key it is of; the other is forgotten, or put in place."""
    old = home.keys.secret("pseudonym")
    before = home.live.read_bytes()
    rekeying.pseudonyms(home)
    new = home.keys.secret("pseudonym")
    next_keys.waiting(home.keys).put("pseudonym", new)
    home.keys.put("pseudonym", old)
    if not published:
        home.live.write_bytes(before)
    night(home, sent)
    assert home.keys.secret("pseudonym") == (new if published else old)
    assert next_keys.waiting(home.keys).has("pseudonym") is not published


def test_another_key_does_not_begin_a_night(home, sent):
    home.keys.put("pseudonym", "0f" * 32)
    with pytest.raises(Refusal, match="stand under the key pseudonym") as refused:
        night(home, sent)
    assert refused.value.code == 4


def test_what_was_erased_is_still_known_when_it_is_sent_again(home):
    """Its rows are gone and its file is not: it is the file that says what the new key makes of it."""
    old, gone = home.keys.secret("pseudonym"), "0f" * 32
    scheme = identity.own_scheme(SCHEME, identity.Key.of(old))
    with home.open() as connection:
        for table in key_schemes.with_schemes(connection):
            connection.execute(f"delete from {table}")
        connection.execute(CORE)
        for digest in (sha256(pseudonym(old, "372|101")), gone):
            connection.execute(
                "insert into landing.erased values (?, ?, null, 'order', '1', now())", [scheme, digest]
            )
    told = str(rekeying.pseudonyms(home))
    new = home.keys.secret("pseudonym")
    with home.open() as connection:
        found = connection.execute("select person_key_scheme, digest from landing.erased").fetchall()
    assert found == [
        (identity.own_scheme(SCHEME, identity.Key.of(new)), sha256(pseudonym(new, "372|101"))),
        (scheme, gone),
    ]
    assert "but 1 that were erased" in told


def test_a_hold_or_correction_of_an_old_pseudonym_stops_it_until_it_is_written_anew(home):
    home.seeds.mkdir()
    seed = home.seeds / "retention_holds.csv"
    old = home.keys.secret("pseudonym")
    schemes = [identity.own_scheme(SCHEME, identity.Key.of(old))]
    seed.write_text(f"hold_id,person_key,person_key_scheme\nH1,{pseudonym(old, '372|101')},{schemes[0]}\n")
    says = refuse(home, "seeds name pseudonyms of the old key", 3)
    new = next_keys.waiting(home.keys).secret("pseudonym")
    schemes.append(identity.own_scheme(SCHEME, identity.Key.of(new)))
    assert f"{schemes[0]} -> {schemes[1]}" in says
    assert f"{pseudonym(old, '372|101')} -> {pseudonym(new, '372|101')}" in says
    seed.write_text(f"hold_id,person_key,person_key_scheme\nH1,{pseudonym(new, '372|101')},{schemes[1]}\n")
    rekeying.pseudonyms(home)
    assert home.keys.secret("pseudonym") == new
