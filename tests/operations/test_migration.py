"""A warehouse of an older version is upgraded with every row it had; one we do not know is refused and not touched."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from pathlib import Path

import duckdb
import pytest

from expectations.standard import standard
from ingest import migration, tables
from operations import warehouse_file
from refusal import Refusal
from tests.operations import older

LATER = migration.Step(
    3, "a sender's own number is kept", ("alter table landing.submissions add column own varchar",)
)


@pytest.fixture(params=older.VERSIONS)
def old(request, tmp_path) -> Path:
    """A warehouse file of an older version."""
    path = tmp_path / "warehouse.duckdb"
    with closing(warehouse_file.connect(path, None)) as connection:
        older.load(connection, request.param)
    return path


def rows(connection, like: dict | None = None) -> dict[str, tuple]:
    """Of each table its columns and all its rows; `like` another, its tables and its columns only."""
    names = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('landing', 'accepted', 'quarantine')"
    ).fetchall()
    found = {}
    for name in like or [name for (name,) in names]:
        told = like[name][0] if like else [c[0] for c in connection.execute(f"describe {name}").fetchall()]
        listed = ", ".join(f'"{column}"' for column in told)
        found[name] = told, connection.execute(f"select {listed} from {name} order by all").fetchall()
    return found


@cache
def fresh() -> list[tuple]:
    """Every column of a warehouse that is new."""
    with duckdb.connect(":memory:") as connection:
        tables.create(connection, standard())
        return columns(connection)


def columns(connection) -> list[tuple]:
    return connection.execute(
        "select schema_name, table_name, column_name, data_type, is_nullable, column_index from duckdb_columns() "
        "where schema_name in ('landing', 'accepted', 'quarantine') and table_name <> 'key_schemes' order by all"
    ).fetchall()


@pytest.mark.faults(117)
def test_an_older_warehouse_becomes_one_of_ours_and_keeps_every_row(old):
    with closing(warehouse_file.connect(old, None)) as connection:
        before = rows(connection)
        tables.create(connection, standard())
        after = rows(connection, before)
        assert columns(connection) == fresh()
        assert migration.version(connection) == migration.NOW
        made = "select schema_name || '.' || table_name from duckdb_tables()"
        assert {name for (name,) in connection.execute(made).fetchall()} & set(older.GONE) == set()
    assert after == before
    assert sum(len(found) for _, found in before.values()) > 60


def test_what_is_of_our_format_is_left_as_it_is(old):
    with closing(warehouse_file.connect(old, None)) as connection:
        tables.create(connection, standard())
        assert migration.upgrade(connection) == 0
        assert connection.execute("select count(*) from landing.format").fetchone() == (1,)


def test_each_step_is_taken_once_and_in_order():
    with duckdb.connect(":memory:") as connection:
        tables.create(connection, standard())
        assert migration.upgrade(connection, (*migration.STEPS, LATER)) == 1
        assert "own" in [c[0] for c in connection.execute("describe landing.submissions").fetchall()]
        assert migration.upgrade(connection, (*migration.STEPS, LATER)) == 0
    assert [step.to for step in migration.STEPS] == list(range(2, migration.NOW + 1))


def refused(connection, *steps: migration.Step) -> str:
    with pytest.raises(Refusal) as told:
        migration.upgrade(connection, steps or migration.STEPS)
    assert told.value.code == 4
    return str(told.value)


@pytest.mark.faults(104)
def test_a_newer_format_is_refused_with_its_number_and_what_to_do():
    with duckdb.connect(":memory:") as connection:
        tables.create(connection, standard())
        connection.execute("insert into landing.format values (7, now())")
        before = columns(connection)
        assert refused(connection) == (
            f"The warehouse is of format 7, written by a newer version of the project; this one knows {migration.NOW}. "
            "Nothing was changed. Run the newer version again, or go back: warehouse restore --previous"
        )
        assert columns(connection) == before


def test_a_format_no_step_begins_at_is_refused_with_the_command():
    with duckdb.connect(":memory:") as connection:
        tables.create(connection, standard())
        says = refused(connection, migration.Step(9, "much later", ()))
        assert says.startswith(f"The warehouse is of format {migration.NOW}; this version begins with 8.")
        assert says.endswith("warehouse nightly")


def test_a_database_that_is_no_warehouse_is_refused():
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema landing; create table landing.runs (i int)")
        assert refused(connection).startswith("This is no warehouse any version of ours made")
