"""Lets Great Expectations run its own SQL on a DuckDB connection that is already open.

No kept package does this on these versions, so this is the one piece of glue we write for ourselves: the
PostgreSQL dialect, spoken to DuckDB. It keeps the name `postgresql` so that Great Expectations writes its
PostgreSQL, and buffers each result as it is executed, because Great Expectations reads it late. Drop it
when Great Expectations has an engine for DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect
from sqlalchemy.pool import NullPool

URL = "postgresql+duckdb://"


class Cursor:
    """A DB-API cursor over a DuckDB connection; rows are fetched when executed."""

    arraysize = 1

    def __init__(self, connection):
        self._connection = connection
        self._rows: list[tuple] = []
        self.description: list[tuple] | None = None
        self.rowcount = -1

    def execute(self, statement: str, parameters: Any = ()) -> None:
        self._connection.execute(statement, list(parameters or ()))
        self.description = self._connection.description
        self._rows = self._connection.fetchall() if self.description else []
        self.rowcount = len(self._rows)

    def fetchone(self) -> tuple | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple]:
        taken, self._rows = self._rows[: size or 1], self._rows[size or 1 :]
        return taken

    def fetchall(self) -> list[tuple]:
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        self._rows = []


class Connection:
    """A DB-API connection that never commits, rolls back or closes the loader's own."""

    def __init__(self, connection):
        self._connection = connection

    def cursor(self) -> Cursor:
        return Cursor(self._connection)

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...


class DbApi:
    """The DB-API module SQLAlchemy asks for."""

    paramstyle = "qmark"
    apilevel, threadsafety = "2.0", 1

    class Error(Exception): ...

    InterfaceError = DatabaseError = DataError = OperationalError = Error
    IntegrityError = InternalError = ProgrammingError = NotSupportedError = Error


class Compiler(PGCompiler):
    """DuckDB's `~` means a full match in one version and a search in another: say it in words."""

    def visit_custom_op_binary(self, binary, operator, **kw) -> str:
        if operator.opstring not in ("~", "!~"):
            return super().visit_custom_op_binary(binary, operator, **kw)
        left, right = self.process(binary.left, **kw), self.process(binary.right, **kw)
        return f"{'not ' if operator.opstring == '!~' else ''}regexp_matches({left}, {right})"

    def visit_regexp_match_op_binary(self, binary, operator, **kw) -> str:
        left, right = self.process(binary.left, **kw), self.process(binary.right, **kw)
        return f"regexp_matches({left}, {right})"


class DuckDBDialect(PGDialect):
    """PostgreSQL's dialect over DuckDB, as far as Great Expectations needs it."""

    driver = "duckdb"
    statement_compiler = Compiler
    supports_statement_cache = False
    default_paramstyle = "qmark"

    @classmethod
    def import_dbapi(cls):
        return DbApi

    @classmethod
    def get_pool_class(cls, url):
        return NullPool

    def initialize(self, connection) -> None:
        self.default_schema_name = "main"
        self.server_version_info = (15, 0)

    def get_columns(self, connection, table_name, schema=None, **kw) -> list[dict]:
        rows = connection.execute(
            sa.text(
                "select column_name, data_type, is_nullable from duckdb_columns() "
                "where table_name = :t order by column_index"
            ),
            {"t": table_name},
        ).fetchall()
        return [{"name": r[0], "type": _type(r[1]), "nullable": r[2], "default": None} for r in rows]

    def has_table(self, connection, table_name, schema=None, **kw) -> bool:
        return bool(self.get_columns(connection, table_name))

    def get_schema_names(self, connection, **kw) -> list[str]:
        return ["main"]

    def get_pk_constraint(self, connection, table_name, schema=None, **kw) -> dict:
        return {"constrained_columns": [], "name": None}


TYPES = {
    "BIGINT": sa.BigInteger,
    "BOOLEAN": sa.Boolean,
    "DATE": sa.Date,
    "DECIMAL": sa.Numeric,
    "INTEGER": sa.Integer,
    "TIMESTAMP WITH TIME ZONE": sa.TIMESTAMP,
}


def _type(duckdb_type: str):
    return TYPES.get(duckdb_type.partition("(")[0], sa.String)()


registry.register("postgresql.duckdb", __name__, "DuckDBDialect")


def creator(connection) -> Callable[[], Connection]:
    """What `create_engine(URL, creator=…)` asks for: the connection already open."""
    return lambda *_, **__: Connection(connection)
