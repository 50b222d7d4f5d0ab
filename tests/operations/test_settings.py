"""A home's settings: what they take, and what is said of what they do not."""

from __future__ import annotations

import pytest

from operations.settings import PRODUCTION, Settings, read
from refusal import Refusal


def test_without_a_file_the_demos_settings_hold(tmp_path):
    assert read(tmp_path / "settings.toml") == Settings("off", "file", is_demo=True)


def test_production_encrypts(tmp_path):
    (tmp_path / "settings.toml").write_text(PRODUCTION)
    assert read(tmp_path / "settings.toml") == Settings("required", "file", is_demo=False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('encryption = "on"', "encryption is one of required, off, not 'on'."),
        ('colour = "red"', "there is no setting colour. There are encryption, keys."),
        ("encryption = ", "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, says):
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(Refusal) as told:
        read(tmp_path / "settings.toml")
    assert told.value.code == 4 and says in str(told.value)
