"""Pseudonyms against Python's own HMAC, and the key's file."""

from __future__ import annotations

import hashlib
import hmac
import os

import duckdb
import pytest

from ingest import identity
from refusal import Refusal


def test_the_sql_is_hmac_sha256():
    key = identity.throwaway()
    with duckdb.connect() as connection:
        identity.prepare(connection, key)
        ids = [f"372|{n}" for n in range(1000)] + ["", "caf\u00e9"]
        ours = connection.execute("select pseudonym(x) from (select unnest(?) as x)", [ids]).fetchall()
    assert [o for (o,) in ours] == [hmac.new(key.secret, i.encode(), hashlib.sha256).hexdigest() for i in ids]


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "keys" / "pseudonym.key"
    made = identity.open_key(path)
    assert identity.open_key(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert made.secret.hex() not in repr(made)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_key_others_may_read_is_refused(tmp_path):
    path = tmp_path / "pseudonym.key"
    identity.open_key(path)
    path.chmod(0o644)
    with pytest.raises(Refusal, match="may be read by others") as refused:
        identity.open_key(path)
    assert refused.value.code == 4


def test_a_key_that_is_none_is_refused(tmp_path):
    path = tmp_path / "pseudonym.key"
    path.write_text("not a key")
    path.chmod(0o600)
    with pytest.raises(Refusal, match="64 hexadecimal digits"):
        identity.open_key(path)
