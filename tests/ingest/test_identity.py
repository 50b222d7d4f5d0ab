"""Pseudonyms against Python's own HMAC, the key's id, and a warehouse held to its key."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import duckdb
import pytest

from expectations.standard import standard
from ingest import identity, key_schemes, tables
from ingest.identity import Key
from ingest.national.values import SCHEME
from refusal import Refusal

NOW = datetime(2024, 6, 10, tzinfo=UTC)
PATTERN = next(f.pattern for f in standard()["lac_episode"].fields if f.name == "person_key_scheme")


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        tables.create(connection, standard())
        yield connection


def test_the_sql_is_hmac_sha256():
    key = identity.throwaway()
    with duckdb.connect() as connection:
        identity.prepare(connection, key)
        ids = [f"372|{n}" for n in range(1000)] + ["", "caf\u00e9"]
        ours = connection.execute("select pseudonym(x) from (select unnest(?) as x)", [ids]).fetchall()
    assert [o for (o,) in ours] == [hmac.new(key.secret, i.encode(), hashlib.sha256).hexdigest() for i in ids]


def test_two_keys_stand_side_by_side():
    old, new = identity.throwaway(), identity.throwaway()
    with duckdb.connect() as connection:
        identity.prepare(connection, old)
        identity.prepare(connection, new, "renamed")
        row = connection.execute(
            "select pseudonym('x'), renamed('x'), pseudonym_scheme('S'), renamed_scheme('S')"
        )
        told = row.fetchone()
    assert told[:2] == tuple(hmac.new(k.secret, b"x", hashlib.sha256).hexdigest() for k in (old, new))
    assert told[2:] == (f"S-{old.id}", f"S-{new.id}")


def test_a_key_tells_its_id_and_no_more():
    key = Key.of("0f" * 32)
    assert key.secret == b"\x0f" * 32
    assert key.id == hmac.new(("0f" * 32).encode(), b"key id", hashlib.sha256).hexdigest()[:8]
    assert "0f" not in repr(key)


def test_a_scheme_with_its_keys_id_fits_where_schemes_stand(warehouse):
    (value,) = warehouse.execute(
        "select regexp_full_match(?, ?)", [identity.own_scheme(SCHEME, identity.throwaway()), PATTERN]
    ).fetchone()
    assert value


def test_a_warehouse_is_held_to_its_key(warehouse):
    key, other = identity.throwaway(), identity.throwaway()
    assert key_schemes.key_id(warehouse) is None
    key_schemes.hold(warehouse, key, NOW)
    key_schemes.hold(warehouse, key, NOW)
    assert warehouse.execute("from landing.key_schemes").fetchall() == [(SCHEME, key.id, NOW)]
    with pytest.raises(Refusal, match=f"{key.id}; the one in place is {other.id}") as refused:
        key_schemes.hold(warehouse, other, NOW)
    assert refused.value.code == 4


def test_rows_of_an_older_version_get_the_id_of_their_key(warehouse):
    key = identity.throwaway()
    for scheme in (SCHEME, "SY1"):
        warehouse.execute(
            "insert into accepted.lac_episode by name select 1 as submission_id, ? as person_key_scheme",
            [scheme],
        )
    key_schemes.hold(warehouse, key, NOW)
    found = warehouse.execute("select person_key_scheme from accepted.lac_episode order by all").fetchall()
    assert found == [(f"{SCHEME}-{key.id}",), ("SY1",)]
