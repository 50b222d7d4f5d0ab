"""A home's settings: what they take, and what is said of what they do not."""

from __future__ import annotations

import duckdb
import pytest

from house import Home
from operations import build
from operations.settings import PRODUCTION, Notify, Settings, read
from refusal import Refusal


def test_without_a_file_the_demos_settings_hold(tmp_path):
    assert read(tmp_path / "settings.toml") == Settings("off", "file", is_demo=True)


def test_more_memory_does_not_make_the_demo_a_production(tmp_path):
    (tmp_path / "settings.toml").write_text('memory = "4GB"')
    assert read(tmp_path / "settings.toml") == Settings(is_demo=True, memory="4GB")


def test_production_encrypts(tmp_path):
    (tmp_path / "settings.toml").write_text(PRODUCTION)
    assert read(tmp_path / "settings.toml") == Settings("required", "file", is_demo=False)


@pytest.fixture
def built(monkeypatch) -> list[str]:
    """The memory each build was given; none is made."""
    given: list[str] = []

    def recorded(*_, memory: str, **__):
        given.append(memory)
        raise Refusal("enough")

    monkeypatch.setattr(build, "build", recorded)
    return given


def test_the_database_is_given_the_memory_that_the_settings_say(tmp_path, built):
    """In the night's own connection and in dbt's: 2 GB are 1.8 GiB, as the database tells them."""
    (tmp_path / "settings.toml").write_text('memory = "2GB"')
    with pytest.raises(Refusal, match="enough"), Home(tmp_path).changing() as change:
        (held,) = change.connection.execute("select current_setting('memory_limit')").fetchone()
    assert (held, built) == ("1.8 GiB", ["2GB"])


def test_a_build_as_at_a_moment_is_given_it_too(tmp_path, built):
    (tmp_path / "settings.toml").write_text('memory = "2GB"')
    home = Home(tmp_path)
    duckdb.connect(str(home.live)).close()
    with pytest.raises(Refusal, match="enough"), home.reading("2025-03-31"):
        pass
    assert built == ["2GB"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('encryption = "on"', "encryption is one of required, off, not 'on'."),
        ('colour = "red"', "there is no setting colour. There are encryption, keys, memory, notify."),
        ("encryption = ", "cannot be read as TOML"),
        ("memory = 4", 'memory is a size, as memory = "1500MB" or "4GB".'),
        ('memory = "1MB"', "memory is a size, as memory ="),
        ('memory = "99999999GB"', "memory is a size, as memory ="),
        ('memory = "4 GB; reset x"', 'memory is a size, as memory = "1500MB" or "4GB".'),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, says):
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(Refusal) as told:
        read(tmp_path / "settings.toml")
    assert told.value.code == 4 and says in str(told.value)


GOOD = {
    "host": '"mail.example.org"',
    "from": '"warehouse@example.org"',
    "to": '["night.officer@example.org", "deputy@example.org"]',
}


def notify(folder, **settings: str) -> Settings:
    """The settings of a file whose table [notify] is the good one with these in it; an empty one is left out."""
    lines = [f"{name} = {value}" for name, value in {**GOOD, **settings}.items() if value]
    (folder / "settings.toml").write_text("\n".join([PRODUCTION, "[notify]", *lines]))
    return read(folder / "settings.toml")


@pytest.mark.parametrize(("security", "port"), [("", 587), ("starttls", 587), ("tls", 465), ("off", 25)])
def test_nobody_is_told_unless_the_settings_say_whom_and_by_which_server(tmp_path, security, port):
    assert read(tmp_path / "settings.toml").notify is None
    to = ("night.officer@example.org", "deputy@example.org")
    assert notify(tmp_path, security=security and f'"{security}"') == Settings(
        "required",
        "file",
        False,
        Notify("mail.example.org", "warehouse@example.org", to, port, security or "starttls"),
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("host", "", 'host is missing: the name of the mail server, as host = "mail.example.org".'),
        ("host", '"a b"', "host is not right: the name of the mail server"),
        ("from", '"a@b\\nBcc: c@d"', "from is not right: one address"),
        ("to", '"a@b"', "to is not right: a list of addresses"),
        ("to", "[]", "to is not right: a list of addresses"),
        ("to", '["a@b", "c"]', "to is not right: a list of addresses"),
        ("port", '"587"', "port is not right: a number, as port = 587."),
        ("port", "70000", "port is not right"),
        ("port", "true", "port is not right"),
        ("security", '"ssl"', "security is not right: one of starttls, tls, off."),
        ("security", "[]", "security is not right"),
        ("when", '"never"', "when is not right: one of always, act."),
        ("user", '"two words"', 'user is not right: a name, as user = "warehouse".'),
        ("colour", '"red"', "has no setting colour. There are host, from, to, port, security, user, when."),
        ("password", '"secret"', "The password is the key smtp: warehouse notify password."),
    ],
)
def test_what_is_wrong_in_notify_is_named_and_not_repeated(tmp_path, name, value, says):
    with pytest.raises(Refusal) as told:
        notify(tmp_path, **{name: value})
    said = str(told.value).partition("[notify] ")[2]
    assert told.value.code == 4 and says in said
    assert not value or value.strip('"') not in said.replace(says, "")


def test_no_password_goes_over_the_net_in_the_clear(tmp_path):
    with pytest.raises(
        Refusal, match=r"no password goes over the net in the clear; set security = \"tls\"\."
    ):
        notify(tmp_path, security='"off"', user='"warehouse"')
    assert notify(tmp_path, security='"off"', user='"warehouse"', host='"127.0.0.1"').notify.user


def test_notify_is_a_table(tmp_path):
    (tmp_path / "settings.toml").write_text("notify = true")
    with pytest.raises(Refusal, match=r"write \[notify\] on a line of its own"):
        read(tmp_path / "settings.toml")
