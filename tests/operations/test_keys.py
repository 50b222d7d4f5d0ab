"""Keys: where they are kept, what they refuse, and that they never show themselves."""

from __future__ import annotations

import os
import stat

import pytest

from ingest.identity import key_id
from operations.keys import NAMES, Keys, fresh
from refusal import Refusal


@pytest.fixture
def keys(tmp_path) -> Keys:
    return Keys(tmp_path / "keys")


def refused(call, *given) -> tuple[int, str]:
    with pytest.raises(Refusal) as told:
        call(*given)
    return told.value.code, str(told.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_new_key_is_its_owners_alone_and_comes_back_the_same(keys, name):
    keys.new(name)
    path = keys.folder / f"{name}.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.folder.stat().st_mode) == 0o700
    assert keys.secret(name) == Keys(keys.folder).secret(name)
    assert len(key_id(keys.secret(name))) == 8 and key_id(keys.secret(name)) not in keys.secret(name)


def test_a_key_is_never_made_over_another(keys):
    keys.new("vault")
    before = keys.secret("vault")
    _, says = refused(keys.new, "vault")
    assert says == "The key vault is there already. To change it: warehouse key rotate vault"
    assert keys.secret("vault") == before


def test_a_missing_key_says_how_to_make_it_and_the_demos_is_made_at_first_use(keys):
    code, says = refused(keys.secret, "warehouse")
    assert code == 4
    assert says.endswith("Run: warehouse key new warehouse")
    assert len(Keys(keys.folder, made_at_first_use=True).secret("warehouse")) == 64


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_key_others_may_read_is_not_used(keys):
    keys.new("pseudonym")
    path = keys.folder / "pseudonym.key"
    path.chmod(0o644)
    assert refused(keys.secret, "pseudonym") == (
        4,
        f"The key file {path} may be read by others. Run: chmod 600 {path}",
    )


@pytest.mark.parametrize(
    ("name", "text"), [("pseudonym", "x" * 64), ("warehouse", "ab"), ("vault", "AGE-SECRET-KEY-1")]
)
def test_what_is_no_key_is_said_to_be_none_and_is_not_repeated(keys, name, text):
    keys.new(name)
    (keys.folder / f"{name}.key").write_text(text)
    code, says = refused(keys.secret, name)
    assert code == 4 and "Put the right key back" in says
    assert text not in says.replace(str(keys.folder), "")


def test_the_public_half_is_enough_to_lock_away(keys):
    from pyrage import decrypt, encrypt, x25519

    keys.new("vault")
    secret = keys.secret("vault")
    (keys.folder / "vault.key").unlink()
    locked = encrypt(b"made up", [x25519.Recipient.from_str(keys.public("vault"))])
    assert not keys.has("vault")
    assert decrypt(locked, [x25519.Identity.from_str(secret)]) == b"made up"


def test_the_public_half_is_asked_for_without_one_being_made(keys):
    assert keys.public_if_there("identity") is None
    assert not keys.folder.exists()
    keys.new("identity")
    public = keys.public("identity")
    (keys.folder / "identity.key").unlink()
    assert keys.public_if_there("identity") == public
    assert not keys.has("identity")
    demo = Keys(keys.folder / "demo", made_at_first_use=True)
    assert demo.public_if_there("identity") == demo.public("identity") != public


def test_a_service_brings_its_credentials_and_they_are_not_written(keys, tmp_path, monkeypatch):
    given = tmp_path / "credentials"
    given.mkdir()
    secret = fresh("warehouse")
    (given / "warehouse.key").write_text(secret)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    service = Keys(keys.folder, "credential")
    assert service.secret("warehouse") == secret
    assert refused(service.put, "warehouse", secret)[0] == 4
    assert not keys.folder.exists()


def test_the_keyring_is_asked_where_the_settings_say_so(keys, monkeypatch):
    import keyring
    from keyring.backend import KeyringBackend

    held = {}

    class InMemory(KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return held.get((service, username))

        def set_password(self, service, username, password):
            held[service, username] = password

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        ring = Keys(keys.folder, "keyring")
        ring.new("identity")
        assert ring.secret("identity").startswith("AGE-SECRET-KEY-1")
        assert [p.name for p in keys.folder.iterdir()] == ["identity.pub"]
    finally:
        keyring.set_keyring(before)


def test_a_machine_without_a_keyring_says_so(keys):
    import keyring
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        assert refused(Keys(keys.folder, "keyring").secret, "vault")[0] == 4
    finally:
        keyring.set_keyring(before)
