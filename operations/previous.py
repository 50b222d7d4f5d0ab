"""The night before: kept by every publish, and put back where the live file is no longer what was published.

Beside the live file lie `warehouse.previous.duckdb`, the file it replaced, and `warehouse.sha256`, the hash of what
was published: a file that has another hash is read from end to end before a night builds on it, so that damage
is never copied from night to night.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from contextlib import closing
from pathlib import Path

from on_disk import put, sync
from refusal import Refusal

PREVIOUS, SEAL, REPLACED = (
    "warehouse.previous.duckdb",
    "warehouse.sha256",
    "warehouse.replaced-{run_id}.duckdb",
)
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV, errno.ENOSYS}
LEDGER = "landing.runs"
UNKNOWN = """
select count(*) from (select unnest(?) as sha256)
where sha256 not in (select sha256 from landing.submission_files)
    and sha256 not in (select sha256 from landing.submissions)
"""


def keep_previous(live: Path, keep: bool = True) -> None:
    """Before the rename that publishes, keep the file it replaces.

    Without `keep` none is kept: what was erased or purged must not lie there for another night.
    """
    previous = live.with_name(PREVIOUS)
    if not keep:
        previous.unlink(missing_ok=True)
    elif live.exists():
        _beside(live, previous)


def _beside(file: Path, name: Path) -> None:
    """A second name for a file, over what had that name; a copy where the disk knows no second names."""
    partial = name.with_name(f".{name.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        os.link(file, partial)
    except OSError as problem:
        if problem.errno not in NO_LINKS:
            raise
        _copy(file, partial)
    partial.replace(name)
    partial.unlink(missing_ok=True)  # two names of one file: POSIX leaves both


def _copy(file: Path, to: Path) -> None:
    shutil.copyfile(file, to)
    to.chmod(0o600)
    sync(to)


def note_hash(copy: Path, live: Path) -> None:
    """Write down the hash of what is about to be the live file."""
    seal = live.with_name(SEAL)
    put(seal, f"{digest(copy)}\n".encode())


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(home) -> None:
    """Refusal (exit 4) where the live file is missing or damaged: no night builds on it, and nothing is written over it.

    `home` gives `live` and `open`. What is as it was published is not read twice; what is not (a key was changed,
    an analyst wrote into it, a power cut came between two steps) must be readable from end to end.
    """
    live, seal = home.live, home.live.with_name(SEAL)
    if not live.exists():
        if seal.exists():
            raise Refusal(
                f"{live} was published and is gone. Nothing was begun in its place. {_mend(home.live)}", 4
            )
        return
    if seal.exists() and seal.read_text("ascii", errors="replace").strip() == digest(live):
        return
    if not read_whole(home.open, live) and seal.exists():
        raise Refusal(f"{live} is empty, and what was published was not. {_mend(live)}", 4)


def read_whole(opened, path: Path) -> dict[str, list]:
    """Every table of a warehouse file, read from end to end → its rows and a hash of what is in them.

    `opened` is what opens it, given the path and `read_only`.

    Refusal (exit 4) where a byte of it cannot be read, or it is no warehouse.
    """
    import duckdb

    try:
        with closing(opened(path, read_only=True)) as connection:
            found = sums(connection)
    except duckdb.Error as problem:
        raise Refusal(f"{path} is damaged ({type(problem).__name__}). {_mend(path)}", 4) from None
    if found and LEDGER not in found:
        raise Refusal(f"{path} is no warehouse of ours: it has no {LEDGER}. {_mend(path)}", 4)
    return found


def sums(connection) -> dict[str, list]:
    """Of each table, its rows and a sum over all that is in them, whatever their order."""
    names = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database() order by all"
    ).fetchall()
    return {
        f"{schema}.{table}": list(
            connection.execute(
                f'select count(*), coalesce(sum(hash("the row")::hugeint), 0)::varchar from "{schema}"."{table}" '
                'as "the row"'
            ).fetchone()
        )
        for schema, table in names
    }


def _mend(path: Path) -> str:
    if path.name == PREVIOUS:
        return f"Restore a backup: warehouse restore DIR --to {path.parent} --over"
    return "It is left as it is. Run: warehouse restore --previous"


def restore_previous(home) -> str:
    """Put the night before in the place of the live file, which is kept beside it → what was done, in words.

    `home` gives `live`, `vault`, `open` and `locked`.
    """
    live = home.live
    previous, fresh = live.with_name(PREVIOUS), live.with_name(".restored.duckdb")
    if not previous.exists():
        raise Refusal(
            f"No night before is kept in {live.parent}. Restore a backup: warehouse restore DIR --to {live.parent} "
            "--over",
            4,
        )
    with home.locked() as (run_id, _):
        rows = sum(count for count, _ in read_whole(home.open, previous).values())
        since = _received_since(home, previous)
        _copy(previous, fresh)
        aside = live.with_name(REPLACED.format(run_id=run_id))
        if live.exists():
            _beside(live, aside)
        _put(fresh, live)
    told = f"{live} is the night before again: {rows:,} rows, read from end to end. {_since(since)}"
    return f"{told} What was there is {aside}: delete it when nobody needs it." if aside.exists() else told


def _put(fresh: Path, live: Path) -> None:
    note_hash(fresh, live)
    fresh.replace(live)
    sync(live.parent)


def _received_since(home, path: Path) -> int:
    """How many files of the vault a warehouse file knows nothing of."""
    there = [p.stem for p in home.vault.rglob("*.age") if not p.name.startswith(".")]
    with closing(home.open(path, read_only=True)) as connection:
        return connection.execute(UNKNOWN, [there]).fetchone()[0]


def _since(files: int) -> str:
    if not files:
        return "Every file of the vault is known to it."
    if files == 1:
        came = "1 file of the vault came later and is not in it: `warehouse vault list` names it"
    else:
        came = f"{files:,} files of the vault came later and are not in it: `warehouse vault list` names them"
    return f"{came} (without a sender), `warehouse vault get` writes one; put each into the inbox again."
