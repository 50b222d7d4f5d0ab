"""Keys of the vault, of identities and of the warehouse file changed; cut short anywhere, all still opens."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ingest import next_keys, rotation, sealing, vault
from ingest.identity import key_id
from ingest.vault import Vault, open_kept
from operations import warehouse_file
from operations.keys import Keys
from operations.settings import Settings
from refusal import Refusal

TEXTS = [b"Zeb Quagwort;1\n" * 1000, b"", b"Ottilie Fernwhistle\n"]


@pytest.fixture
def keys(tmp_path) -> Keys:
    found = Keys(tmp_path / "keys")
    for name in ("vault", "identity", "warehouse"):
        found.new(name)
    return found


@pytest.fixture
def kept(tmp_path, keys) -> list[str]:
    """Files in the vault: their hashes."""
    names = []
    for number, text in enumerate(TEXTS):
        (tmp_path / f"{number}").write_bytes(text)
        found = Vault(tmp_path / "vault", keys.public("vault"), tmp_path / "plain").keep(
            tmp_path / f"{number}"
        )
        names.append(found.sha256)
    return names


@pytest.fixture
def rotate(tmp_path, keys):
    """Change the key of the vault or of identities."""
    (tmp_path / "scratch").mkdir()
    return lambda name="vault": rotation.pair(keys, name, tmp_path / name, tmp_path / "scratch")


def contents(folder: Path) -> dict[str, str]:
    found = [p for p in folder.rglob("*") if p.is_file()]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


def test_every_file_is_locked_anew(tmp_path, keys, kept, rotate):
    old = keys.secret("vault")
    (tmp_path / "vault" / "ab").mkdir(exist_ok=True)
    told = rotate()
    new = keys.secret("vault")
    assert str(told).startswith(
        f"key vault {key_id(old)} -> {key_id(new)}: 3 files locked anew and proved the same."
    )
    assert [open_kept(tmp_path / "vault", name, new) for name in kept] == TEXTS
    for name in kept:
        with pytest.raises(Refusal, match="does not open"):
            open_kept(tmp_path / "vault", name, old)
    assert not (tmp_path / "keys" / "next").exists()
    assert list((tmp_path / "scratch").iterdir()) == []
    again = tmp_path / "again"
    again.write_bytes(b"tonight's")
    locked = Vault(tmp_path / "vault", keys.public("vault"), tmp_path / "plain").keep(again)
    assert open_kept(tmp_path / "vault", locked.sha256, new) == b"tonight's"


def test_identities_are_locked_anew_under_their_own_key(tmp_path, keys, rotate):
    (tmp_path / "identity").mkdir()
    sealing.lock_bytes(TEXTS[2], tmp_path / "identity" / "7.age", keys.public("identity"))
    rotate("identity")
    with (tmp_path / "out").open("wb") as out:
        sealing.decrypt(tmp_path / "identity" / "7.age", out, keys.secret("identity"))
    assert (tmp_path / "out").read_bytes() == TEXTS[2]


def test_one_damaged_file_and_nothing_is_changed(tmp_path, keys, kept, rotate):
    damaged = vault.place(tmp_path / "vault", kept[0])
    damaged.write_bytes(damaged.read_bytes()[:-5])
    before, secret = contents(tmp_path / "vault"), keys.secret("vault")
    with pytest.raises(Refusal, match="is damaged") as refused:
        rotate()
    assert refused.value.code == 4
    assert (contents(tmp_path / "vault"), keys.secret("vault")) == (before, secret)
    assert not (tmp_path / "keys" / "next").exists()
    assert list((tmp_path / "scratch").rglob("*.age")) == []


def test_cut_short_with_half_the_files_swapped_all_open_and_the_next_one_ends_it(
    tmp_path, keys, kept, rotate
):
    """As a power cut between two renames leaves it: the new secret waits, some files are under it, one is beside."""
    new = next_keys.begin(keys, "vault")
    public = next_keys.waiting(keys).public("vault")
    sealing.lock_bytes(TEXTS[0], vault.place(tmp_path / "vault", kept[0]), public)
    beside = vault.place(tmp_path / "vault", kept[1])
    sealing.lock_bytes(TEXTS[1], beside.with_name(f".next-{beside.name}"), public)
    secrets = next_keys.secrets(keys, "vault")
    assert [open_kept(tmp_path / "vault", name, *secrets) for name in kept] == TEXTS
    rotate()
    assert keys.secret("vault") == new
    assert [open_kept(tmp_path / "vault", name, new) for name in kept] == TEXTS
    assert len(contents(tmp_path / "vault")) == len(kept)


def test_cut_short_before_the_waiting_secret_was_forgotten(keys):
    waiting = next_keys.begin(keys, "vault")
    assert not next_keys.ended(keys, "vault")
    keys.put("vault", waiting)
    assert next_keys.ended(keys, "vault")
    assert not next_keys.ended(keys, "vault")


@dataclass(frozen=True)
class Home:
    """What the change of the warehouse's key needs of a home."""

    root: Path
    keys: Keys
    settings: Settings

    @property
    def live(self) -> Path:
        return self.root / "warehouse.duckdb"

    def open(self, path: Path, read_only: bool = False):
        key = self.keys.secret("warehouse") if self.settings.encryption == "required" else None
        return warehouse_file.connect(path, key, read_only)


def fill(connection) -> None:
    with closing(connection):
        connection.execute(
            "create schema landing; create schema core; create table landing.runs (n int not null, check (n >= 0)); "
            "insert into landing.runs from range(1000); create view core.v as from warehouse.landing.runs; "
            "create table core.t as select n, n::varchar as t, [n] as l from core.v"
        )


def rows(connection) -> tuple:
    with closing(connection):
        return connection.execute(
            "select (select count(*) from landing.runs), (select sum(n) from core.v), (select max(l) from core.t)"
        ).fetchone()


@pytest.fixture
def home(tmp_path, keys) -> Home:
    made = Home(tmp_path, keys, Settings("required", "file", False))
    fill(made.open(made.live))
    return made


WHOLE = (1000, 499500, [999])


def test_the_warehouse_opens_with_the_new_key_alone(home, keys):
    old = keys.secret("warehouse")
    told = rotation.warehouse(home)
    new = keys.secret("warehouse")
    assert str(told).startswith(
        f"key warehouse {key_id(old)} -> {key_id(new)}: 2,000 rows in 2 tables copied"
    )
    assert (rotation.opens(home.live, old), rotation.opens(home.live, None)) == (False, False)
    assert rows(home.open(home.live, read_only=True)) == WHOLE
    assert home.live.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in home.root.iterdir()) == ["keys", "warehouse.duckdb"]


@pytest.mark.parametrize("renamed", [False, True])
def test_the_warehouse_cut_short_opens_and_the_next_change_ends_it(home, keys, renamed):
    old = keys.secret("warehouse")
    rotation.warehouse(home)
    new = keys.secret("warehouse")
    if not renamed:
        home.live.unlink()
        fill(warehouse_file.connect(home.live, old))
    next_keys.waiting(keys).put("warehouse", new)
    keys.put("warehouse", old)
    (opening,) = (s for s in next_keys.secrets(keys, "warehouse") if rotation.opens(home.live, s))
    assert opening == (new if renamed else old)
    told = rotation.warehouse(home)
    assert ("cut short" in told.what) is renamed
    assert rows(home.open(home.live, read_only=True)) == WHOLE
    assert not (keys.folder / "next").exists()


def test_of_two_secrets_the_one_that_opens_the_file_is_taken(home, keys):
    """None waits; one waits and the file is the old one's; the file is the new one's; there is no file; neither's."""
    old = keys.secret("warehouse")
    assert rotation.fitting(keys, home.live) == old
    new = next_keys.begin(keys, "warehouse")
    assert rotation.fitting(keys, home.live) == old
    home.live.unlink()
    assert rotation.fitting(keys, home.live) == old
    fill(warehouse_file.connect(home.live, new))
    assert rotation.fitting(keys, home.live) == new
    home.live.unlink()
    fill(warehouse_file.connect(home.live, None))
    assert rotation.fitting(keys, home.live) == old


def test_a_warehouse_in_the_clear_is_encrypted(tmp_path, keys):
    home = Home(tmp_path, keys, Settings("required", "file", False))
    fill(warehouse_file.connect(home.live, None))
    before = keys.secret("warehouse")
    told = rotation.warehouse(home)
    assert "encrypted now" in told.what
    assert keys.secret("warehouse") == before
    assert rotation.opens(home.live, before)
    assert b"landing" not in home.live.read_bytes()
    assert rows(home.open(home.live, read_only=True)) == WHOLE


def test_what_was_not_copied_whole_is_seen():
    """A row that is missing, and a value that is another; a column may be called as a table is."""
    with duckdb.connect() as connection:
        for name, value in (("one", 1), ("other", 1), ("less", 1), ("another", 2)):
            connection.execute(
                f"attach ':memory:' as {name}; create table {name}.t as select {value} as n, 'x' as t"
            )
        connection.execute("insert into one.t values (5, null); insert into other.t values (5, null)")
        sums = {name: rotation.sums(connection, name) for name in ("one", "other", "less", "another")}
    assert sums["one"] == sums["other"]
    assert len({str(s) for s in sums.values()}) == 3


@pytest.mark.parametrize(
    ("settings", "says", "code"),
    [(Settings(), "not encrypted", 2), (Settings("required", "file", False), "no warehouse yet", 4)],
)
def test_a_change_that_makes_no_sense_is_refused(tmp_path, keys, settings, says, code):
    with pytest.raises(Refusal, match=says) as refused:
        rotation.warehouse(Home(tmp_path, keys, settings))
    assert refused.value.code == code


def test_a_service_changes_its_credentials_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    given = Keys(tmp_path / "credentials")
    given.new("vault")
    keys = Keys(tmp_path / "keys", "credential")
    new = next_keys.begin(keys, "vault")
    with pytest.raises(Refusal, match="among the credentials") as refused:
        next_keys.end(keys, "vault")
    assert refused.value.code == 4
    assert next_keys.secrets(keys, "vault") == (given.secret("vault"), new)
    given.put("vault", new)
    assert next_keys.ended(keys, "vault")


def test_with_the_key_of_the_warehouse_the_night_before_goes_too(tmp_path):
    """It lies under the old key."""
    from typer.testing import CliRunner

    import warehouse

    (tmp_path / "settings.toml").write_text('encryption = "required"\n', "utf-8")
    kept = warehouse.Home(tmp_path)
    for name in ("warehouse", "vault", "identity"):
        kept.keys.new(name)
    fill(warehouse_file.connect(kept.live, kept.warehouse_key))
    (tmp_path / "warehouse.previous.duckdb").write_bytes(kept.live.read_bytes())
    done = CliRunner().invoke(warehouse.app, ["--home", str(tmp_path), "key", "rotate", "warehouse"])
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "warehouse.previous.duckdb").exists()


def test_keys_are_made_and_named_and_never_shown(tmp_path):
    from typer.testing import CliRunner

    import warehouse

    def command(*words: str) -> tuple[str, int]:
        done = CliRunner().invoke(warehouse.app, ["--home", str(tmp_path / "home"), "key", *words])
        return done.output, done.exit_code

    said, _ = command("new", "vault")
    secret = Keys(tmp_path / "home" / "keys").secret("vault")
    assert said.startswith(f"key vault {key_id(secret)}: made.")
    assert command("show-id", "vault") == (f"{key_id(secret)}\n", 0)
    assert command("new", "vault")[1] == 2
    assert command("rotate", "nonsense") == (
        "There is no key nonsense. There are pseudonym, warehouse, vault, identity, backup.\n",
        2,
    )
    said, code = command("rotate", "backup")
    assert code == 2 and said.endswith("warehouse key new backup. The next backup copies everything anew.\n")
    assert not [
        p
        for p in tmp_path.rglob("*")
        if p.is_file() and p.suffix != ".key" and secret.encode() in p.read_bytes()
    ]
