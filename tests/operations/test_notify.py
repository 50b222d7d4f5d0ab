"""Somebody is told of a night: counts only, however it ends; what cannot be sent undoes nothing and is sent later."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections import Counter

import pytest
from filelock import FileLock
from typer.testing import CliRunner

import warehouse
from ingest.submissions import Fate, Outcome
from operations import log, notify, watch
from operations.notify import Night, Notice, of_night, waiting
from tests.operations.mailbox import certificate, mail_server

PLANTED = "Zephaba"
WORD = "correct horse"


def home_of(folder, port: int, **more) -> warehouse.Home:
    """A home whose nights are told by a mail server on this machine."""
    told = {"host": "127.0.0.1", "port": port, "from": "warehouse@example.org", "security": "off", **more}
    lines = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
    lines.append('to = ["night.officer@example.org", "deputy@example.org"]')
    (folder / "settings.toml").write_text("[notify]\n" + "\n".join(lines) + "\n")
    return warehouse.Home(folder)


def closed_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


OUTCOMES = [
    Outcome("R05", "SYP", "2024-05", f"{PLANTED}.csv", Fate("accepted", None, 1200, 1200), 1.5, 1),
    Outcome("R05", "SYP", "2024-06", "b.csv", Fate("accepted with findings", None, 50, 40, 8, 2), 0.25, 2),
    Outcome(None, None, None, f"{PLANTED}/c.csv", Fate("refused", f"F001 {PLANTED}.csv is empty."), 0.1, 3),
]
TEXT = """Night 20261122T031500Z77: published, exit code 1.
Submissions: 1 accepted, 1 accepted with findings, 1 refused.
Rows: 1,250 read, 1,240 accepted, 8 quarantined, 2 skipped.
Somebody must act. On the server: warehouse status
"""


def run(home, outcomes=OUTCOMES, says=()) -> int:
    """A night that was published, as the command has it watched; its exit code."""
    with watch.watched(home) as seen:
        seen.began("20261122T031500Z77")
        for one in says:
            seen.tell(one)
        seen.outcomes = outcomes
    return seen.exit_code


def test_a_notice_tells_counts_and_what_to_do(tmp_path):
    with mail_server() as box:
        home = home_of(tmp_path, box.port)
        assert run(home, says=[f"The agreement {PLANTED} ends."]) == 1
    (letter,) = box.letters
    assert letter["Subject"] == "Warehouse: night published, exit code 1"
    assert (letter["From"], letter["To"]) == (
        "warehouse@example.org",
        "night.officer@example.org, deputy@example.org",
    )
    assert letter["Message-ID"].endswith("@example.org>")
    assert box.texts() == [TEXT]
    assert waiting(home) == []


def test_no_value_name_or_sentence_comes_into_it(tmp_path):
    with mail_server() as box:
        run(home_of(tmp_path, box.port), says=[f"{PLANTED} is said."])
    assert PLANTED not in "".join(line for _, line in box.heard) + box.letters[0].as_string()


def test_without_settings_nobody_is_told_and_nothing_waits(tmp_path):
    home = warehouse.Home(tmp_path)
    assert run(home) == 1
    assert not (tmp_path / "notices").exists()


@pytest.mark.faults(116)
def test_a_notice_that_cannot_be_sent_undoes_nothing_and_goes_with_the_next(tmp_path, capsys):
    """A closed port: the load stands, exit 1 with a sentence; the next night sends both."""
    home = home_of(tmp_path, port := closed_port())
    with home.open(home.live) as connection:
        connection.execute("create table loaded as select 1 as row")
    before = hashlib.sha256(home.live.read_bytes()).digest()
    assert run(home, outcomes=[OUTCOMES[0]]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"The notice could not be sent by 127.0.0.1, port {port}: Connection refused. What was published stands; "
        "it is tried again next night. To try now: warehouse notify test\n"
    )
    assert len(waiting(home)) == 1
    assert os.name != "posix" or waiting(home)[0].stat().st_mode & 0o077 == 0
    assert hashlib.sha256(home.live.read_bytes()).digest() == before
    with mail_server(port=port) as box:
        assert run(home, outcomes=[]) == 0
    assert [letter["Subject"][-1] for letter in box.letters] == ["0", "0"]
    assert box.texts()[0].startswith("Night 20261122T031500Z77: published, exit code 0.\nSubmissions: 1 acc")
    assert waiting(home) == []


@pytest.mark.parametrize(
    ("server", "says"),
    [
        ({"refuses": "RCPT"}, "it takes none of the addresses"),
        ({"refuses": "MAIL"}, "it answered 550"),
        ({"refuses": "DATA"}, "it answered 550"),
        ({"hangs_up_at": "DATA"}, "it hung up"),
    ],
)
@pytest.mark.faults(116)
def test_whatever_a_mail_server_does_the_night_ends_as_it_did(tmp_path, capsys, server, says):
    with mail_server(**server) as box:
        home = home_of(tmp_path, box.port)
        assert run(home, outcomes=[]) == 1
    assert f": {says}. What was published stands" in capsys.readouterr().err
    assert len(waiting(home)) == 1


def test_a_password_goes_to_a_trusted_server_only_and_never_in_the_clear(tmp_path, monkeypatch, capsys):
    pem = certificate(tmp_path)
    with mail_server(pem, password=WORD) as box:
        home = home_of(tmp_path, box.port, security="starttls", user="warehouse")
        home.keys.put(notify.PASSWORD, WORD)
        assert run(home, outcomes=[]) == 1
        assert "its certificate is not trusted here" in capsys.readouterr().err
        assert [line for _, line in box.heard if line.startswith(("AUTH", "MAIL"))] == []
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert run(home, outcomes=[]) == 0
    assert len(box.letters) == 2
    assert {encrypted for encrypted, line in box.heard if line.startswith(("AUTH", "MAIL"))} == {True}


def test_a_server_without_encryption_is_told_nothing(tmp_path, capsys):
    with mail_server(password=WORD) as box:
        home = home_of(tmp_path, box.port, security="starttls", user="warehouse")
        home.keys.put(notify.PASSWORD, WORD)
        assert run(home, outcomes=[]) == 1
    assert "it does not offer what the settings ask for" in capsys.readouterr().err
    assert box.letters == [] and {line.split()[0].upper() for _, line in box.heard} == {"EHLO"}


def test_a_wrong_password_is_a_sentence_that_repeats_nothing(tmp_path, monkeypatch, capsys):
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with mail_server(pem, password=WORD) as box:
        home = home_of(tmp_path, box.port, security="starttls", user="warehouse")
        assert run(home, outcomes=[]) == 1
        assert "The password of the mail server is missing. Run: warehouse notify password" in (
            capsys.readouterr().err
        )
        home.keys.put(notify.PASSWORD, "battery staple")
        assert run(home, outcomes=[]) == 1
    said = capsys.readouterr().err
    assert "it answered 535" in said and PLANTED not in said and "battery" not in said


def test_only_what_must_be_acted_on_where_the_settings_say_so(tmp_path):
    with mail_server() as box:
        home = home_of(tmp_path, box.port, when="act")
        assert run(home, outcomes=[OUTCOMES[0]]) == 0
        assert box.letters == []
        assert run(home) == 1
    assert box.texts() == [TEXT]


def test_a_night_that_cannot_begin_is_told_too(tmp_path):
    """By the command itself: the lock is another's, so nothing is published, and somebody hears of it."""
    with mail_server() as box, FileLock(tmp_path / "night.lock"):
        home_of(tmp_path, box.port)
        done = CliRunner().invoke(warehouse.app, ["--home", str(tmp_path), "nightly"])
    assert (done.exit_code, "Another night is running" in done.stderr) == (4, True)
    assert "".join(box.texts()).splitlines() == [
        "Night not begun: not published, exit code 4.",
        "Readers are served the last good night, whole.",
        notify.ENDED[4],
    ]
    (line,) = [json.loads(x) for x in (tmp_path / "log" / log.NAME).read_text().splitlines()][:1]
    assert (line["event"], line["status"], line["exit"]) == ("night ended", "not published", 4)


def test_an_interrupted_night_waits_for_no_mail_server(tmp_path, capsys):
    home = home_of(tmp_path, closed_port())

    def cut_short():
        with watch.watched(home) as seen:
            seen.began("20261122T031500Z77")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_short()
    assert capsys.readouterr().err == "" and len(waiting(home)) == 1
    assert waiting(home)[0].read_text().startswith("Warehouse: night not published, exit code 130\n")


def test_settings_that_cannot_be_read_hide_nothing(tmp_path):
    (tmp_path / "settings.toml").write_text("[notify]\n")
    assert run(warehouse.Home(tmp_path)) == 1


def test_no_more_wait_than_a_month_tells(tmp_path):
    home = home_of(tmp_path, closed_port())
    for number in range(notify.KEPT + 3):
        notify.deliver(home, Notice(f"number {number}", "text\n"), later=True)
    assert [p.read_text().split("\n")[0] for p in waiting(home)] == [
        f"number {n}" for n in range(3, notify.KEPT + 3)
    ]


def test_every_exit_code_says_what_to_do():
    for code in (0, 1, 3, 4, 5, 130, 143):
        text = of_night(Night("20261122T031500Z77", code, code < 2, Counter(), Counter())).text
        assert text.splitlines()[-1] == notify.ENDED[code]
    assert of_night(Night(None, 0, True)).text.splitlines()[1:3] == [
        "Submissions: none.",
        "Rows: 0 read, 0 accepted, 0 quarantined, 0 skipped.",
    ]


def command(home, *words: str, typed: str | None = None):
    return CliRunner().invoke(warehouse.app, ["--home", str(home.root), "notify", *words], input=typed)


def test_the_command_sends_a_test_with_whatever_waits(tmp_path):
    silent = command(warehouse.Home(tmp_path), "test")
    assert (silent.exit_code, "has no [notify]" in silent.stderr) == (2, True)
    with mail_server() as box:
        home = home_of(tmp_path, box.port)
        notify.deliver(home, Notice("before", "text\n"), later=True)
        done = command(home, "test")
    assert (done.exit_code, done.stdout) == (0, "Sent.\n")
    assert [letter["Subject"] for letter in box.letters] == ["before", "Warehouse: a test"]
    failed = command(home, "test")
    assert (failed.exit_code, "Connection refused" in failed.stderr) == (1, True)


def test_the_password_is_kept_among_the_keys(tmp_path):
    home = warehouse.Home(tmp_path)
    done = command(home, "password", typed=f"{WORD}\n")
    assert (done.exit_code, WORD in done.output) == (0, False)
    path = tmp_path / "keys" / "smtp.key"
    assert path.read_text() == f"{WORD}\n"
    assert os.name != "posix" or path.stat().st_mode & 0o777 == 0o600
    nothing = command(home, "password", typed="\n")
    assert (nothing.exit_code, "No password was given" in nothing.stderr) == (2, True)
    assert path.read_text() == f"{WORD}\n"
