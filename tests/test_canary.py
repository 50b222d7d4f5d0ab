"""Two thousand planted children and hostile text on every path, nights killed on the way: none is told, nothing steers."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import house
import warehouse
from expectations.standard import standard
from operations.settings import PRODUCTION
from tests.faults import forked
from tests.planted import hostile
from tests.planted.children import planted as children
from tests.planted.commands import COMMANDS, ELSEWHERE, ENDS, TELLS, commands, named
from tests.planted.searching import in_text, leaks
from tests.planted.sending import EACH, send
from tests.planted.steering import steering, wrong

# What is locked away, and what has not been taken in yet: it lies as its sender left it.
APART = ("vault", "identity", "inbox", "keys")
WRITTEN = ("out", "findings", "releases", "audit", "log", "worklists", "faults", "notices", "certificates")


@pytest.fixture(scope="module")
def kill(tmp_path_factory):
    """Run a night that is killed at a failpoint, with a dbt project of two models: what is built comes after."""
    folder = tmp_path_factory.mktemp("killed")
    nights, small = forked.open_nights(folder / "nights"), forked.small_project(folder / "small")
    yield lambda home, point: nights.run(
        home, "nightly", project=small, env={"WAREHOUSE_FAILPOINT": f"{point}:kill"}
    )
    nights.close()


def run(home: Path, *words: str):
    """The same in this process, which has loaded already what each of its own would spend seconds on."""
    return CliRunner().invoke(warehouse.app, ["--home", str(home), *words], input="a password\n")


@dataclass(frozen=True)
class Sent:
    """A home that was sent what it should not tell: every planted value, and what of the home was found clean."""

    home: Path
    values: set[str]
    clean: set[str]

    def leaks(self) -> dict[str, list[str]]:
        return leaks(self.home, self.values, APART, self.clean)

    def ask(self, sql: str) -> list[str]:
        """The first column of a query."""
        return run(self.home, "query", sql, "--csv").stdout.split("\n")[1:-1]


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Sent:
    """Everything planted is sent, and nothing taken in yet."""
    home = tmp_path_factory.mktemp("canary")
    return Sent(home, send(home / "inbox"), set())


@pytest.fixture(scope="module")
def after_a_night(sent, parsed, kill):
    """The same after two nights that were killed, the second in the midst of linkage, and one that was not.

    Before the last a reply and hostile files come too.
    """
    home, values = sent.home, sent.values
    hostile.incidents(home / "inbox")
    killed = kill(home, "accepted")
    assert killed.code == -signal.SIGKILL
    assert sent.leaks() == {}
    linking = kill(home, "linking")
    assert (linking.code, "tried again" in linking.err) == (1, True)
    assert in_text(linking.out + linking.err, values) == []
    assert sent.leaks() == {}
    shutil.rmtree(home / "cache")
    shutil.copytree(parsed, home / "cache")
    (book,) = (home / "findings" / "SYP").glob("R04_*")
    hostile.reply(book, home / "inbox", children(0, 1)[0])
    hostile.others(home / "inbox")
    night = run(home, "nightly")
    assert (night.exit_code, night.stderr) == (1, "")
    assert in_text(linking.out + night.output, values) == []
    assert steering(linking.out + linking.err + night.output) == []
    return sent


def test_the_search_finds_what_is_there(sent):
    """Every file sent is found to tell, packed or not: a search that finds nothing proves nothing by itself."""
    inbox = sent.home / "inbox"
    if not (inbox / "ROT").exists():
        pytest.skip("the inbox was taken in by another test")
    names = {p.name for p in inbox.rglob("*") if p.is_file()}
    assert {Path(name).name for name in leaks(inbox, sent.values, ())} == names


@pytest.mark.faults(114)
def test_the_night_took_them_in_and_none_is_told(after_a_night):
    assert int(*after_a_night.ask("select count(*) from core.dim_person_keys")) > 900
    assert after_a_night.leaks() == {}
    assert sum(1 for _ in (after_a_night.home / "vault").rglob("*.age")) >= 12


@pytest.mark.faults(79, 81)
def test_hostile_files_have_their_fates(after_a_night):
    """What is taken, held, refused and answered of them: what is looked at below is truly there."""
    told = after_a_night.ask(
        "select concat_ws(' ', return_code, organisation_code, period, status, rows_accepted, rows_quarantined) "
        "from landing.submissions where run_id = (select max(run_id) from landing.submissions) order by all"
    )
    assert told == [
        "R01 SYP 2024-03 accepted 1 0",
        "R05 SYP 2024-03 accepted 1 0",
        "R09 ROT 2024-05 accepted 1 0",
        "R14 ROT 2024-03 accepted 1 0",
        "R19 ROT 2024-05 accepted 1 0",
        "R24 VOL 2024-05 accepted with findings 1 0",
        "R25 ROT 2024-05 accepted 1 0",
        "R25 SYP 2024-05 accepted 1 0",
        "SYP 2024-05 held 0 0",
        "SYP accepted with findings 1 3",  # the reply: one warning is explained
        "VOL refused 0 0",
        "refused 0 0",
    ]
    kept = after_a_night.ask("select explanation from landing.explanations")
    assert len(kept) == 1 and hostile.TAGS[0] in kept[0]


def test_every_command_is_looked_at():
    known = commands(warehouse.app)
    assert {named(words, known) for words in COMMANDS} | ELSEWHERE == known


@pytest.fixture(scope="module")
def told(after_a_night, tmp_path_factory) -> tuple[Sent, Path, dict[tuple[str, ...], Result]]:
    """Every command run on it: (the home, a folder away from it, what each printed)."""
    ask, away = after_a_night.ask, tmp_path_factory.mktemp("away")
    (held,) = ask("select submission_id from landing.submissions where status = 'held'")
    (replied,) = ask("select submission_id from landing.explanations")
    sha256 = ask("select sha256 from landing.submissions where return_code = 'R25'")[0]
    about = {"held": held, "replied": replied, "sha256": sha256, "key": children(EACH, 1)[0].person_key}
    about |= {"child": standard()["pol_incident"].accepted["person_key"]}
    about |= {"keys": after_a_night.home / "keys"}
    about |= {"out": after_a_night.home / "out", "away": away, "strange": hostile.strange(away)}
    return after_a_night, away, dict(_run_all(after_a_night.home, about))


def _run_all(home: Path, about: dict) -> Iterator[tuple[tuple[str, ...], Result]]:
    for words in COMMANDS:
        for kind, pattern in (("release", "proposed/*"), ("restricted", "restricted-*")):
            about[kind] = max((p.name for p in (home / "releases").glob(pattern)), default="none")
        with pytest.MonkeyPatch.context() as patch:
            if words[:2] == ("release", "approve"):  # it takes a second person, and here is one
                patch.setattr(house.Home, "person", "colleague")
            yield words, run(home, *(w.format(**about) if w.startswith("{") else w for w in words))


@pytest.mark.faults(114)
def test_no_command_tells_any_of_them(told):
    sent, _, done = told
    for words, ended in done.items():
        codes = next(((code,) for begin, code in ENDS.items() if words[: len(begin)] == begin), (0, 1))
        assert ended.exit_code in codes, (words, ended.output)
        assert in_text(ended.output, sent.values) == [], words
    assert sent.leaks() == {}


@pytest.mark.faults(79, 80, 81)
def test_nothing_a_command_tells_or_writes_steers_or_runs(told):
    """Nothing printed steers; no cell is a formula, no page has a script, no name of a file deceives."""
    sent, away, done = told
    assert {words: found for words, ended in done.items() if (found := steering(ended.output))} == {}
    known = commands(warehouse.app)
    assert {named(words, known) for words, ended in done.items() if hostile.MARK in ended.output} >= TELLS
    (away / "names.xlsx").rename(sent.home / "out" / "names.xlsx")
    found = {name: wrong(folder) for name in WRITTEN if (folder := sent.home / name).exists()}
    assert {name: said for name, said in found.items() if said} == {}
    assert {*found} >= {"out", "findings", "releases", "audit", "log"}


def test_encrypted_nothing_can_be_read_at_all(tmp_path, parsed, kill):
    """In production settings neither the planted values nor the pseudonyms nor a place name stand in the open."""
    (tmp_path / "settings.toml").write_text(PRODUCTION)
    shutil.copytree(parsed, tmp_path / "cache")
    values = send(tmp_path / "inbox")
    for name in ("pseudonym", "warehouse", "vault", "identity"):
        assert run(tmp_path, "key", "new", name).exit_code == 0
    for sender in ("SHE", "DON", "BAR"):
        shutil.rmtree(tmp_path / "inbox" / sender)
    assert run(tmp_path, "nightly").exit_code == 1
    live = tmp_path / "warehouse.duckdb"
    assert b"pol_missing_episode" not in live.read_bytes()
    clean = set()
    assert leaks(tmp_path, values, APART, clean) == {}
    before = live.read_bytes()
    killed = kill(tmp_path, "built")
    assert killed.code == -signal.SIGKILL
    assert live.read_bytes() == before
    assert (tmp_path / "work" / live.name).stat().st_size >= len(before)
    assert leaks(tmp_path, values, APART, clean) == {}
    (tmp_path / "keys" / "warehouse.key").rename(tmp_path / "keys" / "elsewhere")
    refused = run(tmp_path, "status")
    assert (refused.exit_code, "warehouse key new warehouse" in refused.stderr) == (4, True)
