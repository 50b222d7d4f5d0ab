"""The same dbt project on Apache Spark: accepted rows as Parquet in, the core data set and the marts as Parquet out."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from operations import spark_session, stopping
from operations.spark_session import Asked
from refusal import Refusal

EVER = "9999-12-31"
SOURCES = Path("models/staging/_sources.yml")
GIVEN, LEFT = ("accepted", "landing", "reference"), ("core", "marts")
SCRATCH = ".spark-"
TYPES = {"VARCHAR": "string", "TIMESTAMP WITH TIME ZONE": "timestamp", "VARCHAR[]": "array<string>"}
MEMORY = Path("/dev/shm")
SMALL = 64 << 20  # bytes of Parquet


@dataclass(frozen=True)
class Built:
    """How many tables of the core data set and the marts were left, with how many rows, and the seconds of each step."""

    tables: int
    rows: int
    seconds: dict[str, float]


def build(home, to: Path, asked: Asked) -> Built:
    """Build every model of the live warehouse in Spark and leave core and marts below `to`; nothing else is left.

    Refusal (exit 4) where Spark, Java or the warehouse is not there, or `to` has something in it; 3 where a model
    failed. Nothing of a row is told, whatever fails.
    """
    spark_session.check()
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Refusal(f"{to} is there and not empty. Name a folder to be made.", 4)
    spark_session.reach()
    with home.reading():  # refuses a warehouse that is not there or is not for this version
        pass
    times, mask = {}, os.umask(0o077)
    try:
        with _scratch(home) as folder:
            tables = _timed(times, "given to Spark", lambda: _give(home, folder))
            begun = time.monotonic()
            asked = replace(asked, is_small=_size(folder) < SMALL)
            with spark_session.session(folder, asked, EVER) as spark:
                _declare(spark, folder, tables)
                times["Spark started"] = time.monotonic() - begun
                _timed(times, "built", lambda: _dbt(home, folder))
            stopping.check()
            _leave(folder / "tables", to)
    finally:
        os.umask(mask)
    return Built(*_counted(to), times)


def _timed(times: dict[str, float], name: str, step):
    begun = time.monotonic()
    done = step()
    times[name] = time.monotonic() - begun
    return done


@contextmanager
def _scratch(home) -> Iterator[Path]:
    """A folder nobody else may enter; in memory where the house encrypts, for Parquet is not encrypted."""
    encrypts = home.settings.encryption == "required"
    place = MEMORY if encrypts else home.root
    if encrypts and shutil.disk_usage(place).free < 8 * home.live.stat().st_size:
        raise Refusal(f"This house encrypts, and {place} has no room for the rows in plain text.", 4)
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove what builds left that were killed."""
    for old in place.glob(f"{SCRATCH}*") if Path("/proc").is_dir() else ():
        number = old.name.removeprefix(SCRATCH).partition("-")[0]
        if number.isdigit() and not Path("/proc", number).exists():
            shutil.rmtree(old, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*.parquet"))


def _wanted(project: Path, connection) -> list[tuple[str, str]]:
    """The tables dbt reads: its declared sources, and the seeds."""
    import yaml

    declared = yaml.safe_load((project / SOURCES).read_text("utf-8"))["sources"]
    sources = {(s["schema"], t["name"]) for s in declared for t in s["tables"]}
    there = connection.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name in ? order by all", [GIVEN]
    ).fetchall()
    return [(schema, name) for schema, name in there if schema == "reference" or (schema, name) in sources]


def _give(home, folder: Path) -> dict[tuple[str, str], str]:
    """Write what dbt reads as Parquet, a folder for each table; the columns of each as Spark is told them."""
    given = {}
    with closing(home.open(home.live, read_only=True)) as connection:
        for schema, name in _wanted(home.project, connection):
            place = folder / "given" / schema / name
            place.mkdir(parents=True)
            connection.execute(f"copy {schema}.{name} to '{place / 'rows.parquet'}' (format parquet)")
            columns = connection.execute(
                "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ? "
                "order by column_index",
                [schema, name],
            ).fetchall()
            given[schema, name] = ", ".join(f"`{c}` {TYPES.get(t, t)}" for c, t in columns)
    return given


def _declare(spark, folder: Path, tables: dict[tuple[str, str], str]) -> None:
    """Tell Spark of the tables given to it, and where those it makes go."""
    for schema in (*GIVEN, "staging", *LEFT):
        spark.sql(f"create database {schema} location '{(folder / 'tables' / schema).as_uri()}'")
    for (schema, name), columns in tables.items():
        place = (folder / "given" / schema / name).as_uri()
        spark.sql(f"create table {schema}.{name} ({columns}) using parquet location '{place}'")


def _dbt(home, folder: Path) -> None:
    """Run every model; Refusal (exit 3) naming those that failed."""
    os.environ["DO_NOT_TRACK"] = "1"
    from dbt.cli.main import dbtRunner

    arguments = [
        *("--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-write-json"),
        *("--no-populate-cache", "run", "--target", "spark", "--project-dir", str(home.project)),
        *("--profiles-dir", str(home.project), "--target-path", str(home.parsed / "spark")),
        *("--log-path", str(folder)),
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        answer = dbtRunner().invoke(arguments)
    stopping.check()
    if answer.exception is not None:
        raise Refusal(f"Spark built nothing: {type(answer.exception).__name__}. This is our fault.", 5)
    if failed := sorted(r.node.name for r in answer.result.results if r.status == "error"):
        raise Refusal(f"Not built in Spark: {', '.join(failed)}.", 3)


def _leave(tables: Path, to: Path) -> None:
    """Put what was made in its place, in one step: a folder half full is never there."""
    partial = to.with_name(f".{to.name}.partial-{os.getpid()}")
    partial.mkdir(parents=True)
    try:
        for schema in LEFT:
            shutil.copytree(tables / schema, partial / schema, ignore=shutil.ignore_patterns(".*.crc"))
        if to.exists():
            to.rmdir()
        partial.replace(to)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _counted(to: Path) -> tuple[int, int]:
    """How many tables there are below a folder, and how many rows they have."""
    import duckdb

    folders = [p for schema in LEFT for p in sorted((to / schema).iterdir())]
    counted = "select count(*) from read_parquet('{}/*.parquet')"
    with closing(duckdb.connect(":memory:")) as connection:
        rows = (connection.execute(counted.format(p)).fetchone()[0] for p in folders)
        return len(folders), sum(rows)


def is_master(text: str) -> bool:
    """Whether this names Spark on this machine: what leaves it is not for this command."""
    return re.fullmatch(r"local(\[(\*|\d+)\])?|local-cluster\[\d+,\d+,\d+\]", text) is not None
