"""The warehouse file: opened in one way by everyone, encrypted where a key is given, and never half of either.

DuckDB's core can read an encrypted file but writes one only with the secure random numbers of its httpfs
extension, which comes with the environment as a package: nothing is fetched. DuckDB says its encryption does
not yet meet the NIST requirements: it is a second layer, the disk's own encryption is the first.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from operations import stopping
from refusal import Refusal

NAME = "warehouse"
CLOSED = (
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "enable_progress_bar = false",
    "python_enable_replacements = false",
)


def connect(
    path: Path, key: str | None, read_only: bool = False, draft: bool = False
) -> duckdb.DuckDBPyConnection:
    """A connection whose default database is the file, made where there is none.

    `key` is 64 hex digits, or None for a file that is not encrypted. A `draft` is thrown away if its work does
    not end, so it keeps no log to recover by, and waits for the disk once, when it is closed. Refusal (exit 4) where the file cannot be
    opened, the key is wrong or missing, the file is not encrypted although a key is given, or the extension
    is not there.
    """
    connection = stopping.mind(duckdb.connect(":memory:"))
    try:
        for setting in CLOSED:
            connection.execute(f"set {setting}")
        # A database in memory would spill into whatever folder the command was given in.
        connection.execute("set temp_directory = '" + f"{path}.tmp".replace("'", "''") + "'")
        if key is not None:
            load_encryption(connection)
        attach(connection, path, key, read_only, draft=draft)
    except BaseException:
        connection.close()
        raise
    return connection


def compact(path: Path, key: str | None) -> None:
    """Write the file out afresh: what was deleted from it is gone from its bytes too."""
    fresh = path.with_name(f"{path.name}.fresh")
    fresh.unlink(missing_ok=True)
    connection = connect(fresh, key)
    try:
        attach(connection, path, key, read_only=True, name="old")
        connection.execute(f"copy from database old to {NAME}")
        connection.execute(f"use {NAME}; checkpoint")
    finally:
        connection.close()
    fresh.replace(path)


def attach(
    connection,
    path: Path,
    key: str | None,
    read_only: bool = False,
    name: str = NAME,
    draft: bool = False,
) -> None:
    """Attach the file to an open connection and make it the default; Refusal as `connect`."""
    options = [*(["read_only"] if read_only else []), *(["encryption_key $key"] if key is not None else [])]
    options += ["recovery_mode no_wal_writes"] if draft else []
    told = f" ({', '.join(options)})" if options else ""
    place = "'" + str(path).replace("'", "''") + "'"
    try:
        connection.execute(f"attach {place} as {name}{told}", {"key": key} if key is not None else None)
    except duckdb.Error as problem:
        raise Refusal(_why(path, str(problem), type(problem).__name__), 4) from None
    if key is not None and not is_encrypted(connection, name):
        connection.execute(f"detach {name}")
        raise Refusal(
            f"{path} is not encrypted although a key is set. Run: warehouse key rotate warehouse", 4
        )
    connection.execute(f"use {name}")


def is_encrypted(connection, name: str = NAME) -> bool:
    """Whether an attached database is encrypted, as DuckDB itself says."""
    row = connection.execute(
        "select encrypted from duckdb_databases() where database_name = ?", [name]
    ).fetchone()
    return bool(row and row[0])


def load_encryption(connection) -> None:
    """Load the extension that writes encrypted files, and have what does not fit in memory encrypted too."""
    connection.execute(f"load '{extension()}'")
    connection.execute("set temp_file_encryption = true")


def extension() -> Path:
    """Where the extension lies that came with the environment; Refusal (exit 4) where it did not."""
    try:
        import duckdb_extension_httpfs
    except ImportError:
        found = None
    else:
        folder = Path(duckdb_extension_httpfs.__file__).parent / "extensions" / f"v{duckdb.__version__}"
        found = folder / "httpfs.duckdb_extension"
    if found is None or not found.exists():
        raise Refusal(
            f"Encryption needs the package duckdb-extension-httpfs {duckdb.__version__}, which is not here. "
            "Nothing was opened. Run: python3 start.py",
            4,
        )
    return found


def _why(path: Path, said: str, kind: str) -> str:
    """What to do about a file that does not open, without anything of what is in it."""
    if "Wrong encryption key" in said:
        return f"{path} does not open with the key `warehouse`. Put the right key back; no other opens it."
    if "without a key" in said:
        return f'{path} is encrypted and no key is set. Set encryption = "required" in settings.toml.'
    if "not encrypted" in said or "unencrypted" in said:
        return f"{path} is not encrypted although a key is set. Run: warehouse key rotate warehouse"
    if "lock on file" in said or "being used by another process" in said:  # a damaged block is no lock
        return f"{path} is open elsewhere. Close what reads or writes it, and run this again."
    if "version number" in said:
        return (
            f"{path} was written by a newer DuckDB than the {duckdb.__version__} of this version of the project. "
            "Nothing was changed. Run the newer version again, or: warehouse restore --previous"
        )
    return f"{path} cannot be opened ({kind}): it is damaged. It is left as it is. Run: warehouse restore --previous"
