"""Whether nights still end well: the age of the last good one, said by exit code, in a sentence and to a machine."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

import plain
import warehouse
from operations import terminal, watch
from operations.readonly import Answer
from refusal import Refusal
from tests.operations.mailbox import mail_server

NOW = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)
DAY = timedelta(hours=26)
TOO_OLD = "it may be 26 hours. See why with warehouse doctor, then run: warehouse nightly"


@pytest.fixture
def nights(tmp_path):
    """A home whose nights ended when and how they are said to: (hours ago, status)."""
    home = warehouse.Home(tmp_path)

    def made(*ended: tuple[float, str], now: datetime = NOW) -> warehouse.Home:
        with home.open(home.live) as connection:
            connection.execute("create schema landing")
            connection.execute(
                "create table landing.runs (started_at timestamptz, finished_at timestamptz, status varchar)"
            )
            for number, (hours, status) in enumerate(ended):
                row = [now + timedelta(days=3650, seconds=number), now - timedelta(hours=hours), status]
                connection.execute("insert into landing.runs values (?, ?, ?)", row)
        return home

    return made


def age(home) -> watch.Age:
    with home.reading() as connection:
        return watch.age(connection, DAY, NOW)


@pytest.mark.parametrize(
    ("ended", "late", "says"),
    [
        ([(5, "published")], False, "The last good night ended 2026-11-22T03:15:00Z, 5 hours ago."),
        ([(26, "published")], False, "The last good night ended 2026-11-21T06:15:00Z, 26 hours ago."),
        (
            [(26.01, "published")],
            True,
            f"The last good night ended 2026-11-21T06:14:24Z, 26.1 hours ago; {TOO_OLD}",
        ),
        (
            [(50, "published"), (29, "published"), (5, "running")],
            True,
            f"The last good night ended 2026-11-21T03:15:00Z, 29 hours ago; {TOO_OLD}",
        ),
        ([(5, "running")], True, "No night has ended well yet. Run: warehouse nightly"),
    ],
)
def test_the_age_is_that_of_the_last_night_published(nights, ended, late, says):
    found = age(nights(*ended))
    assert (found.late, found.says) == (late, says)


@pytest.mark.faults(108)
def test_a_clock_that_has_gone_back_is_no_good_night(nights):
    found = age(nights((-24, "published")))
    assert found.late
    assert found.says == (
        "The last good night ended 2026-11-23T08:15:00Z, which is still to come: "
        "the clock of this machine has gone back. Set it right."
    )


@pytest.mark.faults(108)
def test_a_night_of_a_time_to_come_is_forgotten_when_another_ended_since(nights):
    """Nights keep their order whatever the clock says, so the last is the last."""
    assert age(nights((-87_600, "published"), (5, "published"))).hours == 5


@pytest.mark.faults(107)
@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "UTC"])
def test_hours_are_hours_whatever_the_machines_clock_shows(nights, monkeypatch, zone):
    """Over the night the clocks go back, 26 hours are 26 hours."""
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        now = datetime(2026, 10, 25, 8, 15, tzinfo=UTC)
        home = nights((25.9, "published"), now=now)
        with home.reading() as connection:
            found = watch.age(connection, DAY, now)
        assert (found.hours, found.late, f"{found.ended:%Y-%m-%dT%H:%M}Z") == (
            25.9,
            False,
            "2026-10-24T06:21Z",
        )
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("text", "hours"), [("26h", 26), ("2d", 48), (" 1h ", 1)])
def test_an_age_is_hours_or_days(text, hours):
    assert watch.allowed(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["26", "h", "-1h", "26 hours", "999999h", "\x1b[2J"])
def test_anything_else_is_refused(text):
    with pytest.raises(Refusal, match=r"is no age\. Write 26h or 2d\.") as told:
        watch.allowed(text)
    assert str(told.value).isprintable()


def status(home, *words: str):
    return CliRunner().invoke(warehouse.app, ["--home", str(home.root), "status", *words])


def test_the_command_says_it_to_a_person_and_to_a_machine(nights):
    home = nights((30, "published"), now=datetime.now(UTC))
    done = status(home, "--max-age", "26h")
    assert (done.exit_code, done.stdout) == (1, "")
    assert re.search(r", 30(\.1)? hours ago; ", done.stderr) and done.stderr.endswith(f"{TOO_OLD}\n")
    done = status(home, "--max-age", "2d")
    assert (done.exit_code, done.stderr, done.stdout.endswith(" hours ago.\n")) == (0, "", True)
    done = status(home, "--max-age", "26h", "--json")
    (told,) = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (told["age_hours"] >= 30, told["max_age_hours"], told["late"]) == (True, 26.0, True)


def test_without_a_warehouse_the_watch_says_so(tmp_path):
    done = status(warehouse.Home(tmp_path), "--max-age", "26h")
    assert (done.exit_code, done.stderr) == (4, "There is no warehouse yet. Run: warehouse nightly\n")


def test_the_watch_tells_it_by_e_mail_where_it_is_asked_to(nights):
    home = nights((30, "published"), now=datetime.now(UTC))
    with mail_server() as box:
        (home.root / "settings.toml").write_text(
            f'[notify]\nhost = "127.0.0.1"\nport = {box.port}\nsecurity = "off"\nfrom = "a@b.c"\nto = ["d@e.f"]\n'
        )
        assert status(home, "--max-age", "26h").exit_code == 1
        assert box.letters == []
        assert status(home, "--max-age", "26h", "--tell").exit_code == 1
        assert status(home, "--max-age", "2d", "--tell").exit_code == 0
    (letter,) = box.letters
    assert letter["Subject"] == "Warehouse: nights have stopped"
    assert re.fullmatch(
        r"The last good night ended 30\S* hours ago.\nOn the server: warehouse doctor\n", box.texts()[0]
    )


STEERING = "a\x1b[2J\x9b31m\u202e\u2066\r\n[red]:smile: b"


@pytest.mark.faults(81)
def test_nothing_shown_steers_the_terminal_or_is_changed_by_markup(capsys):
    terminal.show_rows(Answer((STEERING,), [(STEERING,)]), False)
    shown = capsys.readouterr().out
    assert [c for c in shown if not c.isprintable() and c != "\n"] == []
    assert shown.count("[red]:smile: b") == 2
    terminal.show_rows(Answer((STEERING,), [(STEERING,)]), False, as_csv=True)
    assert [c for c in capsys.readouterr().out if not c.isprintable() and c != "\n"] == []
    terminal.show_rows(Answer((STEERING,), [(STEERING,)]), True)
    assert capsys.readouterr().out.isascii()


def test_a_sentence_of_several_lines_cannot_pass_for_one_of_ours():
    said = plain.lines("x\x1b[1A.csv is refused.\nAll is well.\u2028All is well.")
    assert said == "x\ufffd[1A.csv is refused.\n  All is well.\ufffdAll is well."


@pytest.mark.faults(79)
@pytest.mark.parametrize("text", ["=1+1", "+44", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠x"])
def test_text_is_no_formula_in_a_csv_and_a_number_stays_a_number(capsys, text):
    terminal.show_rows(Answer(("t", "n"), [(text, -2)]), False, as_csv=True)
    cell = capsys.readouterr().out.split("\n")[1].split(",")
    assert cell[0].startswith("'") and cell[1] == "-2"


def test_a_held_file_must_be_acted_on():
    from ingest.submissions import Fate, Outcome

    held = Outcome("R05", "SYP", "2024-05", "a.csv", Fate("held", "F005 fewer rows."), 0.1, 1)
    assert terminal.exit_code([held]) == 1
