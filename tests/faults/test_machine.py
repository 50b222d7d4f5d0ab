"""The machine at its strangest: two nights at once, readers, little memory, no network, other clocks and tongues."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from operations import build, clock, faults, previous, warehouse_file
from refusal import Refusal
from tests.faults import forked
from tests.faults.test_kill import digest, whole
from tests.faults.test_stop import held

HERE = Path(__file__).parents[2]
CASE = "council-codes-old-and-new"
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="nights are forked")


@forks
@pytest.mark.faults(92)
def test_a_second_night_is_told_of_the_first_which_goes_on(nights, small, home):
    forked.sent(home, "2024-02")
    first = held(nights, home, small, "copied")
    second = nights.run(home, project=small)
    (home.parent / "fifo").write_text("go on")
    assert second.code == 4
    told = rf"Another night is running: run \d{{8}}T\d{{6}}Z{first.pid} by process {first.pid} since \S+\. Wait for it to end\.\n"
    assert re.fullmatch(told, second.err), second.err
    assert first.end().code == 0
    assert whole(home) == {"2024-01": 3, "2024-02": 3}


@forks
@pytest.mark.faults(98, 99)
def test_who_reads_keeps_the_old_figures_and_who_writes_changes_none(home, night):
    """An analyst opened the live file to write: the night publishes nonetheless, and nothing of theirs is in it.

    Had their log stayed beside the new file, whoever opened that next would have played it in.
    """
    live = home / "warehouse.duckdb"
    with duckdb.connect(str(live)) as analyst:
        analyst.execute(
            "insert into landing.runs (run_id, started_at, status) values ('mine', now(), 'published')"
        )
        assert live.with_name("warehouse.duckdb.wal").exists()
        forked.sent(home, "2024-02")
        done = night()
        assert (done.code, done.err) == (0, "")
        assert not live.with_name("warehouse.duckdb.wal").exists()
    with duckdb.connect(str(live), read_only=True) as reader:
        forked.sent(home, "2024-03")
        assert night().code == 0
        months = "select count(*) from landing.submissions"
        assert reader.execute(months).fetchone() == (2,)
        assert not reader.execute("from landing.runs where run_id = 'mine'").fetchall()
    assert whole(home) == {"2024-01": 3, "2024-02": 3, "2024-03": 3}


@forks
@pytest.mark.faults(105)
@pytest.mark.parametrize("spare", [48 << 20])
def test_with_too_little_memory_a_night_ends_in_a_sentence(spare, home, night):
    forked.sent(home, "2024-02")
    before = digest(home)
    done = night(spare=spare)
    assert (done.code, digest(home)) == (4, before), done
    assert "Traceback" not in done.err and done.err.endswith("The last good night is still served.\n")


@pytest.mark.faults(105)
@pytest.mark.parametrize("problem", [MemoryError(), RuntimeError("can't start new thread")])
def test_memory_that_is_used_up_is_told_as_such(problem, tmp_path):
    code, says = faults.tell(problem, tmp_path / "faults")
    assert (code, says[: says.index(".")]) == (4, "Memory is used up")


def clock_at(moment: datetime) -> float:
    """How wrong a clock is that says so."""
    return (moment - datetime.now(UTC)).total_seconds()


def runs(home: Path) -> list[tuple[str, datetime]]:
    """The nights in the order of their names."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute("select run_id, started_at from landing.runs order by run_id").fetchall()


@forks
@pytest.mark.faults(107)
def test_half_past_one_twice_and_half_past_one_not_at_all(home, night):
    """The night of 31 October 2027 comes to 01:30 twice in London; on 28 March there is none."""
    london = {"zone": "Europe/London"}
    moments = [
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        *(datetime(2027, 10, 31, h, 30, tzinfo=UTC) for h in (0, 1)),
    ]
    forked.sent(home, "2024-02")
    first = [night(**london, clock=clock_at(moment)) for moment in moments[:2]]
    forked.sent(home, "2024-02")
    again = night(**london, clock=clock_at(moments[2]))
    assert [done.code for done in (*first, again)] == [0, 0, 0]
    assert whole(home) == {"2024-01": 3, "2024-02": 3}
    assert [name[:13] for name, _ in runs(home)[1:]] == [f"{m:%Y%m%dT%H%M}" for m in moments]
    assert [began.replace(second=0, microsecond=0) for _, began in runs(home)[1:]] == moments


@forks
@pytest.mark.faults(108)
def test_a_clock_that_went_back_is_told_of_and_turns_nothing_back(home, night):
    """A correction that comes while the clock is a day behind is still the later word."""
    forked.sent(home, "2024-01", rows_each=4)
    before = runs(home)[-1]
    done = night(clock=-86400.0)
    assert done.code == 1 and done.err.startswith("The clock of this machine may be wrong: it says ")
    assert whole_now(home) == {"2024-01": 4}
    assert runs(home)[0] == before and runs(home)[1][1] == before[1] + timedelta(seconds=1)
    done = night("purge", "--do", clock=3660 * 86400.0)
    assert done.code == 4 and done.err.endswith("Nothing was deleted.\n")


def whole_now(home: Path) -> dict[str, int]:
    """The rows of each month as its current submission has them."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        told = "select period, rows_accepted from landing.submissions where status like 'accepted%'"
        return dict(connection.execute(told).fetchall())


@pytest.mark.faults(108)
@pytest.mark.parametrize(
    ("days", "is_told"), [(-1, True), (0, False), (1, False), (399, False), (3660, True)]
)
def test_a_clock_is_doubted_that_went_back_or_leapt(days, is_told):
    last = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    now = last + timedelta(days=days)
    assert (clock.doubt(last, now) is not None) is is_told
    assert clock.after(last, now) > last
    assert clock.doubt(None, now) is None


@pytest.fixture
def database(tmp_path) -> Path:
    """A warehouse file with what the small project reads."""
    path = tmp_path / "work" / "w.duckdb"
    path.parent.mkdir()
    with warehouse_file.connect(path, None) as made:
        made.execute("create schema accepted; create table accepted.pol_incident (submission_id int)")
    return path


MORE_MEMORY = (
    'The database needs more memory than it is given. Write memory = "4GB", or more where the machine has it, '
    "into settings.toml, and run this again."
)


def unbuilt(project: Path, database: Path, **settings: str) -> tuple[int, str]:
    with pytest.raises(Refusal) as refused:
        build.build(project, database, database.parent / "cache", **settings)
    return refused.value.code, str(refused.value)


@pytest.mark.faults(110)
def test_what_failed_half_way_is_named_and_what_was_not_built_because_of_it(database, tmp_path):
    project = forked.small_project(tmp_path / "project")
    (project / "models" / "broken.sql").write_text("select error('Zephaba Quillenaba') as x")
    (project / "models" / "rests_on_it.sql").write_text("select * from {{ ref('broken') }}")
    assert unbuilt(project, database) == (
        3,
        "Not published: broken failed. Because of that, not built: rests_on_it. The last good night is still served.",
    )


@pytest.mark.faults(111)
def test_a_build_that_finds_nothing_to_do_is_a_failure(database, tmp_path):
    project = forked.small_project(tmp_path / "project")
    for path in (project / "models").rglob("*.sql"):
        path.unlink()
    assert unbuilt(project, database) == (
        3,
        "Not published: the build found nothing to do. The last good night is still served.",
    )


@pytest.mark.faults(105)
def test_a_build_that_needs_more_memory_than_it_is_given_is_told_what_gives_it_more(database, tmp_path):
    project = forked.small_project(tmp_path / "project")
    (project / "models" / "large.sql").write_text("select array_agg(range) as x from range(8000000)")
    code, says = unbuilt(project, database, memory="60MB")
    assert (code, says) == (
        4,
        f"Not published: large failed. {MORE_MEMORY} The last good night is still served.",
    )
    assert build.build(project, database, database.parent / "cache", memory="500MB").nodes == 3


@pytest.mark.faults(113)
def test_a_dbt_that_breaks_is_our_fault_and_stops_the_night(database, tmp_path):
    project = forked.small_project(tmp_path / "project")
    (project / "dbt_project.yml").write_text("name: [Zephaba Quillenaba")
    code, says = unbuilt(project, database)
    assert (code, says.startswith("The core data set was not built: ")) == (5, True)
    assert "Zephaba" not in says


@pytest.mark.faults(113)
def test_what_dbt_kept_of_the_night_before_may_be_rubbish(database, tmp_path):
    project, cache = forked.small_project(tmp_path / "project"), database.parent / "cache"
    cache.mkdir()
    (cache / "partial_parse.msgpack").write_bytes(b"\xc1rubbish")
    assert build.build(project, database, cache).nodes == 2


@pytest.mark.faults(115, 118)
def test_without_a_network_in_another_tongue_zone_folder_and_order_the_tables_are_the_same(
    after_case, tmp_path
):
    """One night of a process of its own, strange in every way at once; each table's rows, and a hash of them."""
    usual = after_case(CASE)
    home = tmp_path / "home"
    shutil.copytree(usual.parsed, home / "cache", ignore=shutil.ignore_patterns("run"))
    strange = {"LC_ALL": "tr_TR.UTF-8", "LANG": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "118"}
    line = [sys.executable, HERE / "warehouse.py", "--home", home, "nightly", "--json"]
    line += ["--inbox", HERE / "tests" / "cases" / CASE / "sent"]
    alone = next((w for w in (["unshare", "-n"], ["unshare", "-rn"]) if forked.works(w)), [])
    command = [*alone, "sh", "-c", 'umask 077; cd /; exec "$@"', "-", *map(str, line)]
    done = subprocess.run(command, env={**os.environ, **strange}, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    assert json.loads(done.stdout)["submissions"]
    assert tables(home / "warehouse.duckdb") == tables(usual.live)
    if not alone:
        pytest.skip("the tables are the same, but this machine does not let a process leave the network")


def tables(path: Path) -> dict[str, list]:
    """Each table's rows and a hash of them, but for the ledger, which tells of the night itself."""
    found = previous.read_whole(warehouse_file_of, path)
    return {name: told for name, told in found.items() if not name.startswith("landing.")}


def warehouse_file_of(path: Path, read_only: bool = True):
    """Open a warehouse file that is not encrypted; days are London's, as dbt has them."""
    connection = warehouse_file.connect(path, None, read_only)
    connection.execute("set timezone = 'Europe/London'")
    return connection
