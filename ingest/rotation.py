"""Changing a key: what it locked is locked anew, proved the same, and only then the new key is put in place."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ingest import next_keys, vault
from ingest.identity import key_id
from ingest.sealing import Passing, damaged, decrypt, lock
from on_disk import new_file, sync
from refusal import Refusal

REKEYED = ".rekeyed.duckdb"
BACKUPS = "Backups made before now open with the old key only: its keeper keeps it as long as they are kept."


@dataclass(frozen=True)
class Rotated:
    """A key that was changed: what it was and is called, and what was locked anew, in words."""

    name: str
    old: str
    new: str
    what: str

    def __str__(self) -> str:
        return f"key {self.name} {self.old} -> {self.new}: {self.what}"


def pair(keys, name: str, folder: Path, scratch: Path) -> Rotated:
    """Lock every file of the vault, or every identity, anew; proved the same before any takes its place."""
    if name == "vault":
        vault.seal(vault.Vault(folder, keys.public(name), scratch))
    old = keys.secret(name)
    is_new = not next_keys.waiting(keys).has(name)
    new = next_keys.begin(keys, name)
    files = vault.locked_files(folder)
    size = sum(path.stat().st_size for path in files)
    try:
        if files and shutil.disk_usage(folder).free < 2 * size:
            raise Refusal(
                f"{folder} needs {2 * size >> 20} MB free to be locked anew. Nothing was changed.", 4
            )
        for path in files:
            _lock_anew(path, (old, new), next_keys.waiting(keys).public(name), name, scratch)
    except BaseException:
        for left in folder.rglob(".next-*.age"):
            left.unlink()
        if is_new:
            next_keys.drop(keys, name)
        raise
    for path in files:
        _next_to(path).replace(path)
    for place in {path.parent for path in files}:
        sync(place)
    next_keys.end(keys, name)
    return Rotated(
        name, key_id(old), key_id(new), f"{len(files):,} files locked anew and proved the same. {BACKUPS}"
    )


def _next_to(path: Path) -> Path:
    return path.with_name(f".next-{path.name}")


def _lock_anew(path: Path, both: tuple[str, str], recipient: str, name: str, scratch: Path) -> None:
    """One file under the new key beside the old one; Refusal (exit 4) where either is not what it should be."""
    plain = scratch / "plain"
    with new_file(plain) as sink:
        was = decrypt(path, sink, *both, name=name)
    if name == "vault" and was.sha256 != path.stem:
        raise damaged(path)
    with plain.open("rb") as source:
        lock(Passing(source), _next_to(path), recipient)
    plain.unlink()
    with Path(os.devnull).open("wb") as nothing:
        if decrypt(_next_to(path), nothing, both[1], name=name).sha256 != was.sha256:
            raise damaged(_next_to(path))


def fitting(keys, live: Path) -> str:
    """The secret that opens the warehouse file: between its change and its key's, the one that waits does."""
    secrets = next_keys.secrets(keys, "warehouse")
    return next((s for s in secrets[1:] if live.exists() and opens(live, s)), secrets[0])


def opens(path: Path, secret: str | None) -> bool:
    """Whether a warehouse file opens with this secret, or, given none, without one."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        given = {"key": secret} if secret else None
        options = "read_only, encryption_key $key" if secret else "read_only"
        try:
            connection.execute(f"attach {_place(path)} as tried ({options})", given)
        except duckdb.Error:
            return False
        row = connection.execute("select encrypted from duckdb_databases() where database_name = 'tried'")
        return row.fetchone()[0] == bool(secret)


def warehouse(home) -> Rotated:
    """Copy the warehouse into a file under a new key, prove it the same, and swap it; one in the clear is locked.

    `home` gives `live`, `keys`, `settings` and `open`. Hold the night's lock.
    """
    keys, live, name = home.keys, home.live, "warehouse"
    if home.settings.encryption != "required":
        raise Refusal("The settings say the warehouse file is not encrypted: it has no key to change.")
    if not live.exists():
        raise Refusal("There is no warehouse yet. Run: warehouse nightly", 4)
    old = key_id(keys.secret(name)) if keys.has(name) else None
    if next_keys.finish(keys, name, lambda secret: opens(live, secret)):
        return Rotated(name, old, key_id(keys.secret(name)), "the rotation that was cut short is ended.")
    if opens(live, None):
        if not keys.has(name):
            keys.new(name)
        copied = _copied(home, None)
        what = (
            f"the file was in the clear and is encrypted now; {copied}. What it was may still be on the disk's free "
            "blocks: the disk's own encryption is what hides them."
        )
        return Rotated(name, "none", key_id(keys.secret(name)), what)
    copied = _copied(home, next_keys.begin(keys, name))
    next_keys.end(keys, name)
    return Rotated(name, old, key_id(keys.secret(name)), f"{copied}. {BACKUPS}")


def _copied(home, new: str | None) -> str:
    """Swap the live file for a proved copy, under a new secret or, where it was in the clear, the one in place."""
    live, fresh = home.live, home.live.with_name(REKEYED)
    if shutil.disk_usage(live.parent).free < 1.2 * live.stat().st_size:
        raise Refusal(f"{live.parent} has no room for a second warehouse. Nothing was changed.", 4)
    fresh.unlink(missing_ok=True)
    try:
        said = _copy(home, live, fresh, new)
        fresh.chmod(0o600)
        sync(fresh)
    except BaseException:
        fresh.unlink(missing_ok=True)
        next_keys.drop(home.keys, "warehouse")
        raise
    fresh.replace(live)
    sync(live.parent)
    return said


def _copy(home, live: Path, fresh: Path, new: str | None) -> str:
    """Everything of one file into the other; Refusal (exit 3) where a table is not the same in both."""
    connection = home.open(live if new else fresh, read_only=bool(new))
    source, target = ("warehouse", "rekeyed") if new else ("clear", "warehouse")
    try:
        connection.execute("set temp_directory = ''")
        if new:
            connection.execute(f"attach {_place(fresh)} as rekeyed (encryption_key $key)", {"key": new})
        else:
            connection.execute(f"attach {_place(live)} as clear (read_only)")
        connection.execute(f"copy from database {source} to {target}")
        before, after = sums(connection, source), sums(connection, target)
        connection.execute(f"checkpoint {target}")
    finally:
        connection.close()
    if differing := [
        table for table in before.keys() | after.keys() if before.get(table) != after.get(table)
    ]:
        raise Refusal(
            f"Not changed: {', '.join(sorted(differing))} came out different. The old file is in place.", 3
        )
    rows = sum(count for count, _ in before.values())
    return f"{rows:,} rows in {len(before)} tables copied and proved the same"


def sums(connection, database: str) -> dict[str, tuple]:
    """Of each table, its rows and a sum over all that is in them, whatever their order.

    A row is called what no column is: of the two, `hash` would take the column.
    """
    names = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [database]
    ).fetchall()
    return {
        f"{schema}.{table}": connection.execute(
            f'select count(*), sum(hash("the row")::hugeint) from {database}."{schema}"."{table}" as "the row"'
        ).fetchone()
        for schema, table in names
    }


def _place(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
