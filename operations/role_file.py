"""The file built for a role: made new and empty, and filled with what is granted, table by table.

Nothing of the warehouse is copied as it lies: no block, no catalog, no comment, no statistics; so nothing that
is not granted can be left in a corner of the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from operations import audit, warehouse_file
from operations.roles import Grant, Role
from refusal import Refusal

BATCH = 50_000  # rows on their way from one file to the other
MEMORY = "500MB"
RELEASED, AUDIT = "released", "audit"  # schemas a grant may name that lie outside the warehouse
TRUTH = "truth.parquet"  # the figures as they are: a manifest names them, no public release may hold them
LOG = "seq bigint, noted_at timestamptz, person varchar, action varchar, facts varchar, previous varchar, sha256 varchar"


@dataclass(frozen=True)
class Copied:
    """A table of the file, and how many rows it has."""

    table: str
    rows: int


@dataclass(frozen=True)
class Sources:
    """Where granted tables are read from: the warehouse, and beside it what was published and the audit."""

    warehouse: object
    beside: object

    def of(self, schema: str):
        return self.beside if schema in (RELEASED, AUDIT) else self.warehouse


def build(
    role: Role,
    sources: Sources,
    given: dict,
    out: Path,
    key: str | None,
    note: Callable[[list[Copied]], None],
) -> list[Copied]:
    """Build the file of a role → what is in it; encrypted where `key`, 64 hex digits, is given.

    `note` is told what was written before the file gets its name, so that none is there unnoted. Refusal where
    there is a file of that name, or it cannot be written.
    """
    if out.exists():
        raise Refusal(f"{out} is there already, and is never overwritten. Choose another --out.")
    if not out.parent.is_dir():
        raise Refusal(f"There is no folder {out.parent}. Make it, or choose another --out.")
    try:
        with tempfile.TemporaryDirectory(prefix=".export-", dir=out.parent) as folder:
            draft = Path(folder) / "role.duckdb"
            with closing(warehouse_file.connect(draft, key)) as target:
                target.execute(f"set memory_limit = '{MEMORY}'")
                target.execute("set threads = 1")
                copied = list(copy(role, sources, target, given))
                if not copied:
                    raise Refusal(f"There is nothing {role.name} may see: {role.sees}. There is none yet.")
                target.execute("checkpoint")
            draft.chmod(0o600)
            note(copied)
            _place(draft, out)
    except duckdb.IOException as problem:
        raise Refusal(f"{out} cannot be written ({type(problem).__name__}). Is the disk full?", 4) from None
    return copied


def _place(draft: Path, out: Path) -> None:
    """Give the file its name, if nobody has meanwhile; where the disk knows no second names, by a rename."""
    try:
        os.link(draft, out)
    except FileExistsError:
        raise Refusal(f"{out} is there already, and is never overwritten. Choose another --out.") from None
    except OSError:
        draft.rename(out)


def copy(role: Role, sources: Sources, target, given: dict[str, str | None]) -> Iterator[Copied]:
    """Write what a role is granted into an empty database; each table as it is done."""
    for grant in role.grants:
        source = sources.of(grant.schema_name)
        there = {
            t: _columns(source, grant, t) for t in grant.tables.among(_tables(source, grant.schema_name))
        }
        _refuse_a_slip(role, grant, there)
        for table, columns in there.items():
            if (granted := grant.columns.among(columns)) and (
                types := _types(source, grant, table, granted, given)
            ):
                yield _copy(source, target, grant, table, types, given)


def _tables(source, schema: str) -> list[str]:
    rows = source.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = current_database() and table_schema = ? order by 1",
        [schema],
    ).fetchall()
    return [name for (name,) in rows]


def _columns(source, grant: Grant, table: str) -> list[str]:
    rows = source.execute(
        "select column_name from information_schema.columns where table_catalog = current_database() "
        "and table_schema = ? and table_name = ? order by ordinal_position",
        [grant.schema_name, table],
    ).fetchall()
    return [name for (name,) in rows]


def _refuse_a_slip(role: Role, grant: Grant, there: dict[str, list[str]]) -> None:
    """A column to be withheld that is not there is one that goes out under its real name: nothing is built."""
    known = {column for columns in there.values() for column in columns}
    slips = [c for c in grant.columns.listed if "*" not in c and c not in known]
    if there and slips:
        raise Refusal(
            f"{role.name} is granted columns of {grant.schema_name} that are not there: {', '.join(slips)}. "
            "Mend seeds/role_grants.csv.",
            4,
        )


def _select(grant: Grant, table: str, columns: Iterable[str], given: dict) -> tuple[str, dict]:
    sql = f"select {', '.join(map(_quoted, columns))} from {_place_of(grant, table)}"
    sql += f" where {grant.row_filter}" if grant.row_filter else ""
    return sql, {option: value for option, value in given.items() if grant.takes(option)}


def _types(source, grant: Grant, table: str, columns: list[str], given: dict) -> dict[str, str]:
    """The type of each granted column; none of a published table that lacks what its rows are chosen by."""
    try:
        sql, said = _select(grant, table, columns, given)
        found = source.execute(f"describe {sql}", said).fetchall()
    except duckdb.BinderException:
        if grant.schema_name == RELEASED:
            return {}
        raise Refusal(
            f"A grant of {grant.schema_name}.{table} does not fit it. Mend seeds/role_grants.csv.", 4
        ) from None
    return {name: kind for name, kind, *_ in found}


def _copy(source, target, grant: Grant, table: str, types: dict[str, str], given: dict) -> Copied:
    place = _place_of(grant, table)
    target.execute(f"create schema if not exists {_quoted(grant.schema_name)}")
    target.execute(f"create table {place} ({', '.join(f'{_quoted(n)} {t}' for n, t in types.items())})")
    # Arrow hands batch after batch from one database to the other: nothing is attached, nothing held whole.
    arriving = source.execute(*_select(grant, table, types, given)).to_arrow_reader(BATCH)
    target.register("arriving", arriving)
    (rows,) = target.execute(f"insert into {place} from arriving").fetchone()
    target.unregister("arriving")
    return Copied(f"{grant.schema_name}.{table}", rows)


def _place_of(grant: Grant, table: str) -> str:
    return f"{_quoted(grant.schema_name)}.{_quoted(table)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def beside(role: Role, releases: Path, folder: Path):
    """A connection in memory to what a role may see outside the warehouse: what was published, the audit.

    `released` has a table for each there is in any release, and says of every row which; `audit` has `log`.
    """
    schemas = {grant.schema_name for grant in role.grants}
    with duckdb.connect() as connection:
        for setting in ("timezone = 'UTC'", "temp_directory = ''", "enable_progress_bar = false"):
            connection.execute(f"set {setting}")
        if RELEASED in schemas:
            connection.execute(f"create schema {RELEASED}")
            for table, selects in sorted(_published(releases).items()):
                together = " union all by name ".join(selects)
                connection.execute(f"create view {RELEASED}.{_quoted(table)} as {together}")
        if AUDIT in schemas:
            connection.execute(f"create schema {AUDIT}")
            connection.execute(f"create table {AUDIT}.log ({LOG})")
            _read_log(connection, folder)
        yield connection


def _read_log(connection, folder: Path) -> None:
    import pyarrow

    if broken := audit.verify(folder).broken:
        raise Refusal(f"{broken} Nothing was exported. Run: warehouse audit verify", 3)
    lines = audit.lines(folder)
    while told := [json.loads(line) for line in islice(lines, BATCH)]:
        rows = [{"noted_at": r.pop("at"), **r, "facts": audit.canonical(r["facts"])} for r in told]
        connection.register("told", pyarrow.Table.from_pylist(rows))
        connection.execute(f"insert into {AUDIT}.log by name from told")


def _published(releases: Path) -> dict[str, list[str]]:
    """For each table published, the SQL of every release's; Refusal (exit 3) where one was changed since."""
    found: dict[str, list[str]] = {}
    for manifest in sorted(releases.glob("[!.]*/manifest.json")):
        for name, sha256 in sorted(json.loads(manifest.read_text("utf-8")).get("files", {}).items()):
            path = manifest.parent / name
            if path.suffix != ".parquet" or name == TRUTH or not path.exists():
                continue
            if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                raise Refusal(f"{path} is not what was released: its hash differs. Nothing was exported.", 3)
            release, place = _literal(manifest.parent.name), _literal(str(path))
            select = f"select {release} as release, * from read_parquet({place})"
            found.setdefault(path.stem, []).append(select)
    return found


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
