"""In a process of its own: bare DuckDB doing the least that comes to the same result as a night.

It reads the same CSV files, typed by the columns the standard gives, into a database file, and runs the same SQL of
staging, core and marts in the order dbt ran it, with the threads and the memory a night has. It keeps no line
numbers, checks no rule, quarantines nothing, encrypts nothing, tests nothing, and publishes nothing. What a night
knows of its submissions and the seeds are given to it as Parquet.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import defaultdict
from pathlib import Path

from benchmarks import own_process
from operations.settings import MEMORY

VALUE = {
    "string": '"{0}"',
    "date": '"{0}"',
    "datetime": '"{0}"',
    "integer": '"{0}"',
    "number": '"{0}"',
    "yearmonth": """cast("{0}" || '-01' as date)""",
    "array": """string_split("{0}", ';')""",
}
TYPE = {"date": "DATE", "datetime": "TIMESTAMPTZ", "integer": "BIGINT", "number": "DECIMAL(18, 4)"}


def same_as_a_night(memory: str = MEMORY) -> str:
    """The settings of a night, for one that is given so much memory."""
    return f"set memory_limit = '{memory}'; set threads = 2; set enable_progress_bar = false"


def typed(r, files: list[str]) -> str:
    """SQL that reads files of one return with the types of its columns, and their names."""
    types = ", ".join(f"'{f.name}': '{TYPE.get(f.type, 'VARCHAR')}'" for f in r.fields)
    listed = ", ".join(f"'{f}'" for f in files)
    return (
        f"read_csv([{listed}], columns = {{{types}}}, header = true, auto_detect = false, delim = ',', quote = '\"', "
        "escape = '\"', nullstr = '', filename = true, max_line_size = 8388608)"
    )


def values(r) -> str:
    """The columns of a return as they are kept."""
    return ", ".join(f'{VALUE[f.type].format(f.name)} as "{f.name}"' for f in r.fields)


def bare(folder: str, inbox: str, given: str, memory: str = MEMORY) -> dict:
    """The whole of it, into `folder`: seconds by stage; whether it came to the same figures as the night did."""
    import duckdb

    from expectations.standard import standard
    from ingest import tables

    place, taken = Path(folder), Path(given)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    stages: dict[str, float] = defaultdict(float)
    with duckdb.connect() as connection:
        connection.execute(
            f"{same_as_a_night(memory)}; set timezone = 'UTC'; set temp_directory = '{place}/spill'"
        )
        connection.execute("create macro memory.main.as_at() as timestamptz '9999-12-31'")
        connection.execute(
            f"attach '{place}/bare.duckdb' as warehouse (recovery_mode no_wal_writes); use warehouse"
        )
        tables.create(connection, standard())
        for path in sorted(taken.glob("*.*.parquet")):
            schema, table = path.name.split(".")[:2]
            if schema in ("landing", "reference"):
                connection.execute(f"create or replace table {schema}.{table} as from '{path}'")
        began = time.perf_counter()
        rows = _read(connection, standard(), Path(inbox))
        stages["read"] = time.perf_counter() - began
        connection.execute("set timezone = 'Europe/London'")
        for model in json.loads((taken / "models.json").read_text("utf-8")):
            began = time.perf_counter()
            connection.execute(f"create or replace table {model['relation']} as ({model['sql']})")
            stages[model["layer"]] += time.perf_counter() - began
        connection.execute("checkpoint")
        seconds = own_process.since_start()
        told = {"stages": dict(stages), "rows": rows, "seconds": seconds, "peak": own_process.peak()}
        return {
            **told,
            "differ": _differ(connection, taken),
            "extra": _apart(connection, standard(), Path(inbox)),
        }


def _read(connection, returns, inbox: Path) -> int:
    """Every CSV below the inbox into its table, with the number of its submission."""
    by_code: dict[str, list[str]] = defaultdict(list)
    for path in sorted(inbox.rglob("SYCSE_*.csv")):
        by_code[path.name.split("_")[1]].append(str(path))
    connection.execute(
        f"create or replace temp table files as select '{inbox}/' || organisation_code || '/' || file_name as filename, "
        "submission_id from landing.submissions"
    )
    rows = 0
    for r in returns.values():
        if files := by_code.get(r.code):
            rows += connection.execute(
                f"insert into accepted.{r.name} by name select submission_id, {values(r)} "
                f"from {typed(r, files)} inner join files using (filename)"
            ).fetchone()[0]
    return rows


def _differ(connection, given: Path) -> int:
    """How many rows of the indicators' figures are not the night's, either way."""
    theirs, ours = f"from '{given}/marts.fct_indicator_values.parquet'", "from marts.fct_indicator_values"
    both = f"select count(*) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
    return connection.execute(both).fetchone()[0]


def _apart(connection, returns, inbox: Path) -> dict[str, float]:
    """After all that: what keeping typed rows costs alone, once they are in the engine (a night's `accept`)."""
    began = time.perf_counter()
    for r in returns.values():
        connection.execute(f"create or replace table accepted.{r.name}_again as from accepted.{r.name}")
    return {"accept": time.perf_counter() - began}
