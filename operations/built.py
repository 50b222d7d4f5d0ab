"""What the core data set was last built from: a night builds no more than it must."""

from __future__ import annotations

import hashlib
from enum import Enum
from importlib.metadata import version
from pathlib import Path

# What the models read of each night, besides the accepted rows: those never change but by a submission, and who
# deletes or rewrites them (purge, erase, a new key) has everything built afresh.
READ = ("format", "submissions", "links", "expected", "released_figures")
COUNTED = ("findings", "rule_results")  # only ever added to, and with a submission
ENGINES = ("duckdb", "dbt-core", "dbt-duckdb")


class Way(Enum):
    """How much must be built: nothing, what new submissions touch, or everything."""

    NOTHING = "nothing"
    AGAIN = "again"
    AFRESH = "afresh"


def rests_on(connection, project: Path, seeds: Path) -> tuple[str, str]:
    """Two names for all that the core data set rests on: code, seeds and engines; and what was received."""
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in ENGINES).encode())
    for folder in (project, seeds):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".sql", ".yml", ".md", ".csv")):
            digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    parts = [f"select '{t}', count(*), sum(hash(t)) from landing.{t} as t" for t in READ]
    parts += [f"select '{t}', count(*), 0 from landing.{t}" for t in COUNTED]
    received = connection.execute(" union all ".join(parts)).fetchall()
    return digest.hexdigest(), hashlib.sha256(repr(sorted(received)).encode()).hexdigest()


def way(connection, now: tuple[str, str]) -> Way:
    """How much to build, of a core data set that was whole when it was built last."""
    last = connection.execute("select code, received from landing.built").fetchone()
    if last is None or last[0] != now[0]:
        return Way.AFRESH
    return Way.NOTHING if last == now else Way.AGAIN


def note(connection, now: tuple[str, str]) -> None:
    """Note what it was built from."""
    connection.execute("delete from landing.built")
    connection.execute("insert into landing.built values (?, ?, now())", now)
