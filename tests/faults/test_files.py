"""Every fault that comes in by the inbox ends as the matrix says, alone and with others."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from importlib import import_module
from inspect import isgeneratorfunction
from itertools import permutations
from pathlib import Path
from pkgutil import iter_modules

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import headers, inbox, loading, readers, receiving, vault
from ingest.after import clear
from ingest.night import take_in
from ingest.reading import Sent
from ingest.sealing import Passing
from ingest.vault import NoFile, StillArriving, nowhere
from tests.conftest import CASES
from tests.faults import bad
from tests.faults.bad import COLUMNS, MAKERS, put, text
from tests.faults.bad import rows as good_rows
from tests.faults.matrix import Row, rows
from tests.faults.trial import SEEDS, county, judge

for module in iter_modules(bad.__path__):
    import_module(f"{bad.__name__}.{module.name}")  # which registers its makers
MADE = {row.name: row for row in rows() if row.name in MAKERS}
# A maker that sends a good file too would change the figures.
ALONE = [n for n in MADE if n != "5-manifest" and not isgeneratorfunction(MAKERS[n])]
REFUSED = sorted(n for n in ALONE if MADE[n].outcome == "R")
CASE = "missing-across-the-month-end"
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=name, marks=pytest.mark.faults(row.number)) for name, row in MADE.items()]
)
def test_a_bad_file_ends_as_the_matrix_says(row: Row, tmp_path):
    with county(tmp_path) as tried:
        tried.send(row.name)
        judge(tried, row)


def test_every_maker_has_its_row():
    assert set(MAKERS) <= set(MADE)


@pytest.mark.faults(22)
def test_columns_in_any_order_give_the_same_table(tmp_path):
    found = set()
    for number, first in enumerate(permutations(COLUMNS[:5])):
        out = tmp_path / str(number)
        out.mkdir()
        path = put(out, text(good_rows(3), [*first, *COLUMNS[5:]]))
        (table,) = readers.read_csv(Sent(path, "sent.csv"), out).tables
        read, sent = loading.source(table)
        found.add(repr(duckdb.sql(f"select {', '.join(sent[c] for c in COLUMNS)} from {read}").fetchall()))
    assert len(found) == 1
    assert "'R2', 'N', '1', 'I2'" in found.pop()


@pytest.mark.faults(26)
@relaxed
@given(st.data())
def test_a_header_in_any_case_with_any_spaces_is_known(data):
    space = st.sampled_from(["_", " ", "  ", "\u00a0", "-", " - "])
    edge = st.sampled_from(["", " ", "\u00a0"])

    def vary(name: str) -> str:
        parts = [data.draw(st.sampled_from([str.upper, str.title, str.lower]))(p) for p in name.split("_")]
        return data.draw(edge) + data.draw(space).join(parts) + data.draw(edge)

    found = headers.identify([vary(name) for name in COLUMNS], 1)
    assert (found.name, found.columns) == ("pol_incident", tuple(COLUMNS))


@pytest.mark.faults(31)
@settings(relaxed, max_examples=40)
@given(name=st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=60))
def test_whatever_a_file_is_called_it_lies_in_the_vault_under_its_hash_alone(name, tmp_path_factory):
    if name.startswith(".") or len(os.fsencode(name)) > 255:
        return
    folder = tmp_path_factory.mktemp("named")
    put(folder / "inbox", "a,b\n", name, "SYP")
    (arrival,) = inbox.arrivals(folder / "inbox", {"SYP"})
    kept = nowhere(folder / "read").keep(arrival.path)
    assert arrival.name.isprintable()
    assert kept.path == folder / "read" / kept.sha256
    assert sorted(p.name for p in folder.iterdir()) == ["inbox", "read"]
    assert [p.name for p in (folder / "read").iterdir()] == [kept.sha256]


@pytest.mark.faults(31)
def test_a_name_as_long_as_a_name_can_be_is_received(tmp_path):
    sent = put(tmp_path, text(good_rows(2)), "n" * 251 + ".csv", "sent")
    ((target, done),) = receiving.receive([sent], tmp_path / "inbox", "SYP", "2024-05", None, None)
    assert (target.name, done) == (sent.name, "received")
    assert [p.name for p in target.parent.iterdir()] == [sent.name]


@pytest.mark.faults(32)
@pytest.mark.skipif(os.name != "posix", reason="Windows lets nobody read a socket or a device as a file")
def test_a_device_is_not_opened(tmp_path):
    with pytest.raises(NoFile):
        nowhere(tmp_path / "read").keep(Path("/dev/zero"))
    assert list((tmp_path / "read").iterdir()) == []


@pytest.mark.faults(33)
def test_a_file_that_grows_while_it_is_read_waits_for_the_next_night(tmp_path, monkeypatch):
    path = put(tmp_path, bytes(4 << 20))

    class Growing(Passing):
        """The sender writes as fast as we read: to its end such a file would never be read."""

        def read(self, size: int = -1) -> bytes:
            with path.open("ab") as sender:
                sender.write(bytes(1 << 20))
            return super().read(size)

    monkeypatch.setattr(vault, "Passing", Growing)
    with pytest.raises(StillArriving):
        nowhere(tmp_path / "read").keep(path)
    assert list((tmp_path / "read").iterdir()) == []


def night_on(tried, arrived):
    """A night on what was seen in the inbox a moment ago."""
    context = tried.context(tried.now())
    tried.nights.append(take_in(tried.connection, arrived, context, lambda *_: None))
    return tried.nights[-1]


def gone(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    other = path.with_name(".other")
    other.write_text(text(good_rows(3)))
    other.replace(path)


def linked(path: Path) -> None:
    secret = path.parents[3] / "secret"
    secret.write_text(bad.PLANTED)
    path.unlink()
    path.symlink_to(secret)


@pytest.mark.faults(34)
@pytest.mark.parametrize(
    ("change", "name", "left"), [(gone, "deleted", 0), (replaced, "replaced", 1), (linked, "linked", 1)]
)
def test_what_takes_a_files_place_is_taken_whole_or_waits(change, name, left, tmp_path):
    """Between the list and the reading, and again: what lies there in the end is not what was seen, so it stays."""
    row = next(r for r in rows() if r.name == f"34-{name}")
    with county(tmp_path) as tried:
        path = put(tried.inbox, text(good_rows(2)))
        arrived = inbox.arrivals(tried.inbox, {"SYP"})
        change(path)
        outcomes = night_on(tried, arrived)
        judge(tried, row)
        clear(arrived, outcomes, tried.inbox)
        assert len([p for p in tried.inbox.rglob("*") if p.is_symlink() or p.is_file()]) == left
        if name == "replaced":
            assert [o.fate.rows_accepted for o in outcomes] == [3]


def mixed(names: list[str], into: Path, aside: Path) -> int:
    """The files of several makers in one inbox, each below a folder of its own; how many there are."""
    files = 0
    for number, name in enumerate(names):
        made = aside / str(number)
        made.mkdir(parents=True)
        MAKERS[name](made)
        for path in sorted(made.rglob("*")):
            if path.name.startswith(".") or (path.is_dir() and not path.is_symlink()):
                continue
            parts = path.relative_to(made).parts
            target = into.joinpath(*parts[:-1], f"mix-{number}", parts[-1]) if len(parts) > 1 else into / name
            if len(parts) == 1 and path.is_symlink() and path.is_dir():
                target = into / f"link-{number}"
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
            files += not path.name.startswith("good")
    return files


@pytest.mark.faults(120)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_mix_of_refused_files_leaves_the_good_ones_as_they_are(seed, tmp_path):
    names = random.Random(seed).sample(REFUSED, 20)
    with county(tmp_path) as tried:
        put(
            tried.inbox,
            text(good_rows(5, received_at="2024-04-14T21:40:00+01:00")),
            "good.csv",
            "SYP/2024-04",
        )
        files = mixed(names, tried.inbox, tmp_path / "made")
        outcomes = tried.night()
        refused = [o for o in outcomes if o.fate.status == "refused"]
        assert len(refused) == files == len({(o.organisation_code, o.file_name) for o in refused})
        told = sorted((o.fate.says or "").split()[0] for o in refused)
        assert told == sorted(MADE[name].code for name in names)
        good = [o.fate for o in outcomes if o.file_name.endswith("good.csv")]
        assert [(f.status, f.rows_accepted) for f in good] == [("accepted", 5)]
        assert tried.connection.execute("select count(*) from accepted.pol_incident").fetchone() == (5,)


@pytest.mark.faults(120)
def test_a_night_of_bad_files_gives_the_figures_of_a_night_without(after_case, tmp_path):
    """The whole command, in a process of its own."""
    without = after_case(CASE)
    root = tmp_path / "home"
    shutil.copytree(without.parsed, root / "cache", ignore=shutil.ignore_patterns("run"))
    sent = shutil.copytree(CASES / CASE / "sent", tmp_path / "sent")
    names = random.Random(120).sample(REFUSED, 25)
    files = mixed(names, sent, tmp_path / "made")
    line = [sys.executable, "-m", "warehouse", "--home", root, "nightly", "--inbox", sent, "--json"]
    done = subprocess.run(line, cwd=SEEDS.parent, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr
    refused = [o for o in json.loads(done.stdout)["submissions"] if o["status"] == "refused"]
    assert len(refused) == files
    assert figures(root / "warehouse.duckdb") == figures(without.live)


def figures(live: Path) -> list[tuple]:
    with duckdb.connect(str(live), read_only=True) as connection:
        return connection.execute("from marts.fct_indicator_values order by all").fetchall()
